"""What the network is given: regions cover the chip's features, cues are standardised and forgotten."""

import numpy as np
import pytest

from mien.affect.recipe import FARTHEST, CueScale, standardise
from mien.affect.regions import BOXES, hide, hide_cues, presence
from mien.cues.names import NAMES, of_region
from mien.errors import BadAsset
from mien.face.align import CHIP_EYES_PX, CHIP_MIDDLE_PX, mean_mesh
from mien.values import CHIP_PX, REGIONS

LANDMARKS = {
    "eyes": (33, 133, 159, 145, 362, 263, 386, 374),
    "brows": (70, 63, 105, 66, 107, 300, 293, 334, 296, 336),
    "nose": (1, 2, 98, 327, 129, 358),
    "mouth": (61, 291, 0, 17, 13, 14),
}


def test_each_box_holds_its_region_of_the_mean_face() -> None:
    assert tuple(BOXES) == REGIONS
    points = mean_mesh()[:, :2] * CHIP_EYES_PX + np.array(CHIP_MIDDLE_PX)
    for region, (top, left, bottom, right) in BOXES.items():
        assert 0 <= top < bottom <= CHIP_PX
        assert 0 <= left < right <= CHIP_PX
        x, y = points[list(LANDMARKS[region])].T
        assert ((left < x) & (x < right) & (top < y) & (y < bottom)).all(), region


def test_hiding_changes_the_box_alone_and_the_original_not() -> None:
    chips = np.random.default_rng(1).integers(0, 100, (2, 64, 64), dtype=np.uint8)
    before = chips.copy()
    covered = hide(chips, "mouth")
    top, left, bottom, right = BOXES["mouth"]
    assert (covered[:, top:bottom, left:right] == 128).all()
    assert (covered[:, :top] == chips[:, :top]).all()
    assert (chips == before).all()
    cues = np.ones((2, len(NAMES)), dtype=np.float32)
    assert (hide_cues(cues, "eyes")[0] == 0).nonzero()[0].tolist() == list(of_region("eyes"))
    assert presence("eyes", "nose").tolist() == [0, 1, 0, 1]


def test_cues_are_standardised_cut_and_forgotten() -> None:
    values = np.random.default_rng(2).normal(5, 2, (500, len(NAMES))).astype(np.float32)
    valid = np.ones(values.shape, dtype=bool)
    values[0, 0], valid[0, 0] = 1e6, False
    scale = CueScale.learn(values, valid)
    z = standardise(values, valid, scale)
    assert z[0, 0] == 0
    assert np.abs(z).max() <= FARTHEST
    np.testing.assert_allclose(z.mean(axis=0), 0, atol=0.05)
    np.testing.assert_allclose(z.std(axis=0), 1, atol=0.05)


def test_a_scale_survives_its_manifest_and_refuses_other_cues() -> None:
    scale = CueScale(np.arange(len(NAMES), dtype=np.float32), np.ones(len(NAMES), dtype=np.float32))
    assert (CueScale.of_rows(scale.rows()).mean == scale.mean).all()
    with pytest.raises(BadAsset, match="other cues"):
        CueScale.of_rows(scale.rows()[::-1])
