"""A Keras network becomes a TFLite file, with proof that it answers the same there (Keras → LiteRT).

The converter is TensorFlow's: a network trained with another backend is shipped by a separate process
(`in_tensorflow`).
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mien.errors import BadAsset
from mien.lab.backend import keras
from mien.nets import Floats, Network
from mien.writing import write_together

CONVERTS = "tensorflow"
"""The backend that can convert."""

Answers = Mapping[str, Floats]


def ship_proved(
    network: keras.Model,
    path: Path,
    describe: Callable[[Path], dict[str, Any]],
    given: Answers,
    wanted: Answers,
    apart: Callable[[Answers, Answers], float],
    allowed: float,
) -> None:
    """Convert a network and write it with its manifest, once LiteRT answers as Keras did.

    Parameters
    ----------
    network : as it ships
    path : of the .tflite file; the manifest goes beside it
    describe : returns the manifest of a converted network; the order of its `outputs` is filled in here
    given, wanted : inputs by name, and what Keras answered, by name
    apart : the largest difference between two answers
    allowed : how large it may be

    Raises
    ------
    BadAsset
        If LiteRT answers differently; nothing is written then.
    CannotWrite
        If there is no place for the files.
    """
    with tempfile.TemporaryDirectory() as folder:
        aside = Path(folder) / path.name
        _convert(network, aside)
        manifest = describe(aside)
        _write_manifest(aside, manifest)
        found = Network(aside).named(given)
        manifest["outputs"] = [_told_by(wanted, array) for array in found]
        difference = apart(wanted, dict(zip(manifest["outputs"], found, strict=True)))
        if difference > allowed:
            raise BadAsset(f"{path.name}: LiteRT and Keras differ by {difference:.1e}, {allowed:.0e} allowed")
        _write_manifest(aside, manifest)
        copied(aside, path)


def copied(network: Path, to: Path) -> None:
    """Copy a network and its manifest over those at another path, both or neither.

    Raises
    ------
    CannotWrite
        If there is no place for them; the files there stay as they were.
    """
    with write_together(to.parent) as aside:
        for suffix in (".tflite", ".json"):
            (aside / to.with_suffix(suffix).name).write_bytes(network.with_suffix(suffix).read_bytes())


def in_tensorflow(module: str, words: Sequence[str], what: Path) -> bool:
    """Run a module of ours in a process whose backend converts; if this process's does, run nothing and return False.

    Raises
    ------
    BadAsset
        If that process fails.
    """
    if keras.config.backend() == CONVERTS:
        return False
    asked = [sys.executable, "-m", module, *words]
    done = subprocess.run(asked, env=os.environ | {"KERAS_BACKEND": CONVERTS}, stdout=subprocess.PIPE, check=False)
    if done.returncode:
        raise BadAsset(f"{what}: it could not be exported; the export needs TensorFlow (extra 'train')")
    return True


def _convert(network: keras.Model, path: Path) -> None:
    """Write a network as TFLite, its weights in half precision."""
    import tensorflow as tf

    network.export(
        path,
        format="litert",
        verbose=False,
        optimizations=[tf.lite.Optimize.DEFAULT],
        target_spec={"supported_types": [tf.float16], "supported_ops": [tf.lite.OpsSet.TFLITE_BUILTINS]},
    )


def _write_manifest(path: Path, manifest: Mapping[str, Any]) -> None:
    path.with_suffix(".json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


def _told_by(wanted: Answers, array: Floats) -> str:
    """Which output an array is: LiteRT names outputs arbitrarily, and two may have the same shape."""
    alike = [name for name, answer in wanted.items() if answer.shape == array.shape]
    return min(alike, key=lambda name: float(np.abs(wanted[name] - array).max()))
