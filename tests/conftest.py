"""What several tests need: the training data beside the checkout, and pictures to look at."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import settings
from numpy.typing import NDArray

if TYPE_CHECKING:
    from typer.testing import Result

    from mien.values import Cues

os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
"""oneDNN in TensorFlow 2.21 overruns the heap now and then when filters as narrow as our tests' learn (a crash in
MklConvCustomBackpropFilterOp under load); TensorFlow's own convolutions do not."""

if "PYTEST_XDIST_WORKER" in os.environ:
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
        os.environ.setdefault(name, "1")
"""Each core has a worker of its own there; threads of one would wait for those of another."""

settings.register_profile("home", deadline=None)
settings.register_profile("ci", derandomize=True, deadline=None)
"""A submission is judged by the same examples each time; at home hypothesis goes on searching. Neither is timed."""
settings.load_profile("ci" if os.environ.get("CI") else "home")

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared" / "data"
ASTRONAUT = ROOT / "examples" / "astronaut.jpg"


def data_path(name: str) -> Path:
    """A file of the training data; the test is skipped where it is not at hand."""
    path = DATA / name
    if not path.exists():
        pytest.skip(f"needs {name} in shared/data beside the checkout")
    return path


def load_data(name: str) -> dict[str, NDArray]:
    """Arrays of a file of the training data; the test is skipped where it is not at hand."""
    with np.load(data_path(name), allow_pickle=False) as file:
        return {key: file[key] for key in file.files}


def encoded(arrays: dict[str, NDArray], index: int) -> bytes:
    """The bytes of picture `index` in a file of the training data."""
    return arrays["jpeg"][arrays["offset"][index] : arrays["offset"][index + 1]].tobytes()


@pytest.fixture(scope="session")
def astronaut() -> NDArray[np.uint8]:
    """The example portrait, uint8 (512, 512, 3)."""
    from mien.face.pictures import open_picture

    return open_picture(ASTRONAUT).rgb


def mien(*words: object) -> "Result":
    """What a command prints and how it ends; an error is raised as it is."""
    from typer.testing import CliRunner

    from mien.app.cli import app

    return CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)


def named(cues: "Cues") -> dict[str, float]:
    """The valid cues by name."""
    from mien.cues.names import NAMES

    return {name: float(value) for name, value, ok in zip(NAMES, cues.values, cues.valid, strict=True) if ok}
