"""What the network is given: regions cover the chip's features, cues are standardised and forgotten."""

from pathlib import Path

import numpy as np
import pytest

from mien.affect import recipe
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


MANIFEST = Path("runs/mine.json")


def test_a_scale_survives_its_manifest_and_refuses_other_cues() -> None:
    scale = CueScale(np.arange(len(NAMES), dtype=np.float32), np.ones(len(NAMES), dtype=np.float32))
    assert (CueScale.of_rows(scale.rows(), MANIFEST).mean == scale.mean).all()
    with pytest.raises(BadAsset, match=r"runs.mine\.json: .*other cues than mien measures \(ear_height\)"):
        CueScale.of_rows([*scale.rows(), {"name": "ear_height", "mean": 0, "deviation": 1}], MANIFEST)
    with pytest.raises(BadAsset, match="named twice"):
        CueScale.of_rows([*scale.rows(), scale.rows()[0]], MANIFEST)


def test_a_network_hears_its_own_cues_when_more_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = CueScale(np.arange(len(NAMES), dtype=np.float32), np.ones(len(NAMES), dtype=np.float32)).rows()
    values = np.random.default_rng(3).normal(10, 5, (4, len(NAMES))).astype(np.float32)
    valid = values > 8
    before = standardise(values, valid, CueScale.of_rows(rows, MANIFEST))
    monkeypatch.setattr(recipe, "NAMES", ("ear_height", *NAMES))  # a cue is added before all others
    more = CueScale.of_rows(rows, MANIFEST)
    values, valid = np.insert(values, 0, 99, axis=1), np.insert(valid, 0, True, axis=1)
    assert (standardise(values, valid, more) == before).all()
    assert more.rows() == rows
    fewer = NAMES[::-1]
    assert (hide_cues(np.ones((1, 25), np.float32), "eyes", fewer)[0] == 0).nonzero()[0].tolist() == sorted(
        24 - place for place in of_region("eyes")
    )
