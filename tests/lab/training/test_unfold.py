"""The shipped network taken up again says what it said."""

import os

import numpy as np
import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::Warning:(keras|tensorflow|google|ml_dtypes).*")]
pytest.importorskip("keras", reason="needs the extra 'train'")

from mien.affect.network import Reader  # noqa: E402
from mien.assets import asset_path  # noqa: E402
from mien.lab.training.export import patterns  # noqa: E402
from mien.lab.training.unfold import unfold  # noqa: E402


def test_the_shipped_network_unfolds() -> None:
    inputs = patterns()
    inputs["presence"] = np.ones_like(inputs["presence"])
    network = unfold(asset_path("mien.affect", "reader.tflite"), inputs)
    found = network.predict(inputs, verbose=0)
    said = Reader().answer(inputs["chip"][..., 0].astype(np.uint8), inputs["cues"])
    np.testing.assert_allclose(found["stream_logits"], said.alone, atol=2e-3)
    np.testing.assert_allclose(found["logits"], said.logits, atol=2e-3)
