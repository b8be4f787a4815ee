"""A face plays a tune over the composer's accompaniment: on page and ports at once, kept, and replayed."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest

from mien.circumplex import affect_of
from mien.clock import OfflineClock
from mien.cues.geometry import measure
from mien.cues.names import NAMES
from mien.cues.neutral import average_neutral
from mien.errors import BadInput
from mien.face.look import look
from mien.lab.performer.head import load_head
from mien.lab.performer.perform import perform
from mien.lab.performer.stage import Stage as Performed
from mien.live.calibration import SECONDS
from mien.live.conductor import Aim
from mien.live.face_tune import FaceTune
from mien.live.performance import Performance
from mien.live.player import Player
from mien.live.seats import KEPT_S, SEATS
from mien.live.session_file import SessionFile, differences, notes_of, parse_session, replayed
from mien.live.settings import Settings, changed
from mien.live.solo import with_solo
from mien.live.take import piece_of
from mien.live.watching import LEFT_S, Watching
from mien.music.brief import brief_from_affect
from mien.music.gesture import at_rest
from mien.music.tune import LONGEST_S, pitch_of
from mien.ports.port import Release, SilentTwin, Strike
from mien.values import Frame, Part

from conftest import DATA, load_data

RATE_HZ = 15
HAPPY = brief_from_affect(affect_of("happy"), seed=1, tonic_pc=2, meter=(4, 4))
TWINKLE = (0, 0, 4, 4, 5, 5, 4)
UP, DOWN, WINK, REST = {"gaze_x": -0.14}, {"gaze_x": 0.14}, {"eye_openness_left": -0.25}, {}
OPEN = {"mouth_openness": 0.5}


POSES = {
    "up": {"eyeLookInLeft": 0.8, "eyeLookOutRight": 0.8},
    "down": {"eyeLookOutLeft": 0.8, "eyeLookInRight": 0.8},
    "wink": {"eyeBlinkLeft": 1.0},
    "other wink": {"eyeBlinkRight": 1.0},
    "wide": {"mouthSmileLeft": 0.5, "mouthSmileRight": 0.5},
    "pursed": {"mouthPucker": 1.0},
    "open": {"jawOpen": 0.6},
    "rest": {},
}
"""Movements of the rendered performer."""


@cache
def seen_as(pose: str) -> dict[str, float]:
    """How far the cues of a rendered face are from those of its rest, as our own mesh measures them."""
    head = load_head(DATA / "ict_face.npz")
    rest, moved = (
        measure(look(Frame(0.0, perform(head, Performed(coefficients=what, face_px=150)).rgb))[0])
        for what in ({}, POSES[pose])
    )
    return dict(zip(NAMES, (moved.values - rest.values).tolist(), strict=True))


class Stage:
    """A face, a band, a page and a port, and time that passes frame by frame."""

    def __init__(self) -> None:
        self.clock = OfflineClock()
        self.told: list[dict[str, Any]] = []
        self.twin = SilentTwin()
        self.file = SessionFile("now")
        self.player = Player({"twin": lambda: self.twin}, self.clock, runs=False)
        self.performance = Performance(self.told.append, self.player, self.file)
        self.watching = Watching()
        self.tune = FaceTune(self.watching, self.performance, self.told.append)
        self.gestures: Any = None

    def frame(self, moved: Mapping[str, float] | None) -> None:
        """One frame: a face so far from rest, or none at all."""
        self.clock.wait(1 / RATE_HZ)
        now_s = self.clock.now_s
        rest = dict(zip(NAMES, average_neutral().mean.tolist(), strict=True))
        cues = [rest[name] + (moved or {}).get(name, 0.0) for name in NAMES]
        face = {
            "score": 1.0, "box": [0.3, 0.2, 0.7, 0.8], "pose_deg": [0, 0, 0], "points": [], "irises": [],
            "cues": cues, "coefficients": None, "affect": None,
        }  # fmt: skip
        said = {"faces": [] if moved is None else [face]}
        sight = self.watching.see(said, now_s, reads_affect=False)
        if learnt := self.watching.learnt(now_s):
            self.told.append(learnt)
        self.tune.play(sight.moved, now_s)
        self.gestures = sight.gestures
        if self.performance.is_playing:
            self.performance.rest(now_s, self.tune.rests(now_s))
            self.performance.advance(now_s, Aim(HAPPY))
        self.player.play_due()

    def hold(self, moved: Mapping[str, float] | None, seconds: float) -> None:
        for _ in range(max(1, round(seconds * RATE_HZ))):
            self.frame(moved)

    def ready(self, tune: str) -> "Stage":
        """Choose an instrument, rest the face, start the music."""
        self.tune.choose(tune, self.clock.now_s)
        self.hold(REST, 5.5)
        self.performance.start(self.clock.now_s, 1, Aim(HAPPY), rests=self.tune.rests(self.clock.now_s))
        self.hold(REST, 1.0)
        return self

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [message for message in self.told if message["type"] == kind]


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_a_tune_by_the_eyes_reaches_page_and_port_and_replays(stage: Stage) -> None:
    stage.ready("eyes")
    wanted = [pitch_of(degree, HAPPY.tonic_pc, HAPPY.mode) for degree in TWINKLE]
    at = 0
    for degree in TWINKLE:
        for _ in range(abs(degree - at)):
            stage.hold(UP if degree > at else DOWN, 0.2)
            stage.hold(REST, 0.2)
        at = degree
        stage.hold(WINK, 0.4)
        stage.hold(REST, 0.2)
    assert [message["note"][4] for message in stage.of("strike")] == wanted
    assert len(stage.of("lift")) == len(wanted)
    struck = [event for event in stage.twin.sent if isinstance(event, Strike) and event.part == Part.MELODY]
    assert [strike.pitch_midi for strike in struck] == wanted, "the composer's melody rests"
    assert any(isinstance(event, Strike) and event.part != Part.MELODY for event in stage.twin.sent), "the others play"
    stage.hold(REST, 25.0)
    stage.performance.silence(stage.clock.now_s, "stop")
    stage.player.play_due()
    down: dict[int, int] = {}
    for event in stage.twin.sent:
        if isinstance(event, Strike | Release):
            down[event.channel, event.pitch_midi] = isinstance(event, Strike)
    assert not any(down.values())
    lines = parse_session(stage.file.content(stage.clock.now_s), "session")
    take = replayed(lines)
    assert differences(lines, take) == []
    assert [note.strike.pitch_midi for note in notes_of(take) if note.strike.part == Part.MELODY] == wanted
    kept = [line["pitch_midi"] for line in lines if line["kind"] == "note" and line["part"] == "melody"]
    assert kept == wanted
    piece = piece_of(take.movements[0], "session")
    assert [note.pitch_midi for note in piece.performed.part(Part.MELODY)] == wanted


@pytest.mark.data
@pytest.mark.parametrize(
    ("tune", "up", "down", "key"),
    [("eyes", "up", "down", "wink"), ("eyes", "up", "down", "other wink"), ("mouth", "wide", "pursed", "open")],
)
def test_a_rendered_performer_plays_a_tune(stage: Stage, tune: str, up: str, down: str, key: str) -> None:
    load_data("ict_face.npz")  # skips where it is absent
    stage.ready(tune)
    at = 0
    for degree in TWINKLE:
        for _ in range(abs(degree - at)):
            stage.hold(seen_as(up if degree > at else down), 0.2)
            stage.hold(REST, 0.2)
        at = degree
        stage.hold(seen_as(key), 0.4)
        stage.hold(REST, 0.2)
    wanted = [pitch_of(degree, HAPPY.tonic_pc, HAPPY.mode) for degree in TWINKLE]
    assert [message["note"][4] for message in stage.of("strike")] == wanted


def test_a_tune_by_the_mouth_sounds_as_long_as_it_is_open(stage: Stage) -> None:
    stage.ready("mouth")
    stage.hold(OPEN, 1.0)
    stage.hold(REST, 0.2)
    (note,), (lift,) = [message["note"] for message in stage.of("strike")], stage.of("lift")
    assert lift["ends"] == [[note[0], pytest.approx(note[1] + 1.0, abs=1e-3)]]
    assert note[2] == LONGEST_S, "told with a length, whatever comes"


def test_the_resting_face_is_learnt_before_it_can_play(stage: Stage) -> None:
    stage.frame(REST)
    stage.tune.choose("mouth", stage.clock.now_s)
    assert stage.of("calibration")[0]["state"] == "running"
    stage.performance.start(stage.clock.now_s, 1, Aim(HAPPY))
    stage.hold(OPEN, 2.0)
    assert stage.of("strike") == []
    assert stage.tune.rests(stage.clock.now_s) == frozenset()
    assert not stage.of("tune")[-1]["ready"]


def test_who_comes_late_is_asked_to_rest_when_they_come(stage: Stage) -> None:
    stage.tune.choose("mouth", stage.clock.now_s)
    stage.hold(None, 3.0)
    assert stage.of("calibration") == [], "nobody is asked"
    stage.hold(REST, SECONDS - 0.5)
    assert stage.watching.own is None, "they have their time"
    stage.hold(REST, 1.0)
    assert stage.watching.own is not None


@pytest.mark.parametrize("pictures_come", [True, False])
def test_who_comes_after_another_has_left_is_asked_for_their_own_rest(stage: Stage, pictures_come: bool) -> None:
    stage.ready("mouth")
    if pictures_come:
        stage.hold(None, LEFT_S + 0.5)
        assert [message["state"] for message in stage.of("calibration")][-2:] == ["done", "forgotten"]
    else:  # as while the camera is unplugged
        stage.clock.wait(LEFT_S + 0.5)
        stage.watching.learnt(stage.clock.now_s)
    assert stage.watching.own is None
    stage.hold(OPEN, SECONDS + 0.5)  # a mouth that rests ajar
    stage.hold(OPEN, 1.0)
    assert stage.watching.own is not None
    assert stage.of("strike") == []


def test_a_rest_outlasts_a_moment_away_and_one_that_was_asked_for_a_longer_absence(stage: Stage) -> None:
    stage.ready("mouth")
    stage.hold(None, LEFT_S - 1.0)
    assert stage.watching.own is not None
    stage.hold(REST, 0.1)
    stage.watching.calibrate("start", stage.clock.now_s)
    stage.hold(REST, SECONDS + 0.5)
    stage.hold(None, 4 * LEFT_S)
    assert stage.watching.own is not None


def test_the_page_is_told_which_note_comes_next(stage: Stage) -> None:
    stage.ready("eyes")
    stage.hold(UP, 0.2)
    told = stage.of("tune")[-1]
    pitch = pitch_of(1, HAPPY.tonic_pc, HAPPY.mode)
    assert (told["degree"], told["pitch_midi"], told["down"], told["ready"]) == (1, pitch, False, True)
    assert told["name"] == "E4"
    stage.hold(WINK, 0.3)
    assert stage.of("tune")[-1]["down"]


def test_the_composer_plays_the_melody_where_only_others_are_left(stage: Stage) -> None:
    stage.watching.seat(SEATS)
    stage.ready("mouth")
    first, second = [0.05, 0.2, 0.4, 0.8], [0.6, 0.2, 0.95, 0.8]

    def see(*boxes: list[float]) -> frozenset[Part]:
        cues = average_neutral().mean.tolist()
        face = {
            "score": 1.0, "pose_deg": [0, 0, 0], "points": [], "irises": [],
            "cues": cues, "coefficients": None, "affect": None,
        }  # fmt: skip
        for _ in range(round((KEPT_S + 0.5) * RATE_HZ)):
            stage.clock.wait(1 / RATE_HZ)
            said = {"faces": [face | {"box": box} for box in boxes]}
            stage.tune.play(stage.watching.see(said, stage.clock.now_s, reads_affect=False).moved, stage.clock.now_s)
        return stage.tune.rests(stage.clock.now_s)

    assert see(first, second) == {Part.MELODY}
    assert see(second) == frozenset()
    assert stage.watching.seats_taken() == (1,)
    assert see(second, first) == {Part.MELODY}


def test_who_leaves_gives_the_melody_back_to_the_composer(stage: Stage) -> None:
    stage.ready("mouth")
    stage.hold(OPEN, 0.5)
    stage.hold(None, 0.1)
    assert len(stage.of("lift")) == 1
    before = len(stage.twin.sent)
    stage.hold(None, 15.0)
    assert any(isinstance(event, Strike) and event.part == Part.MELODY for event in stage.twin.sent[before:])


def test_another_instrument_and_the_end_of_the_music_end_the_note(stage: Stage) -> None:
    stage.ready("mouth")
    stage.hold(OPEN, 0.5)
    stage.tune.choose("eyes", stage.clock.now_s)
    assert len(stage.of("lift")) == 1
    stage.tune.choose("mouth", stage.clock.now_s)
    stage.hold(OPEN, 0.5)
    stage.performance.silence(stage.clock.now_s, "panic")
    assert len(stage.of("lift")) == len(stage.of("strike")) == 2
    stage.hold(OPEN, 0.5)
    assert len(stage.of("strike")) == 2, "nothing plays without music"


def test_a_shut_eye_does_not_soften_its_own_note(stage: Stage) -> None:
    stage.ready("eyes")
    stage.hold(WINK, 0.5)
    (gesture,) = stage.gestures.values()
    shaped, quiet = dict(gesture.controls), dict(stage.tune.quieted(gesture).controls)
    assert shaped[Part.MELODY] != at_rest(Part.MELODY)
    assert quiet[Part.MELODY] == at_rest(Part.MELODY)
    assert quiet[Part.HARMONY] == shaped[Part.HARMONY]


def test_a_note_that_outlasts_its_leg_ends_with_it(stage: Stage) -> None:
    stage.ready("mouth")
    (leg, *_) = stage.performance._conductor.legs  # type: ignore[union-attr]
    while stage.clock.now_s < leg.end_s - 0.3:
        stage.frame(REST)
    stage.hold(OPEN, 2.0)
    stage.hold(REST, 0.2)
    notes = list(stage.performance._solo.notes)
    joined = with_solo(leg, notes)
    (place,) = [number for number, id_ in enumerate(joined.ids) if id_ < 0]
    assert joined.played.notes[place].end_ticks == leg.played.length_ticks


def test_a_tune_that_does_not_exist_is_refused() -> None:
    assert changed(Settings(), {"tune": "eyes"}).told()["tune"] == "eyes"
    assert changed(Settings(tune="eyes"), {"tune": None}).tune is None
    with pytest.raises(BadInput, match="eyes, mouth"):
        changed(Settings(), {"tune": "ears"})


def test_a_broken_line_of_a_tune_is_named() -> None:
    file = SessionFile("now")
    file.keep("tune", 1.0, id=-1)
    with pytest.raises(BadInput, match=r"line 2 cannot be replayed \(.* is missing or unknown\)"):
        replayed(parse_session(file.content(2.0), "session"))
