"""A network on disk becomes a callable: read its manifest, verify its checksum, make a one-thread LiteRT interpreter.

A network is two files in a package's `assets` folder: `NAME.tflite`, and `NAME.json`, its manifest, which states the
network's origin, licence and sha256 and the recipe of its input. Nothing is unpickled, nothing is fetched.
"""

import contextlib
import hashlib
import json
import os
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.errors import BadAsset, BadInput, cause_of
from mien.vocabulary import EIGHT, EMOTIONS, Classes, classes_of

Floats = NDArray[np.float32]


def asset_path(package: str, filename: str) -> Path:
    """Path of a file in the `assets` folder of one of our packages ("mien.face", "mesh.tflite")."""
    return Path(str(files(package).joinpath("assets", filename)))


def read_manifest(path: Path) -> dict[str, Any]:
    """Read the JSON manifest that stands beside an asset.

    Raises
    ------
    BadAsset
        If the asset or its manifest is missing, or the manifest is not one.
    """
    if not path.is_file():
        raise BadAsset(
            f"{path}: there is no such file; give a .tflite file with its manifest beside it, or reinstall mien"
        )
    try:
        manifest: dict[str, Any] = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        if not isinstance(manifest, dict) or "sha256" not in manifest:
            raise ValueError("an object with a sha256 is wanted")
    except (OSError, ValueError) as cause:
        raise BadAsset(
            f"{path.with_suffix('.json').name}: the manifest cannot be read ({cause_of(cause)}); it stands beside its "
            "network: give a .tflite file that has one, or reinstall mien"
        ) from None
    return manifest


def manifest_at(path: Path, weights: Path) -> str | None:
    """The name of the file that the manifest at `path` belongs to, or None if no manifest stands there. A file in the
    place of the manifest of `weights` belongs to `weights`, whatever it holds."""
    if path.resolve() == weights.with_suffix(".json").resolve():
        return weights.name
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return str(told.get("file", "another file")) if isinstance(told, dict) and "sha256" in told else None


def classes_read(path: Path) -> Classes:
    """The classes that a network tells apart, from its manifest alone: the network itself is not loaded.

    Raises
    ------
    BadAsset
        If the manifest names no classes, or they have no place on the plane.
    """
    manifest = read_manifest(path)
    try:
        labels = tuple(manifest["labels"])
        if "classes" not in manifest and labels == EMOTIONS:
            return EIGHT
        found = classes_of(manifest["classes"])
        if tuple(one.name for one in found) == labels and len(labels) > 1:
            return found
        cause = "two classes at least are wanted, the same as in 'labels'"
    except KeyError as missing:
        cause = f"{missing} is not there"
    except BadInput as wrong:
        cause = str(wrong)
    raise no_reader(path, cause)


def no_reader(path: Path, cause: object) -> BadAsset:
    """The error to raise for a network whose manifest is not that of a reader of expressions."""
    return BadAsset(
        f"{path.with_suffix('.json').name}: not the manifest of a reader of expressions ({cause}); "
        "give a network that  mien train  made"
    )


def read_asset(path: Path) -> bytes:
    """Read an asset and verify it against the sha256 in its manifest.

    Raises
    ------
    BadAsset
        If the file is missing or its checksum differs; the message names both checksums.
    """
    wanted = read_manifest(path)["sha256"]
    try:
        content = path.read_bytes()
    except OSError as cause:
        raise BadAsset(f"{path.name}: cannot be read ({cause.strerror}); reinstall mien") from None
    found = hashlib.sha256(content).hexdigest()
    if found != wanted:
        raise BadAsset(
            f"{path.name}: sha256 {found[:12]}… found, {wanted[:12]}… named by its manifest; "
            "the file was changed or damaged: reinstall mien, then run 'mien doctor'"
        )
    return content


class Network:
    """One TFLite network, run on one thread.

    Call it with one array per input, in the order of the file; it returns one array per output. When the batch size
    differs from that of the last call, the interpreter resizes its inputs, which takes a moment. Threads may share a
    network: their calls follow one another.
    """

    def __init__(self, path: Path) -> None:
        self.manifest: Mapping[str, Any] = read_manifest(path)
        self._interpreter = _interpreter(read_asset(path))
        self._interpreter.allocate_tensors()
        self._inputs = self._interpreter.get_input_details()
        self._outputs = self._interpreter.get_output_details()
        self._lock = threading.Lock()  # an interpreter holds the arrays of one call, and lets others in while it runs

    @property
    def input_names(self) -> Sequence[str]:
        """Names of the inputs, in the order a call expects."""
        return [d["name"] for d in self._inputs]

    @property
    def input_shapes(self) -> Sequence[tuple[int, ...]]:
        """Shapes of the inputs, in the order a call expects."""
        return [tuple(int(side) for side in d["shape"]) for d in self._inputs]

    def __call__(self, *inputs: Floats) -> list[Floats]:
        """Run the network once.

        Parameters
        ----------
        inputs : float32, shapes as in the manifest's recipe, batch first.
        """
        with self._lock:
            for detail, array in zip(self._inputs, inputs, strict=True):
                if tuple(detail["shape"]) != array.shape:
                    self._resize(inputs)
                    break
            for detail, array in zip(self._inputs, inputs, strict=True):
                self._interpreter.set_tensor(detail["index"], array)
            self._interpreter.invoke()
            return [self._interpreter.get_tensor(d["index"]) for d in self._outputs]

    def named(self, given: Mapping[str, Floats]) -> list[Floats]:
        """Run the network with its inputs by name, in any order: "chip" stands for LiteRT's
        "serving_default_chip:0"."""
        return self(*(next(array for name, array in given.items() if name in told) for told in self.input_names))

    def _resize(self, inputs: Sequence[Floats]) -> None:
        for detail, array in zip(self._inputs, inputs, strict=True):
            self._interpreter.resize_tensor_input(detail["index"], array.shape)
        self._interpreter.allocate_tensors()
        self._inputs = self._interpreter.get_input_details()


@cache
def load_network(package: str, name: str) -> Network:
    """Load `NAME.tflite` from a package's assets, once per process."""
    return Network(asset_path(package, f"{name}.tflite"))


def _interpreter(content: bytes) -> Any:
    from ai_edge_litert.interpreter import Interpreter  # 0.1 s: only callers who read a face pay for it

    with _QUIET, _quiet_stderr():  # LiteRT announces its delegate on the process's error stream
        interpreter = Interpreter(model_content=content, num_threads=1)
        interpreter.allocate_tensors()
    return interpreter


_QUIET = threading.Lock()
"""Held while descriptor 2 leads nowhere: a second thread would keep that for the error stream, and bring it back."""


@contextlib.contextmanager
def _quiet_stderr() -> Iterator[None]:
    """For a moment, discard what this process writes to file descriptor 2, native code and other threads included.

    Do nothing if the error stream is closed: by then descriptor 2 may be another file.
    """
    try:
        kept = os.dup(2) if sys.stderr is not None else None
    except OSError:
        kept = None
    if kept is None:
        yield
        return
    sys.stderr.flush()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
