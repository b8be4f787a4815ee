"""A network becomes slimmer (a shipped network → a folder from which a training continues).

    python -m mien.lab.training.slim --network reader.tflite --data ferplus_dev.npz --cuts cuts.npz --out SLIM
    mien train --data ferplus_dev.npz --start SLIM …

Fewer channels remain between the two convolutions of each block; the width from block to block stays. From the first
block of a stream to its last, the second convolution is fitted by least squares to the block's output in the whole
network, given its input in the slimmer one (He, Zhang & Sun 2017, "Channel pruning for accelerating very deep neural
networks"). Channels go one at a time: the one whose absence costs least, while the others compensate (Hassibi & Stork
1992, "Optimal brain surgeon"). A training compensates for the rest.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.lab.backend import keras
from mien.lab.exams.exam import FERPLUS, find_data
from mien.lab.training.corpus import Corpus, load_corpus
from mien.lab.training.nets import Shape, build_network
from mien.lab.training.train import NETWORK, TRAINING, data_of, inputs_of, shape_of, told_of
from mien.lab.training.unfold import Layers, able_to_learn, fill, layers_of
from mien.nets import Floats
from mien.values import REGIONS

INNER = (16, 32, 32, 64)
"""Channels between the convolutions of each block: half of those passed on."""
FACES = 1024
"""Number of faces on which channels are chosen and weights fitted."""
PLACES = 24_000
"""Number of places in their maps that the least squares use."""
PENALTY = 1e-4
"""Ridge, as a share of the mean square of the input."""


def slimmer(layers: Layers, shape: Shape, inner: Sequence[int], inputs: Mapping[str, Floats]) -> tuple[Layers, Shape]:
    """Layers and shape of a network with this many inner channels (see the module).

    Parameters
    ----------
    layers, shape : a shipped network, as `layers_of` returns it
    inner : for each block, at most as many as it has
    inputs : faces as the network takes them (see `mien.lab.training.train.inputs_of`)
    """
    whole = build_network(shape, normalised=False)
    fill(whole, layers)
    found = dict(layers)
    for region in REGIONS:
        stem = keras.Model(whole.inputs, whole.get_layer(f"{region}_block0_first").input)
        x = slim = stem.predict(inputs, batch_size=128, verbose=0)
        for place, ((_, stride), count) in enumerate(zip(shape.blocks, inner, strict=True)):
            first, second, around = (f"{region}_block{place}_{part}" for part in ("first", "second", "around"))
            said = _relu(_convolved(x, layers[first], stride))
            said = _convolved(said, layers[second]) + _beside(x, layers, around, stride)
            beside = _beside(slim, layers, around, stride)
            heard = _relu(_convolved(slim, layers[first], stride))
            kept, kernel, bias = fitted(heard, said - beside, layers[second][0].shape[0], count)
            found[first] = layers[first][0][..., kept], layers[first][1][kept]
            found[second] = kernel, bias
            x, slim = _relu(said), _relu(_convolved(heard[..., kept], found[second]) + beside)
    return found, replace(shape, inner=tuple(inner))


def fitted(heard: Floats, said: Floats, size: int, count: int) -> tuple[NDArray[np.intp], Floats, Floats]:
    """Which `count` channels of the maps `heard` (n, h, w, c) a convolution needs to approximate `said` (n, h, w, k)
    best, with its kernel (size, size, count, k) and bias (k,): ridge regression on some of the places, edges padded
    with zeros."""
    taps = size * size
    x, y = _places(heard, said, size)
    squares = x.T @ x
    ridge = PENALTY * np.trace(squares[:-1, :-1]) / (len(squares) - 1)
    inverse = np.linalg.inv(squares + np.diag([*[ridge] * (len(squares) - 1), 0.0]))
    weights = inverse @ (x.T @ y)
    kept = list(range(heard.shape[-1]))  # columns are ordered by channel, then tap; the bias is last
    while len(kept) > count:
        blocks = [slice(taps * i, taps * (i + 1)) for i in range(len(kept))]
        costs = [np.sum(weights[b] * np.linalg.solve(inverse[b, b], weights[b])) for b in blocks]
        gone = int(np.argmin(costs))
        b = blocks[gone]
        share = inverse[:, b] @ np.linalg.inv(inverse[b, b])
        stays = np.delete(np.arange(len(inverse)), b)
        weights = (weights - share @ weights[b])[stays]
        inverse = (inverse - share @ inverse[b])[np.ix_(stays, stays)]
        del kept[gone]
    kernel = weights[:-1].reshape(count, size, size, -1).transpose(1, 2, 0, 3)
    return np.array(kept), kernel.astype(np.float32), weights[-1].astype(np.float32)


def _places(heard: Floats, said: Floats, size: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What a convolution hears at some places, (m, c size² + 1), the last column 1, and what was said there (m, k)."""
    n, height, width, _ = heard.shape
    edge = size // 2
    padded = np.pad(heard, ((0, 0), (edge, edge), (edge, edge), (0, 0)))
    rng = np.random.default_rng(size)
    image, row, column = rng.integers(0, n, PLACES), rng.integers(0, height, PLACES), rng.integers(0, width, PLACES)
    parts = [padded[image, row + down, column + right] for down in range(size) for right in range(size)]
    taps = np.stack(parts, axis=-1).reshape(PLACES, -1)
    return np.column_stack([taps, np.ones(PLACES)]).astype(np.float64), said[image, row, column].astype(np.float64)


def _convolved(x: Floats, layer: tuple[Floats, Floats], stride: int = 1) -> Floats:
    kernel, bias = layer
    parts = [keras.ops.conv(x[i : i + 128], kernel, stride, padding="same") for i in range(0, len(x), 128)]
    return np.asarray(np.concatenate([keras.ops.convert_to_numpy(part) for part in parts]) + bias, dtype=np.float32)


def _beside(x: Floats, layers: Layers, around: str, stride: int) -> Floats:
    """The shortcut around a block."""
    return _convolved(x, layers[around], stride) if around in layers else x


def _relu(x: Floats) -> Floats:
    return np.maximum(x, 0)


def slim_down(network: Path, corpus: Corpus, inner: Sequence[int], out: Path) -> keras.Model:
    """Make a shipped network slimmer; leave it in the folder `out` as a training would."""
    shape = shape_of(network)
    faces = corpus.train.take(np.random.default_rng(len(inner)).permutation(len(corpus.train))[:FACES])
    inputs = inputs_of(faces)
    found, slim = slimmer(layers_of(network, shape), shape, inner, inputs)
    learner = able_to_learn(found, slim, inputs)
    out.mkdir(parents=True, exist_ok=True)
    learner.save(out / NETWORK)
    told = {
        "command": "python -m mien.lab.training.slim --network BEFORE --data DATA --out RUN",
        "shape": asdict(slim),
        "data": data_of(network),
        "after": told_of(network),
    }
    (out / TRAINING).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return learner


def main() -> None:
    """Make a network slimmer from the command line."""
    options = argparse.ArgumentParser(prog="python -m mien.lab.training.slim")
    options.add_argument("--network", type=Path, required=True, help="reader.tflite, its manifest beside it")
    options.add_argument("--data", type=Path, required=True, help="ferplus_dev.npz, or the folder that holds it")
    options.add_argument("--cuts", type=Path, help="where the cut faces are kept between trainings")
    options.add_argument("--inner", type=int, nargs="+", default=INNER, help="inner channels of each block")
    options.add_argument("--out", type=Path, required=True, help="folder for the network that goes on learning")
    asked = options.parse_args()
    slim_down(asked.network, load_corpus(find_data(asked.data, FERPLUS), asked.cuts), asked.inner, asked.out)


if __name__ == "__main__":
    main()
