"""Steadied cues: what a stream of them may and may not do."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mien.cues.names import CUES, NAMES
from mien.cues.steady import CUES_AS_SHIPPED, CueSmoothing, OneEuro, steady_cues
from mien.values import Cues

RANGE = np.array([cue.high - cue.low for cue in CUES])
REST = np.array([(cue.high + cue.low) / 2 for cue in CUES])
LID, MOUTH, BROW = (NAMES.index(name) for name in ("eye_openness_left", "mouth_width", "brow_height_left"))


def cues_at(time_s: float, moved: float = 0.0, valid: bool = True) -> Cues:
    """All cues at the middle of their range, moved by a share of it."""
    values = REST + moved * RANGE if valid else np.zeros(len(CUES))
    return Cues(time_s, values.astype(np.float32), np.full(len(CUES), valid))


def course(times_s: list[float], moved: list[float], options: CueSmoothing = CUES_AS_SHIPPED) -> NDArray[np.float64]:
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
    still = OneEuro(cutoff_hz=0.01, speed_gain=0)
    times, moved = [0.0, 0.1], [0.0, 1.0]
    plain, other = course(times, moved)[1], course(times, moved, CueSmoothing(lids=still))[1]
    changed = {name for name, a, b in zip(NAMES, plain, other, strict=True) if abs(a - b) > 1e-6}
    assert changed == {n for n in NAMES if n.startswith(("eye_openness", "lower_lid_raise"))}
    mouth = course(times, moved, CueSmoothing(mouth=still))[1]
    assert {n for n, a, b in zip(NAMES, plain, mouth, strict=True) if abs(a - b) > 1e-6} == {
        cue.name for cue in CUES if cue.region == "mouth"
    }


def test_a_cue_out_of_sight_waits() -> None:
    _, memory = steady_cues(cues_at(0.0, 0.5))
    hidden, memory = steady_cues(cues_at(0.1, valid=False), memory)
    assert not hidden.valid.any() and not hidden.values.any()
    back, _ = steady_cues(cues_at(0.2, 0.5), memory)
    assert back.values == pytest.approx(cues_at(0, 0.5).values, abs=1e-5)


def test_settings_that_mean_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="cutoffs"):
        OneEuro(cutoff_hz=0)
    with pytest.raises(ValueError, match="gap"):
        CueSmoothing(gap_s=0)
