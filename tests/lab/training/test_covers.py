"""What hides a region is drawn and told; the network that learns it ships as it was."""

from pathlib import Path

import numpy as np
import pytest

from mien.lab.training.covers import CORES, FILLS, hidden_in_part
from mien.nets import Network
from mien.values import REGIONS


@pytest.fixture
def chips() -> np.ndarray:
    """Even light with a little grain: whatever is drawn on it shows."""
    return np.random.default_rng(0).integers(100, 110, (40, 64, 64)).astype(np.uint8)


def test_examples_tell_what_is_hidden(chips: np.ndarray) -> None:
    rng = np.random.default_rng(3)
    made = [hidden_in_part(chip, chips, rng) for chip in np.repeat(chips, 10, axis=0)]
    told = np.stack([hidden for _, hidden in made])
    assert all(chip.shape == (64, 64) and chip.dtype == np.uint8 for chip, _ in made)
    assert told.min() == 0 and told.max() == 1 and 0.3 < (told.max(axis=1) == 0).mean() < 0.6
    assert tuple(CORES) == REGIONS and (told > 0.5).mean(axis=0).min() > 0.1
    for draw in FILLS:
        assert draw(chips[0], chips, rng).shape == (64, 64)


@pytest.mark.filterwarnings("ignore::Warning:(keras|tensorflow|google|ml_dtypes).*")
def test_it_learns_and_ships(chips: np.ndarray, tmp_path: Path) -> None:
    pytest.importorskip("keras", reason="needs the extra 'train'")
    from mien.lab.training.covered import learn, ship

    ship(learn(chips, epochs=1), len(chips), tmp_path)
    network = Network(tmp_path / "covered.tflite")
    (said,) = network(chips[:3, :, :, None].astype(np.float32))
    assert said.shape == (3, 4) and said.min() >= 0 and said.max() <= 1
    assert "40 faces" in network.manifest["data"]
