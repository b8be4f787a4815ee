"""A key that somebody spelled is told so live: to the page, to the ports, and by a replay of the session."""

from typing import Any

import pytest

from mien.circumplex import affect_of
from mien.clock import OfflineClock
from mien.live.conductor import Aim
from mien.live.messages import brief_told, tune_told
from mien.live.mood import Mood, Target, target_of
from mien.live.performance import Performance
from mien.live.player import Player
from mien.live.session_file import SessionFile, differences, parse_session, replayed
from mien.live.settings import Settings
from mien.live.take import piece_of
from mien.music.spelling import written_key
from mien.ports.port import Named, SilentTwin, Strike
from mien.values import Brief

HAPPY, SAD = (Mood("hand", affect_of(name)) for name in ("happy", "sad"))


def asked(tonic: str | None, mood: Mood = HAPPY, plays: Brief | None = None) -> Brief:
    return target_of(mood, Settings("hand", tonic=tonic), {}, None, plays)


class Told:
    """Half a minute of music under one brief, then as long under another: what page and ports were told."""

    def __init__(self, first: Brief, second: Brief) -> None:
        clock, port, self.page = OfflineClock(), SilentTwin(), list[dict[str, Any]]()
        file = SessionFile("2026-01-01T00:00:00+00:00")
        player = Player({"twin": lambda: port}, clock, runs=False)
        performance = Performance(self.page.append, player, file)
        performance.start(0.0, 5, Aim(first))
        while clock.now_s < 60:
            clock.wait(0.1)
            player.play_due()
            performance.advance(clock.now_s, Aim(first if clock.now_s < 30 else second))
        assert performance.aim is not None
        self.aim, self.sent = performance.aim, list(port.sent)
        performance.silence(clock.now_s, "stop")
        self.lines = parse_session(file.content(clock.now_s), "session")

    @property
    def keys(self) -> list[str]:
        """The keys that ports were told, in order."""
        return [event.names[0] for event in self.sent if isinstance(event, Named) and event.what == "key"]

    def strikes(self) -> list[Strike]:
        """The notes that ports were told."""
        return [event for event in self.sent if isinstance(event, Strike)]


def test_page_and_ports_are_told_the_key_as_it_was_asked_for() -> None:
    sharp, flat = (Told(asked(tonic), asked(tonic)) for tonic in ("F#", "Gb"))
    assert sharp.strikes() == flat.strikes() != []
    for told, name, wrong in ((sharp, "F♯ major", "♭"), (flat, "G♭ major", "♯")):
        assert told.keys[0] == name and not any(wrong in key for key in told.keys)
        notes = [message for message in told.page if message["type"] == "notes"]
        named = {message["key"] for message in notes} | {row[1] for message in notes for row in message["signatures"]}
        assert named == set(told.keys)
        chords = [row[4] for message in notes for row in message["chords"]]
        assert len(chords) > 10 and sum(wrong in chord for chord in chords) < 0.1 * len(chords)


def test_another_spelling_is_taken_up_and_turns_no_note() -> None:
    stays, turns = Told(asked("F#"), asked("F#")), Told(asked("F#"), asked("Gb"))
    assert stays.keys[0] == turns.keys[0] == "F♯ major"
    assert "G♭ major" in turns.keys and not any("♭" in key for key in stays.keys)
    assert turns.strikes() == stays.strikes()
    (why,) = (reason.because for reason in turns.aim.brief.reasons if reason.field == "tonic_pc")
    assert why.startswith("G♭: ")


def test_a_replay_knows_the_spelling_and_a_session_that_asked_for_none_says_nothing_of_it() -> None:
    told = Told(asked("F#"), asked("F#", SAD))
    take = replayed(told.lines)
    assert differences(told.lines, take) == []
    piece = piece_of(take.movements[0], "replay")
    assert written_key(piece.brief).name == "F♯ major"
    assert {written_key(brief).tonic_name for _, brief in piece.briefs} <= {"F♯", "C♯", "B"}
    assert "tonic_fifths" not in {reason.field for reason in piece.brief.reasons}
    (start,) = (line for line in Told(asked(None), asked(None)).lines if line["kind"] == "start")
    assert "tonic_fifths" not in start["brief"]


def test_a_key_that_was_asked_for_stays_spelled_once_it_is_left_to_the_composer() -> None:
    plays = asked("F#")
    assert written_key(asked(None, plays=plays)).name == "F♯ major"
    assert written_key(asked("Gb", plays=plays)).name == "G♭ major"


@pytest.mark.parametrize(
    ("mood", "held", "key", "told"),
    [
        (HAPPY, {}, "G♭ major", "G♭: asked for"),
        (HAPPY, {"mode": "aeolian"}, "F♯ minor", "F♯: asked for; G♭ minor would take 9 flats"),
        (SAD, {"mode": "ionian"}, "G♭ major", "G♭: asked for"),
    ],
)
def test_the_page_hears_why_a_mode_writes_the_key_otherwise(
    mood: Mood, held: dict[str, float | str], key: str, told: str
) -> None:
    brief = target_of(mood, Settings("hand", tonic="Gb"), held, None, None)
    message = brief_told(brief, Target(brief, mood))
    assert message["now"]["key"] == message["target"]["key"] == key
    assert [row["because"] for row in message["reasons"] if row["field"] == "tonic_pc"] == [told]


def test_a_face_that_plays_is_told_the_note_in_that_spelling() -> None:
    names = [tune_told(4, asked(tonic), is_down=False, is_ready=True)["name"] for tonic in ("F#", "Gb")]
    assert [name[:2] for name in names] == ["C♯", "D♭"]
