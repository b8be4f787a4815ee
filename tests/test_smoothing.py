"""Smoothing: what a stream of cues and of readings may and may not do."""

import itertools
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mien.cues.names import CUES, NAMES
from mien.reading import watch
from mien.smoothing import USUAL, LabelMemory, OneEuro, Smoothing, steady_affect, steady_cues, steady_label
from mien.values import CANNOT_TELL, Affect, Cues
from mien.vocabulary import EMOTIONS

RANGE = np.array([cue.high - cue.low for cue in CUES])
REST = np.array([(cue.high + cue.low) / 2 for cue in CUES])
LID, MOUTH, BROW = (NAMES.index(name) for name in ("eye_openness_left", "mouth_width", "brow_height_left"))


def cues_at(time_s: float, moved: float = 0.0, valid: bool = True) -> Cues:
    """All cues at the middle of their range, moved by a share of it."""
    values = REST + moved * RANGE if valid else np.zeros(len(CUES))
    return Cues(time_s, values.astype(np.float32), np.full(len(CUES), valid))


def course(times_s: list[float], moved: list[float], options: Smoothing = USUAL) -> NDArray[np.float64]:
    """What comes out, as shares of each cue's range from its middle, (n, c)."""
    memory, out = None, []
    for time_s, share in zip(times_s, moved, strict=True):
        calm, memory = steady_cues(cues_at(time_s, share), memory, options)
        out.append((calm.values - REST) / RANGE)
    return np.stack(out)


steps_s = st.lists(st.floats(0.005, 0.4), min_size=2, max_size=30)


@settings(deadline=None)
@given(steps_s, st.data())
def test_cues_stay_within_what_was_seen(steps: list[float], data: st.DataObject) -> None:
    times = list(itertools.accumulate(steps))
    moved = data.draw(st.lists(st.floats(-1, 1), min_size=len(times), max_size=len(times)))
    out = course(times, moved)
    for i in range(len(times)):
        assert (out[i] >= min(moved[: i + 1]) - 1e-4).all()
        assert (out[i] <= max(moved[: i + 1]) + 1e-4).all()


@settings(deadline=None)
@given(steps_s)
def test_a_step_is_approached_from_one_side(steps: list[float]) -> None:
    times = [0.0, *itertools.accumulate(steps)]
    out = course(times, [0.0] + [1.0] * len(steps))
    assert (np.diff(out, axis=0) >= -1e-4).all()
    assert (out <= 1 + 1e-4).all()


@pytest.mark.parametrize("kind", [LID, MOUTH, BROW])
def test_the_frame_rate_does_not_matter(kind: int) -> None:
    ends = []
    for rate in (15, 30, 60, 120):
        times = np.arange(0, 1.0001, 1 / rate)
        moved = 0.3 * np.clip((times - 0.2) / 0.4, 0, 1)  # a slow ramp
        ends.append(course(times.tolist(), moved.tolist())[[rate * 2 // 5, rate * 3 // 5, rate], kind])
    assert np.ptp(ends, axis=0).max() < 0.03


def test_uneven_frames_follow_the_same_course() -> None:
    rng = np.random.default_rng(3)
    even = np.arange(0, 2, 1 / 30)
    uneven = np.sort(np.append(rng.uniform(0, 2, 80), [0.0, even[-1]]))
    one, other = (
        course(times.tolist(), (0.4 * np.sin(2 * times)).tolist())[-1, [LID, MOUTH, BROW]] for times in (even, uneven)
    )
    assert np.abs(one - other).max() < 0.03


def test_rest_is_calmer_and_a_blink_still_passes() -> None:
    times = np.arange(0, 3, 1 / 30)
    tremble = np.random.default_rng(1).normal(0, 0.02, len(times))
    out = course(times.tolist(), tremble.tolist())[30:]
    assert (out.std(axis=0) < 0.7 * tremble.std()).all()
    assert out[:, BROW].std() < 0.45 * tremble.std()
    blink = np.where((times > 1) & (times < 1.2), -0.6, 0.0)
    lids = course(times.tolist(), blink.tolist())
    assert lids[:, LID].min() < -0.5, "a blink of .2 s reaches most of its depth"
    assert lids[:, BROW].min() > lids[:, LID].min(), "lids are quicker than brows"


def test_settings_reach_their_cues_alone() -> None:
    still = OneEuro(cutoff_hz=0.01, speed_gain=0, speed_cutoff_hz=1)
    times, moved = [0.0, 0.1], [0.0, 1.0]
    plain, other = course(times, moved)[1], course(times, moved, Smoothing(lids=still))[1]
    changed = {name for name, a, b in zip(NAMES, plain, other, strict=True) if abs(a - b) > 1e-6}
    assert changed == {n for n in NAMES if n.startswith(("eye_openness", "lower_lid_raise"))}
    mouth = course(times, moved, Smoothing(mouth=still))[1]
    assert {n for n, a, b in zip(NAMES, plain, mouth, strict=True) if abs(a - b) > 1e-6} == {
        cue.name for cue in CUES if cue.region == "mouth"
    }


def test_a_cue_out_of_sight_waits() -> None:
    _, memory = steady_cues(cues_at(0.0, 0.5))
    hidden, memory = steady_cues(cues_at(0.1, valid=False), memory)
    assert not hidden.valid.any() and not hidden.values.any()
    back, _ = steady_cues(cues_at(0.2, 0.5), memory)
    assert back.values == pytest.approx(cues_at(0, 0.5).values, abs=1e-5)


def affect_at(time_s: float, doubt: float = 0.0, **probs: float) -> Affect:
    rest = (1 - sum(probs.values())) / (len(EMOTIONS) - len(probs))
    return Affect(time_s, tuple(probs.get(e, rest) for e in EMOTIONS), 0.0, 0.0, doubt, (0.4, 0.3, 0.2, 0.1))


def test_after_a_gap_a_reading_begins_anew() -> None:
    seen = affect_at(10.0, happiness=0.9)
    assert steady_affect(seen, affect_at(0.0, anger=0.9)) == seen


def test_the_same_instant_changes_nothing() -> None:
    before = affect_at(1.0, anger=0.9)
    assert steady_affect(affect_at(1.0, happiness=0.9), before).probs == pytest.approx(before.probs)


def test_a_reading_goes_half_of_the_way_in_a_half_life() -> None:
    half_life_s = Smoothing().mood_half_life_s
    before, seen = affect_at(0.0, happiness=1.0), affect_at(half_life_s, doubt=1.0, anger=1.0)
    half = steady_affect(seen, before)
    assert half.probs[EMOTIONS.index("anger")] == pytest.approx(0.5)
    assert half.doubt == pytest.approx(0.5)
    quarter = steady_affect(affect_at(half_life_s / 2, doubt=1.0, anger=1.0), before)
    assert steady_affect(seen, quarter).probs == pytest.approx(half.probs), "two halves of the time make the whole"


def test_the_label_does_not_flicker() -> None:
    rng = np.random.default_rng(5)
    calm: Affect | None = None
    memory: LabelMemory | None = None
    labels = []
    for i in range(300):  # ten seconds of two emotions that change the lead by chance
        tilt = float(rng.normal(0, 0.15))
        calm = steady_affect(affect_at(i / 30, happiness=0.4 + tilt / 2, neutral=0.4 - tilt / 2), calm)
        memory = steady_label(calm, memory)
        labels.append(memory.label)
    assert len(set(labels)) == 1


def test_a_label_that_leads_comes_after_the_dwell() -> None:
    options = Smoothing(label_dwell_s=0.4, label_margin=0.1)
    memory: LabelMemory | None = steady_label(affect_at(0.0, neutral=0.8), None, options)
    told = []
    for i in range(1, 20):
        memory = steady_label(affect_at(i / 10, happiness=0.8), memory, options)
        told.append(memory.label)
    assert told[:4] == ["neutral"] * 4 and told[4:] == ["happiness"] * 15
    narrow = steady_label(affect_at(5.0, happiness=0.45, sadness=0.5), memory, options)
    assert narrow.label == narrow.rival == "happiness"


@pytest.mark.parametrize("gap_s", [0.4, 1.0, 3.0])
def test_a_label_does_not_contradict_readings_that_come_seldom(gap_s: float) -> None:
    before, steady = None, None
    for i, name in enumerate(["happiness", "sadness", "sadness", "anger", "happiness"]):
        steady = steady_affect(affect_at(i * gap_s, **{name: 0.9}), steady, Smoothing(mood_half_life_s=0.1))
        before = steady_label(steady, before)
        assert before.label == name


def test_doubt_that_lasts_is_told() -> None:
    memory: LabelMemory | None = None
    for i in range(10):
        memory = steady_label(affect_at(i / 10, neutral=0.8), memory)
    for i in range(10, 20):
        memory = steady_label(affect_at(i / 10, doubt=1.0, neutral=0.3), memory)
    assert memory is not None and memory.label == CANNOT_TELL


def test_whoever_watches_a_video_says_how_steady_the_path_is(tmp_path: Path, astronaut: NDArray[np.uint8]) -> None:
    writer = cv2.VideoWriter(str(tmp_path / "clip.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 4, (512, 512))
    for turn in range(4):
        frame = astronaut[:, :, ::-1].copy()
        frame[118:176, 175:274] = 20 if turn else frame[118:176, 175:274]  # then nose and mouth are covered
        writer.write(frame)
    writer.release()
    slow, quick = (
        [affect.doubt for _, affect in watch(tmp_path / "clip.avi", smoothing=Smoothing(mood_half_life_s=half_life_s))]
        for half_life_s in (1e6, 1e-3)
    )
    assert slow == pytest.approx([slow[0]] * len(slow), abs=1e-3)
    assert quick[0] == slow[0] and quick[-1] > slow[-1] + 0.3


@pytest.mark.parametrize("wrong", [(0, 1, 1), (1, -1, 1), (1, 1, float("nan"))])
def test_a_filter_that_means_nothing_is_refused(wrong: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="cutoffs are above 0"):
        OneEuro(*wrong)


@pytest.mark.parametrize(
    "wrong", [{"gap_s": 0}, {"mood_half_life_s": 0}, {"label_margin": -0.1}, {"label_dwell_s": float("nan")}]
)
def test_settings_that_mean_nothing_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="half-life"):
        Smoothing(**wrong)
