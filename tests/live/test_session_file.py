import json
import math
from dataclasses import replace

import pytest

from mien.circumplex import affect_of
from mien.clock import OfflineClock
from mien.errors import BadInput
from mien.live.conductor import Aim
from mien.live.performance import Performance
from mien.live.player import Player
from mien.live.session_file import PACKED, SessionFile, differences, notes_of, parse_session, replayed
from mien.live.take import Take, piece_of
from mien.music.brief import brief_from_affect
from mien.piece import Piece
from mien.values import Affect
from mien.vocabulary import EmotionClass

MOODS = [brief_from_affect(affect_of(name), seed=1, tonic_pc=2, meter=(4, 4)) for name in ("sad", "happy")]
CLASSES = (EmotionClass("dreamy", 0.3, -0.4), EmotionClass("anger", -0.6, 0.7))
READ = [
    replace(affect_of("dreamy", CLASSES), doubt=0.2, shares=(0.4, 0.3, 0.2, 0.1)),
    Affect(2.0, (0.123456789, 1 - 0.123456789), -0.5, 0.6, 0.1, classes=CLASSES),
]
BEGIN_S, TURN_S = 2.0, 8.0
AFFECT = {"probs": {"anger": 1.0}, "valence": 0, "arousal": 0, "doubt": 0, "shares": [0.25] * 4}


def led(*affects: Affect | None, records: bool) -> tuple[Piece, Piece]:
    """What is played from two seconds on, and from eight on after another affect: the piece live, and that of the
    replay."""
    clock, file = OfflineClock(), SessionFile("now", CLASSES)
    file.keeps_readings = records
    performance = Performance(lambda _: None, Player({}, clock), file)
    clock.wait(BEGIN_S)
    performance.start(clock.now_s, 5, Aim(MOODS[0], affects[0]))
    while clock.now_s < 20:
        clock.wait(0.1)
        place = int(clock.now_s > TURN_S)
        performance.advance(clock.now_s, Aim(MOODS[place], affects[place]))
    performance.silence(clock.now_s, "stop")
    (movement,) = replayed(parse_session(file.content(clock.now_s), "session")).movements
    return piece_of(performance.take.movements[0], "live"), piece_of(movement, "replay")


@pytest.fixture(scope="module")
def played() -> bytes:
    clock, file = OfflineClock(), SessionFile("2026-01-01T00:00:00+00:00")
    performance = Performance(lambda _: None, Player({}, clock), file)
    performance.start(0.0, 5, Aim(MOODS[0]))
    while clock.now_s < 25:
        clock.wait(0.1)
        performance.advance(clock.now_s, Aim(MOODS[clock.now_s > 8]))
    performance.close(clock.now_s, Aim(MOODS[1]))
    while performance.is_playing:
        clock.wait(0.1)
        performance.advance(clock.now_s, Aim(MOODS[1]))
    return file.content(clock.now_s)


def test_the_same_notes_come_again(played: bytes) -> None:
    lines = parse_session(played, "session")
    take = replayed(lines)
    assert differences(lines, take) == []
    assert len(notes_of(take)) == sum(line["kind"] == "note" for line in lines) > 50


def test_a_session_longer_than_what_is_held_live_comes_again(monkeypatch: pytest.MonkeyPatch, played: bytes) -> None:
    monkeypatch.setattr(Take.__init__, "__defaults__", (5.0,))
    lines = parse_session(played, "session")
    assert differences(lines, replayed(lines)) == []


def test_another_note_would_be_noticed(played: bytes) -> None:
    lines = parse_session(played, "session")
    next(line for line in lines if line["kind"] == "note")["pitch_midi"] += 1
    assert len(differences(lines, replayed(lines))) == 1


def test_another_step_would_be_noticed(played: bytes) -> None:
    lines = [line for line in parse_session(played, "session") if line.get("do") != "redirect"]
    assert differences(lines, replayed(lines))


def test_it_becomes_a_piece_with_all_its_bars(played: bytes) -> None:
    (movement,) = replayed(parse_session(played, "session")).movements
    piece = piece_of(movement, "session")
    assert piece.written.length_ticks % piece.written.bar_ticks == 0
    assert len(piece.performed.notes) == sum(len(leg.ids) for leg in movement.legs)
    assert piece.performed.length_s == pytest.approx(movement.legs[-1].end_s - movement.legs[0].start_s)
    assert piece.score.startswith("<?xml")
    told = piece.account()["briefs"][0]["fields"]
    assert told["tempo_bpm"]["value"] == movement.legs[0].stretch.briefs[0][1].tempo_bpm
    played_by = [step for leg in movement.legs for step in leg.stretch.briefs]
    assert [brief for _, brief in piece.briefs] == [brief for _, brief in played_by], "not the first one alone"


def test_the_readings_of_a_recorded_session_come_again() -> None:
    live, again = (piece.account() for piece in led(*READ, records=True))
    for name in ("reading", "path"):
        assert live[name] == again[name]
    assert live["reading"]["probabilities"] == {"dreamy": 1.0, "anger": 0.0}
    assert live["reading"]["shares"] == {"eyes": 0.4, "brows": 0.3, "nose": 0.2, "mouth": 0.1}
    first, left, reached = live["path"]
    assert (first["time_s"], first["doubt"]) == (0.0, 0.2)
    assert left == first | {"time_s": reached["time_s"]}, "one until the next"
    assert reached["reads_as"] == "anger"
    assert TURN_S - BEGIN_S < reached["time_s"] < TURN_S - BEGIN_S + 4, "where the music turned"
    for bar, kept in zip(live["bars"], again["bars"], strict=True):
        assert bar["reads_as"] == kept["reads_as"] == ("anger" if bar["time_s"] >= reached["time_s"] else "dreamy")


def test_of_a_session_that_was_not_recorded_no_reading_is_made_up() -> None:
    live, again = led(*READ, records=False)
    assert [live.affect, [affect for _, affect in live.path]] == [READ[0], [READ[0], READ[0], READ[1]]]
    account = again.account()
    assert account["reading"] is None
    assert account["path"] == [{"time_s": 0.0, "reads_as": None, "valence": None, "arousal": None, "doubt": None}]
    assert {bar[name] for bar in account["bars"] for name in ("reads_as", "valence", "doubt", "shares")} == {None}
    with pytest.raises(LookupError, match="replay: no reading was kept"):
        _ = again.affect


def test_where_cues_alone_were_followed_there_is_no_reading() -> None:
    for piece in led(None, READ[1], records=True):
        told = [bar["reads_as"] for bar in piece.account()["bars"]]
        assert (told[0], told[-1], set(told)) == (None, "anger", {None, "anger"})
    for piece in led(READ[0], None, records=True):
        told = [bar["reads_as"] for bar in piece.account()["bars"]]
        assert (told[0], told[-1], set(told)) == ("dreamy", None, {None, "dreamy"})


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "not a session file"),
        (b"{}", "no line of a session"),
        (b'{"kind": "session", "format": 99}', "not a session file"),
        (b"not json", "line 1"),
        (b'{"kind": ' + b"[" * 100_000, "line 1"),
        (b"\xff\xd8\xff", "cannot be read"),
    ],
)
def test_other_files_are_refused(content: bytes, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        parse_session(content, "x.jsonl")


@pytest.mark.parametrize(
    "line",
    [
        {"kind": "start", "time_s": 0},
        {"kind": "start", "time_s": 0, "seed": 1, "brief": {"mode": "blues"}, "next_id": 1},
        {"kind": "step", "do": "redirect", "leg": 7, "tick": 1, "target": None},
        {"kind": "step", "do": "cut", "leg": 0, "tick": 0, "affect": {"probs": {"mild": 1.0}}},
        {"kind": "step", "do": "cut", "leg": 0, "tick": 0, "affect": AFFECT | {"probs": {"mild": 1.0}}},
        {"kind": "step", "do": "cut", "leg": 0, "tick": 0, "affect": AFFECT | {"shares": [1]}},
    ],
)
def test_a_broken_line_is_named(played: bytes, line: dict) -> None:
    rows = played.splitlines()
    content = b"\n".join([*rows[:2], json.dumps(line).encode(), *rows[2:]])
    with pytest.raises(BadInput, match="line 3"):
        replayed(parse_session(content, "session"))


TUNE = {"kind": "tune", "id": -1, "part": "melody", "pitch_midi": 60, "velocity": 80, "onset_s": 1.0, "length_s": 1.0}


@pytest.mark.parametrize(
    "wrong", [{"id": math.inf}, {"id": [1]}, {"part": "hands"}, {"part": 3}, {"pitch_midi": 999}, {"length_s": None}]
)
def test_a_broken_line_of_a_tune_is_named(played: bytes, wrong: dict) -> None:
    rows = played.splitlines()
    content = b"\n".join([*rows[:2], json.dumps(TUNE | wrong).encode(), *rows[2:-1]])  # broken off, too
    with pytest.raises(BadInput, match="line 3"):
        replayed(parse_session(content, "session"))


@pytest.mark.parametrize("wrong", [{"id": [1]}, {"id": {}}, {"part": 1.5}, {"onset_s": "soon"}, {"velocity": None}])
def test_a_broken_note_is_named(played: bytes, wrong: dict) -> None:
    lines = parse_session(played, "session")
    at, note = next((number, line) for number, line in enumerate(lines) if line["kind"] == "note")
    with pytest.raises(BadInput, match=rf"^evening.jsonl: line {at + 1}: '{next(iter(wrong))}'"):
        differences([*lines[:at], note | wrong, *lines[at + 1 :]], replayed(lines), "evening.jsonl")


def test_a_session_that_is_cut_short_says_so(played: bytes) -> None:
    end = played.index(b"\n", len(played) // 2) - 5
    number = played[:end].count(b"\n") + 1
    with pytest.raises(BadInput) as refusal:
        parse_session(played[:end], "session")
    assert str(refusal.value) == f"session: is cut short in line {number}; export the session again"


def test_a_session_without_music_says_so() -> None:
    with pytest.raises(BadInput, match="nothing was played"):
        replayed(parse_session(SessionFile("now").content(3.0), "session"))


def test_a_long_session_keeps_every_line_in_its_place() -> None:
    file, count = SessionFile("now"), 2 * PACKED + 40
    file.keeps_readings = True
    for number in range(count):
        file.keep("hold", number, held={"number": number})
        if number % 100 == 50:
            file.keep("reading", number + 0.5, seq=number)
    lines = parse_session(file.content(count), "session")[1:-1]
    assert [line["time_s"] for line in lines] == sorted(line["time_s"] for line in lines)
    assert [line["held"]["number"] for line in lines if line["kind"] == "hold"] == list(range(count))
    assert [line["seq"] for line in lines if line["kind"] == "reading"] == list(range(50, count, 100))


def test_a_copy_stays_as_it_was() -> None:
    file = SessionFile("now", CLASSES)
    file.keeps_readings = True
    for number in range(PACKED - 1):
        file.keep("hold", number, held={})
    file.keep("reading", 1.0, seq=1)
    copy, before = file.copy(), file.content(9.0)
    file.keep("hold", 2.0, held={})
    file.keep("reading", 2.0, seq=2)
    assert copy.content(9.0) == before != file.content(9.0)
