"""A network on disk becomes a callable: verify its checksum, make a one-thread LiteRT interpreter.

A network is an asset (`mien.assets`), `NAME.tflite`; its manifest also states the recipe of its input.
"""

import contextlib
import os
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.assets import asset_path, read_asset, read_manifest

Floats = NDArray[np.float32]


class Network:
    """One TFLite network, run on one thread.

    Call it with one array per input, in the order of the file; it returns one array per output. When the batch size
    differs from that of the last call, the interpreter resizes its inputs, which takes a moment. Threads may share a
    network: their calls follow one another.
    """

    def __init__(self, path: Path) -> None:
        self.manifest: Mapping[str, Any] = read_manifest(path)
        self._interpreter = open_interpreter(read_asset(path, self.manifest))
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


def open_interpreter(content: bytes) -> Any:
    """A LiteRT interpreter of a network's bytes, on one thread, with its tensors allocated."""
    from ai_edge_litert.interpreter import Interpreter  # 0.1 s: only callers who read a face pay for it

    with quiet_stderr():  # LiteRT announces its delegate on the process's error stream
        interpreter = Interpreter(model_content=content, num_threads=1)
        interpreter.allocate_tensors()
    return interpreter


_QUIET = threading.Lock()
"""Held while descriptor 2 leads nowhere: a second thread would keep that for the error stream, and bring it back."""


@contextlib.contextmanager
def quiet_stderr() -> Iterator[None]:
    """For a moment, discard what this process writes to file descriptor 2, native code and other threads included.

    Do nothing if the error stream is closed: by then descriptor 2 may be another file.
    """
    with _QUIET:
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
