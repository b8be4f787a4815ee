"""A closer look divides two classes anew where a face is clear, and touches nothing else."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.affect.closer import CLEAR_EYES_PX, CloserLook, Glance, clearness, closer_of
from mien.affect.network import Reader
from mien.cues.coefficients import COEFFICIENTS, read_coefficients
from mien.cues.geometry import measure
from mien.face.align import CHIP_EYES_PX
from mien.face.look import look
from mien.values import Face, Frame
from mien.vocabulary import EMOTIONS

ROW = {
    "between": ["neutral", "happiness"],
    "margin": 0.5,
    "movements": {"mouthSmileLeft": 3.0},
    "offset": -1.0,
    "rest": {"first": -3.0, "movements": {"mouthSmileLeft": 0.1}},
}
REST = np.zeros(len(COEFFICIENTS), dtype=np.float32)


@pytest.fixture(scope="module")
def face(astronaut: np.ndarray) -> Face:
    return look(Frame(0.0, astronaut))[0]


def smiling(amount: float) -> np.ndarray:
    moved = REST.copy()
    moved[COEFFICIENTS.index("mouthSmileLeft")] = amount
    return moved


def glance(closer: CloserLook, probs: np.ndarray, smile: float, clear: float = 1.0) -> Glance:
    return Glance(closer.first(probs), smiling(smile), clear)


@given(st.lists(st.floats(0, 1, width=32), min_size=8, max_size=8).filter(sum), st.floats(0, 1), st.floats(0, 1))
def test_what_the_two_have_together_and_all_others_stay(raw: list[float], smile: float, clear: float) -> None:
    probs = (np.array(raw) / sum(raw)).astype(np.float32)
    closer = CloserLook.of_row(ROW, EMOTIONS)
    divided = closer.divided(probs, glance(closer, probs, smile, clear))
    np.testing.assert_allclose(divided[2:], probs[2:])
    assert divided[:2].sum() == pytest.approx(probs[:2].sum(), abs=1e-6)
    assert (divided >= 0).all()
    more = closer.divided(probs, glance(closer, probs, min(1, smile + 0.2), clear))
    assert more[1] >= divided[1] - 1e-6, "more of a smile is never read as less happy"


def test_the_formula_of_the_module() -> None:
    probs = np.array([0.6, 0.2, *[0.2 / 6] * 6], dtype=np.float32)
    closer = CloserLook.of_row(ROW, EMOTIONS)
    divided = closer.divided(probs, glance(closer, probs, 0.5))
    odds = np.exp(0.5 * np.log(0.2 / 0.6) + 3.0 * 0.5 - 1.0)
    assert divided[1] / divided[0] == pytest.approx(odds, rel=1e-4)
    untouched = closer.divided(probs, glance(closer, probs, 0.5, clear=0))
    np.testing.assert_allclose(untouched, probs, atol=1e-6)


def test_whose_corners_rise_by_nature_does_not_smile_all_day() -> None:
    closer = CloserLook.of_row(ROW, EMOTIONS)
    own = Glance(-1.0, smiling(0.6))
    rest = closer.against(own, own)
    assert rest.first == closer.rest.first and (rest.coefficients == closer.rest.coefficients).all()
    assert closer.log_odds(own) > 0 > closer.log_odds(rest)
    smile = Glance(1.0, smiling(0.9))
    assert closer.log_odds(rest) < closer.log_odds(closer.against(smile, own)) < closer.log_odds(smile)


def test_a_reading_divided_anew_is_what_would_have_been_read(face: Face) -> None:
    reader, cues = Reader(), measure(face)
    explained = reader.explain(face, cues)
    assert reader.closer is not None and explained.glance is not None
    at_rest = replace(explained.glance, coefficients=REST)
    again = reader.closer.redivided(explained.affect, at_rest, explained.worth)
    wanted = reader.explain(face, cues, REST).affect
    np.testing.assert_allclose(again.probs, wanted.probs, atol=1e-5)
    assert (again.valence, again.arousal) == pytest.approx((wanted.valence, wanted.arousal), abs=1e-4)
    assert again.doubt == pytest.approx(wanted.doubt, abs=1e-4)
    assert closer_of(None, EMOTIONS) is not None


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
    assert read.probs == reader.explain(face, cues, read_coefficients(face)).affect.probs
    assert read.probs[1] > reader.explain(face, cues, REST).affect.probs[1]
    small = replace(face, chip_scale=0.9 * CLEAR_EYES_PX[0] / CHIP_EYES_PX)
    assert reader.explain(small, cues, REST).affect.probs == reader.read(small, cues).probs


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
        {"rest": {"first": float("nan"), "movements": {}}},
    ],
)
def test_a_damaged_row_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        CloserLook.of_row(ROW | wrong, EMOTIONS)
