"""Tunes played by streams of cues: by the eyes alone, by the mouth alone."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.errors import BadInput
from mien.music.tune import (
    LONGEST_S,
    NEAR_MIDI,
    Lift,
    Playing,
    Press,
    parse_tunes,
    pitch_of,
    play,
    shipped_tunes,
    tune_named,
)
from mien.vocabulary import Mode

RATE_HZ = 15
REST = {"gaze_x": 0.0, "eye_openness_right": 0.0, "eye_openness_left": 0.0, "mouth_width": 0.0, "mouth_openness": 0.0}
POSES = {
    "rest": {},
    "right": {"gaze_x": -0.14, "eye_openness_left": -0.04},
    "left": {"gaze_x": 0.14},
    "wink": {"eye_openness_left": -0.25, "gaze_x": 0.1},  # a shut lid moves what is believed of the gaze
    "other wink": {"eye_openness_right": -0.25, "gaze_x": -0.1},
    "shut": {"eye_openness_right": -0.25, "eye_openness_left": -0.25},
    "wide": {"mouth_width": 0.13, "mouth_openness": 0.02},
    "pursed": {"mouth_width": -0.05, "mouth_openness": 0.05},
    "open": {"mouth_openness": 0.5, "mouth_width": -0.08},  # it narrows as it opens
    "gone": None,
}
TWINKLE = (0, 0, 4, 4, 5, 5, 4, 3, 3, 2, 2, 1, 1, 0)
BEETHOVEN = (2, 2, 3, 4, 4, 3, 2, 1, 0, 0, 1, 2, 2, 1, 1)


class Player:
    """Somebody who holds poses for a while before a camera."""

    def __init__(self, name: str) -> None:
        self.tune, self.playing, self.frame = tune_named(name), Playing(), 0
        self.heard: list[tuple[int, int]] = []
        """Degree and frames of each note."""
        self.began = 0

    @property
    def is_down(self) -> bool:
        return self.playing.down is not None

    def hold(self, pose: str, seconds: float) -> None:
        for _ in range(max(1, round(seconds * RATE_HZ))):
            moved = POSES[pose]
            cues = {} if moved is None else REST | moved
            acts, self.playing = play(self.tune, cues, self.frame / RATE_HZ, self.playing)
            for act in acts:
                if isinstance(act, Press):
                    self.heard.append((act.degree, 0))
                    self.began = self.frame
                else:
                    self.heard[-1] = (self.heard[-1][0], self.frame - self.began)
            self.frame += 1

    def sing(self, degrees: tuple[int, ...], up: str, down: str, key: str) -> None:
        """Go to each degree by single steps, and sound it."""
        for degree in degrees:
            while self.playing.degree != degree:
                self.hold(up if degree > self.playing.degree else down, 0.2)
                self.hold("rest", 0.2)
            self.hold(key, 0.4)
            self.hold("rest", 0.2)


@pytest.mark.parametrize("melody", [TWINKLE, BEETHOVEN])
@pytest.mark.parametrize(
    ("name", "poses"),
    [
        ("eyes", ("right", "left", "wink")),
        ("eyes", ("right", "left", "other wink")),
        ("mouth", ("wide", "pursed", "open")),
    ],
)
def test_a_whole_tune(name: str, poses: tuple[str, str, str], melody: tuple[int, ...]) -> None:
    player = Player(name)
    player.sing(melody, *poses)
    assert [degree for degree, _ in player.heard] == list(melody)
    assert all(frames > 0 for _, frames in player.heard)
    assert not player.is_down


def test_who_cannot_wink_shuts_both_eyes_for_longer() -> None:
    player = Player("eyes")
    player.hold("right", 0.2)
    player.hold("rest", 0.2)
    player.hold("shut", 1.2)
    player.hold("rest", 0.2)
    assert [degree for degree, _ in player.heard] == [1]


def test_blinks_sound_nothing() -> None:
    player = Player("eyes")
    for _ in range(10):
        player.hold("shut", 0.2)
        player.hold("rest", 1.0)
    player.hold("wink", 1 / RATE_HZ)  # one lid a frame before the other
    player.hold("shut", 0.2)
    player.hold("rest", 0.5)
    assert (player.heard, player.playing.degree) == ([], 0)


def test_a_look_that_is_held_goes_on_and_stops_at_the_end() -> None:
    player = Player("eyes")
    player.hold("right", 1.0)
    assert player.playing.degree == 3  # at 0.1, 0.5 and 0.9 s
    player.hold("right", 30.0)
    assert player.playing.degree == player.tune.highest
    player.hold("left", 60.0)
    assert player.playing.degree == player.tune.lowest


def test_a_note_sounds_as_long_as_it_is_held() -> None:
    player = Player("mouth")
    for seconds in (0.2, 1.0, 2.0):
        player.hold("open", seconds)
        player.hold("rest", 0.4)
    assert [frames / RATE_HZ for _, frames in player.heard] == pytest.approx([0.2, 1.0, 2.0], abs=0.1)


def test_a_face_that_goes_away_leaves_no_note_sounding() -> None:
    player = Player("mouth")
    player.hold("open", 0.5)
    assert player.is_down
    player.hold("gone", 0.1)
    assert not player.is_down


def test_a_key_that_stays_down_ends_and_sounds_again_only_when_it_was_up() -> None:
    player = Player("mouth")
    player.hold("open", LONGEST_S + 5)
    assert (len(player.heard), player.is_down) == (1, False)
    player.hold("rest", 0.3)
    player.hold("open", 0.3)
    assert len(player.heard) == 2


def some_poses() -> st.SearchStrategy[list[tuple[str, float]]]:
    return st.lists(st.tuples(st.sampled_from(sorted(POSES)), st.floats(0.05, 2.0)), max_size=30)


@given(some_poses(), st.sampled_from(sorted(shipped_tunes())))
def test_whatever_the_face_does_notes_begin_and_end_in_turn(poses: list[tuple[str, float]], name: str) -> None:
    tune, playing, down = tune_named(name), Playing(), False
    for frame, moved in enumerate(_frames([*poses, ("gone", 0.1)])):
        acts, playing = play(tune, moved, frame / RATE_HZ, playing)
        for act in acts:
            assert isinstance(act, Lift) == down
            down = not down
        assert tune.lowest <= playing.degree <= tune.highest
    assert not down


def _frames(poses: list[tuple[str, float]]) -> Iterator[dict[str, float]]:
    for pose, seconds in poses:
        for _ in range(max(1, round(seconds * RATE_HZ))):
            moved = POSES[pose]
            yield {} if moved is None else REST | moved


def test_degrees_are_those_of_the_scale() -> None:
    assert [pitch_of(degree, 0, Mode.IONIAN) for degree in range(8)] == [72, 74, 76, 77, 79, 81, 83, 84]
    assert [pitch_of(degree, 9, Mode.AEOLIAN) for degree in (-1, 0, 2)] == [67, 69, 72]
    assert all(abs(pitch_of(0, pc, Mode.DORIAN) - NEAR_MIDI) <= 6 for pc in range(12))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[eyes", "not TOML"),
        ('[x]\ntitle=""\nsays=""\nlowest=0\nhighest=1\nstep=[]\n', "key"),
        (
            '[x]\ntitle=""\nsays=""\nlowest=0\nhighest=1\nstep=[]\n[[x.key]]\ncues=["ear"]\nbeyond=1\nback=0.5\n'
            'after_s=0\nvelocity=9\nsource=""\n',
            "no cue 'ear'",
        ),
        (
            '[x]\ntitle=""\nsays=""\nlowest=0\nhighest=1\nstep=[]\n[[x.key]]\ncues=["jaw_drop"]\nbeyond=1\nback=-1\n'
            'after_s=0\nvelocity=9\nsource=""\n',
            "back -1",
        ),
    ],
)
def test_a_table_that_is_wrong_is_refused(text: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        parse_tunes(text)


def test_every_row_says_where_it_comes_from() -> None:
    for tune in shipped_tunes().values():
        assert all(row.source for row in (*tune.steps, *tune.keys))
        assert tune.lowest < 0 < tune.highest
    with pytest.raises(BadInput, match="eyes, mouth"):
        tune_named("ears")
