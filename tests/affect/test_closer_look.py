"""A closer look divides two classes anew where a face is clear, and touches nothing else."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.affect.closer import CLEAR_EYES_PX, CloserLook, clearness
from mien.affect.network import Reader
from mien.cues.coefficients import COEFFICIENTS, read_coefficients
from mien.cues.geometry import measure
from mien.face.align import CHIP_EYES_PX
from mien.face.look import look
from mien.values import EMOTIONS, Face, Frame

ROW = {"between": ["neutral", "happiness"], "margin": 0.5, "movements": {"mouthSmileLeft": 3.0}, "offset": -1.0}
REST = np.zeros(len(COEFFICIENTS), dtype=np.float32)


@pytest.fixture(scope="module")
def face(astronaut: np.ndarray) -> Face:
    return look(Frame(0.0, astronaut))[0]


def smiling(amount: float) -> np.ndarray:
    moved = REST.copy()
    moved[COEFFICIENTS.index("mouthSmileLeft")] = amount
    return moved


@given(st.lists(st.floats(0, 1, width=32), min_size=8, max_size=8).filter(sum), st.floats(0, 1), st.floats(0, 1))
def test_what_the_two_have_together_and_all_others_stay(raw: list[float], smile: float, clear: float) -> None:
    probs = (np.array(raw) / sum(raw)).astype(np.float32)
    closer = CloserLook.of_row(ROW, EMOTIONS)
    divided = closer.divided(probs, smiling(smile), clear)
    np.testing.assert_allclose(divided[2:], probs[2:])
    assert divided[:2].sum() == pytest.approx(probs[:2].sum(), abs=1e-6)
    assert (divided >= 0).all()
    more = closer.divided(probs, smiling(min(1, smile + 0.2)), clear)
    assert more[1] >= divided[1] - 1e-6, "more of a smile is never read as less happy"


def test_the_formula_of_the_module() -> None:
    probs = np.array([0.6, 0.2, *[0.2 / 6] * 6], dtype=np.float32)
    divided = CloserLook.of_row(ROW, EMOTIONS).divided(probs, smiling(0.5))
    odds = np.exp(0.5 * np.log(0.2 / 0.6) + 3.0 * 0.5 - 1.0)
    assert divided[1] / divided[0] == pytest.approx(odds, rel=1e-4)
    untouched = CloserLook.of_row(ROW, EMOTIONS).divided(probs, smiling(0.5), clear=0)
    np.testing.assert_allclose(untouched, probs, atol=1e-6)


def test_a_row_comes_back() -> None:
    assert CloserLook.of_row(ROW, EMOTIONS).row(EMOTIONS) == ROW


def test_only_a_face_with_enough_pixels_is_clear(face: Face) -> None:
    low, high = CLEAR_EYES_PX
    clear = [clearness(replace(face, chip_scale=px / CHIP_EYES_PX)) for px in (low - 1, (low + high) / 2, high + 1)]
    assert clear == pytest.approx([0, 0.5, 1])
    assert clearness(replace(face, score=0.1)) == 0, "movements of a face that is none are guesses"


def test_a_clear_face_is_read_with_its_movements_and_a_small_one_without(face: Face) -> None:
    reader, cues = Reader(), measure(face)
    assert reader.closer is not None
    read = reader.read(face, cues)
    assert read.probs == reader.read(face, cues, read_coefficients(face)).probs
    assert read.probs[1] > reader.read(face, cues, REST).probs[1]
    small = replace(face, chip_scale=0.9 * CLEAR_EYES_PX[0] / CHIP_EYES_PX)
    assert reader.read(small, cues, REST).probs == reader.read(small, cues).probs


@pytest.mark.parametrize(
    "wrong",
    [
        {"between": ["neutral"]},
        {"between": ["neutral", "joy"]},
        {"between": ["neutral", "neutral"]},
        {"margin": "much"},
        {"margin": float("nan")},
        {"movements": {"mouthSmirk": 1.0}},
        {"movements": {"mouthSmileLeft": float("inf")}},
        {"offset": None},
    ],
)
def test_a_damaged_row_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        CloserLook.of_row(ROW | wrong, EMOTIONS)
