import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.cues.names import NAMES, PAIRS, REGION_OF
from mien.music.gesture import CONTROL_ROWS, ControlRow, State, brief_from_cues, gesture_mapping, step
from mien.music.mapping import shipped_mapping
from mien.values import CONTROLS, STEERED_BY, Part


def played(frames: list[dict[str, float]], rate_hz: float = 15.0) -> list:
    state, gestures = State(), []
    for number, departures in enumerate(frames):
        gesture, state = step(departures, departures, number / rate_hz, state)
        gestures.append(gesture)
    return gestures


def lids(right: float, left: float) -> dict[str, float]:
    return {"eye_openness_right": right, "eye_openness_left": left, "eye_openness": (right + left) / 2}


def events(frames: list[dict[str, float]]) -> list[str]:
    return [event for gesture in played(frames) for event in gesture.events]


OPEN, SHUT = lids(0, 0), lids(-4, -4)


def test_how_loud_a_part_is_its_own_region_says() -> None:
    louder = [row for row in CONTROL_ROWS if row.control == "expression"]
    assert {row.part: REGION_OF[row.cue] for row in louder} == STEERED_BY


@pytest.mark.parametrize(
    ("frames", "wanted"),
    [
        ([OPEN, SHUT, SHUT, OPEN], ["blink"]),
        ([OPEN, lids(-4, 0), lids(-4, -4), lids(0, -4), OPEN], ["blink"]),
        ([OPEN, *[lids(-4, 0)] * 4, OPEN], ["wink_right"]),
        ([OPEN, *[lids(0, -4)] * 4, OPEN], ["wink_left"]),
        ([OPEN, *[SHUT] * 30, OPEN], []),
        ([OPEN, *[lids(-4, 0)] * 40, OPEN], []),
        ([OPEN, lids(-2, -2), lids(-2, -2), OPEN], []),
        ([OPEN, SHUT, {}, OPEN], []),
        ([OPEN, SHUT, OPEN, OPEN, SHUT, OPEN], ["blink", "blink"]),
    ],
)
def test_blinks_and_winks_are_told_from_closed_eyes(frames: list[dict[str, float]], wanted: list[str]) -> None:
    assert events(frames) == wanted


def test_a_blink_takes_a_breath() -> None:
    gestures = played([OPEN, SHUT, OPEN, *[OPEN] * 10])
    breath = [dict(zip(CONTROLS, dict(g.controls)[Part.MELODY], strict=True))["breath"] for g in gestures]
    assert breath[2] == 1.0
    assert breath[-1] == 0.0


@pytest.mark.parametrize("row", CONTROL_ROWS, ids=lambda row: f"{row.part.name}-{row.control}")
def test_every_row_moves_its_control_its_way(row) -> None:
    names = {row.cue}
    rest = played([dict.fromkeys(names, 0.0)] * 30)[-1]
    there = played([dict.fromkeys(names, 0.0)] * 2 + [dict.fromkeys(names, 2.0)] * 30)[-1]
    place = CONTROLS.index(row.control)
    moved = dict(there.controls)[row.part][place] - dict(rest.controls)[row.part][place]
    assert moved == pytest.approx(2.0 * row.weight, abs=0.05 * abs(row.weight))


def test_what_two_cues_move_a_control_by_adds_up(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = (
        ControlRow(Part.MELODY, "expression", "eye_openness", 0.5, 0.1),
        ControlRow(Part.MELODY, "expression", "brow_height", 0.5, -0.02),
    )
    monkeypatch.setattr("mien.music.gesture.CONTROL_ROWS", rows)
    place = CONTROLS.index("expression")

    def expression(departures: dict[str, float]) -> float:
        return dict(played([departures])[0].controls)[Part.MELODY][place]

    assert expression({}) == 0.5
    assert expression({"eye_openness": 2.0}) == pytest.approx(0.7)
    assert expression({"eye_openness": 2.0, "brow_height": 2.0}) == pytest.approx(0.66)


def test_rows_for_the_same_control_agree_where_it_rests() -> None:
    controls = {(row.part, row.control) for row in CONTROL_ROWS}
    assert len({(row.part, row.control, row.at_rest) for row in CONTROL_ROWS}) == len(controls)


@settings(max_examples=30)
@given(st.lists(st.dictionaries(st.sampled_from([*NAMES, *PAIRS]), st.floats(-6, 6)), max_size=8))
def test_controls_stay_within_their_range(frames: list[dict[str, float]]) -> None:
    for gesture in played(frames):  # Gesture refuses what is out of range
        assert len(gesture.controls) == len(Part)


def test_steadied_cues_move_the_controls_and_seen_ones_the_lids() -> None:
    gesture, state = step(SHUT, OPEN, 0.0, State())
    assert gesture.controls == step(OPEN, OPEN, 0.0, State())[0].controls
    assert step(OPEN, OPEN, 0.2, state)[0].events == ("blink",)


def test_a_cue_out_of_sight_keeps_its_controls() -> None:
    gesture, state = step({}, {"mouth_openness": 2.0}, 0.0, State())
    assert step({}, {}, 0.1, state)[0].controls == gesture.controls


def test_cues_alone_make_the_brief() -> None:
    rest, lively = brief_from_cues({}, seed=1), brief_from_cues({"mouth_openness": 2.0, "brow_height": 2.0}, seed=1)
    assert lively.tempo_bpm > rest.tempo_bpm
    assert lively.register_midi > rest.register_midi
    assert all(row.valence == row.arousal == row.doubt == 0 for row in gesture_mapping().rows)


def test_the_table_of_gestures_names_cues_that_exist() -> None:
    known = {*NAMES, *PAIRS}
    assert {row.cue for row in gesture_mapping().cue_rows} | {row.cue for row in CONTROL_ROWS} <= known
    assert [row.target for row in gesture_mapping().rows] == [row.target for row in shipped_mapping().rows]
