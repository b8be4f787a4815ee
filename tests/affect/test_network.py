"""The shipped reader: what LiteRT says is what Keras said, and readings keep their promises."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mien.affect.calibrate import calibrated
from mien.affect.doubt import doubt, quality_of
from mien.affect.network import Reader
from mien.affect.regions import presence
from mien.assets import asset_path
from mien.cues.geometry import measure
from mien.errors import BadAsset
from mien.face.look import look
from mien.reading import read
from mien.values import REGIONS, Affect, Frame
from mien.vocabulary import EMOTIONS

from conftest import ASTRONAUT

PARITY = Path(__file__).with_name("parity.npz")


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


def reading(reader: Reader, rgb: np.ndarray) -> Affect:
    face = look(Frame(0.0, rgb))[0]
    return reader.read(face, measure(face))


def test_litert_answers_as_keras_did(reader: Reader) -> None:
    with np.load(PARITY) as kept:
        for row in range(len(kept["chip"])):
            chip = kept["chip"][row : row + 1, :, :, 0].astype(np.uint8)
            answer = reader.answer(chip, kept["cues"][row : row + 1], kept["presence"][row])
            for found, wanted in ((answer.logits[0], kept["logits"]), (answer.alone[0], kept["stream_logits"])):
                np.testing.assert_allclose(calibrated(found, 1.0), calibrated(wanted[row], 1.0), atol=1e-4)
            np.testing.assert_allclose(answer.shares[0], kept["shares"][row], atol=1e-4)


def test_answers_do_not_depend_on_the_batch(reader: Reader) -> None:
    with np.load(PARITY) as kept:
        chips, cues = kept["chip"][:, :, :, 0].astype(np.uint8), kept["cues"]
    together = reader.answer(chips, cues)
    one = reader.answer(chips[2:3], cues[2:3])
    np.testing.assert_allclose(one.logits[0], together.logits[2], atol=1e-4)


def test_a_smiling_portrait_reads_happy(reader: Reader, astronaut: np.ndarray) -> None:
    affect = reading(reader, astronaut)
    assert affect.emotion == "happiness"
    assert affect.valence > 0.2
    assert affect.doubt < 0.5
    assert sum(affect.shares) == pytest.approx(1, abs=1e-4)


def test_a_mirror_changes_little(reader: Reader, astronaut: np.ndarray) -> None:
    plain, mirrored = reading(reader, astronaut), reading(reader, np.ascontiguousarray(astronaut[:, ::-1]))
    assert mirrored.emotion == plain.emotion
    assert np.abs(np.subtract(plain.probs, mirrored.probs)).max() < 0.15


def test_an_absent_stream_has_no_share_and_no_say(reader: Reader) -> None:
    with np.load(PARITY) as kept:
        chips, cues = kept["chip"][:, :, :, 0].astype(np.uint8), kept["cues"]
    present = presence("mouth")
    answer = reader.answer(chips, cues, present)
    np.testing.assert_allclose(answer.shares.sum(axis=1), 1, atol=1e-5)
    assert (answer.shares[:, REGIONS.index("mouth")] == 0).all()
    changed = chips.copy()
    changed[:, 46:] = 255 - changed[:, 46:]  # rows that only the mouth's stream sees
    np.testing.assert_allclose(reader.answer(changed, cues, present).logits, answer.logits, atol=1e-5)


def test_each_region_alone_gives_probabilities(reader: Reader, astronaut: np.ndarray) -> None:
    face = look(Frame(0.0, astronaut))[0]
    alone = reader.explain(face, measure(face)).alone
    assert tuple(alone) == REGIONS
    for probs in alone.values():
        assert len(probs) == len(EMOTIONS)
        assert sum(probs) == pytest.approx(1, abs=1e-4)


def test_pictures_read_at_once_read_as_one_after_the_other() -> None:
    wanted = read(ASTRONAUT)[0].affect
    with ThreadPoolExecutor(4) as pool:
        assert [found.affect for (found,) in pool.map(read, [ASTRONAUT] * 8)] == [wanted] * 8


def test_close_ups_give_probabilities(reader: Reader) -> None:
    chips = np.random.default_rng(0).integers(0, 256, (3, 48, 48), dtype=np.uint8)
    probs = reader.read_chips(chips)
    assert probs.dtype == np.float32
    assert probs.shape == (3, len(EMOTIONS))
    np.testing.assert_allclose(probs.sum(axis=1), 1, atol=1e-5)
    assert reader.read_chips(chips[:0]).shape == (0, len(EMOTIONS))


def test_close_ups_of_another_shape_are_refused(reader: Reader) -> None:
    with pytest.raises(ValueError, match=r"uint8 \(n, s, s\) wanted"):
        reader.read_chips(np.zeros((2, 48, 48), dtype=np.float32))
    with pytest.raises(ValueError, match="wanted"):
        reader.read_chips(np.zeros((2, 48, 64), dtype=np.uint8))


def test_close_ups_may_be_larger(reader: Reader) -> None:
    chips = np.random.default_rng(0).integers(0, 256, (2, 48, 48), dtype=np.uint8)
    larger = np.repeat(np.repeat(chips, 2, axis=1), 2, axis=2)
    np.testing.assert_allclose(reader.read_chips(larger), reader.read_chips(chips), atol=0.1)


def test_a_covered_face_reads_with_high_doubt(reader: Reader, astronaut: np.ndarray) -> None:
    face = look(Frame(0.0, astronaut))[0]
    x0, y0, x1, y1 = (int(v) for v in face.box_px)
    covered = astronaut.copy()
    covered[y0 + (y1 - y0) // 3 : y1 + 20, x0 - 20 : x1 + 20] = 20
    faces = look(Frame(0.0, covered))
    for seen in faces:  # finding none is an answer too
        assert reader.read(seen, measure(seen)).doubt > 0.75
    blurred = face.chip.copy()
    blurred[:] = 90
    hidden = replace(face, chip=blurred, chip_scale=2.0)
    assert doubt(np.eye(8, dtype=np.float32)[0], quality_of(hidden).worth) == 1


def test_a_network_for_other_regions_is_refused(tmp_path: Path) -> None:
    shipped = asset_path("mien.affect", "reader.tflite")
    shutil.copy(shipped, tmp_path)
    manifest = json.loads(shipped.with_suffix(".json").read_text())
    manifest["boxes"]["eyes"] = [0, 0, 10, 10]
    (tmp_path / "reader.json").write_text(json.dumps(manifest))
    with pytest.raises(BadAsset, match="other regions"):
        Reader(tmp_path / "reader.tflite")
