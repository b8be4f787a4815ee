"""A shipped network with its streams frozen: faces → what the last layers decide from (chips, cues → Frozen).

With few pictures the streams stay as they are; only the linear layers that name classes learn (see
`mien.lab.training.heads`). What those layers see of a face is computed once and kept, so that training them takes
seconds. The arithmetic of the decision is that of `mien.lab.training.nets`, with every stream present.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.affect.recipe import CueScale
from mien.assets import read_manifest
from mien.cues.names import NAMES
from mien.errors import BadAsset
from mien.lab.backend import keras
from mien.lab.training.augment import Ways, augment, mirror_cues
from mien.lab.training.corpus import Examples
from mien.lab.training.heads import Heads
from mien.lab.training.nets import Shape, build_network
from mien.lab.training.unfold import Layers, fill, layers_of
from mien.nets import Floats
from mien.reader_manifest import classes_told
from mien.values import REGIONS
from mien.vocabulary import Classes

CHUNK = 256
MILD = Ways(noise=3.0, patch_share=0.0, region_share=0.0, mixup=0.0, silent_cues_share=0.0, cue_noise=0.05)
"""How faces are changed for the views that heads learn from: turned, shifted and lit otherwise, with nothing hidden."""
CHANGED_VIEWS = 2
"""Number of views besides the face as it is and its mirror image."""


@dataclass(frozen=True, slots=True, eq=False)
class Frozen:
    """What the last layers see of n faces: `features` float32 (n, 4, f), `gate` float32 (n, 4), `joint` float32
    (n, j)."""

    features: Floats
    gate: Floats
    joint: Floats

    def __len__(self) -> int:
        return len(self.gate)

    def take(self, places: NDArray[np.int64] | NDArray[np.bool_]) -> "Frozen":
        """The faces at `places`."""
        return Frozen(*(getattr(self, field.name)[places] for field in fields(self)))


class Trunk:
    """A network on disk without its last layers.

    `shape`, `classes`, `scale` and `temperature` are the network's; `heads` are its own last layers.
    """

    def __init__(self, path: Path) -> None:
        manifest = read_manifest(path)
        self.path = path
        self.classes: Classes = classes_told(manifest, path)
        self.shape = Shape.of_row(manifest["training"]["shape"])
        self.scale = CueScale.of_rows(manifest["cues"], path.with_suffix(".json"))
        if self.scale.names != NAMES:
            raise BadAsset(
                f"{path.with_suffix('.json')}: it learnt when other cues were measured, and can be read with but not "
                "learnt from; begin with the shipped network, or train on FER+ anew"
            )
        self.temperature = float(manifest["temperature"])
        self.layers: Layers = layers_of(path, self.shape)
        plain = build_network(self.shape, normalised=False)
        fill(plain, self.layers)
        self._streams = keras.Model(plain.inputs[:2], plain.get_layer("features").output)
        self.heads = Heads.of_layers(self.layers)

    def see(self, examples: Examples) -> Frozen:
        """What the last layers see of faces."""
        return self._see(examples.chips.astype(np.float32), examples.cues)

    def mirrored(self, examples: Examples) -> Frozen:
        """What they see of the faces' mirror images."""
        return self._see(examples.chips[:, :, ::-1].astype(np.float32), mirror_cues(examples.cues, self.scale))

    def views(self, examples: Examples, seed: int) -> list[Frozen]:
        """The faces as they are, mirrored, and `CHANGED_VIEWS` times slightly changed."""
        rng = np.random.default_rng((seed, 64))
        seen = [self.see(examples)]
        seen.append(self.mirrored(examples))
        for _ in range(CHANGED_VIEWS):
            batch = augment(examples.chips, examples.cues, examples.targets, self.scale, MILD, rng)
            seen.append(self._see(batch.chips, batch.cues))
        return seen

    def with_heads(self, heads: Heads) -> keras.Model:
        """The network, as it would be exported, with other last layers."""
        shape = replace(self.shape, classes=heads.weights.shape[0])
        network = build_network(shape, normalised=False)
        fill(network, {**self.layers, **heads.layers()})
        return network

    def _see(self, chips: Floats, cues: Floats) -> Frozen:
        features = np.concatenate([*_chunks(self._streams, chips, cues)])
        flat = features.reshape(len(features), -1)
        votes = self._dense("gate", np.maximum(self._dense("gate_features", flat), 0))
        gate = np.exp(votes - votes.max(axis=1, keepdims=True))
        gate /= gate.sum(axis=1, keepdims=True)
        joint = np.maximum(self._dense("joint_features", (features * gate[:, :, None]).reshape(flat.shape)), 0)
        return Frozen(features, gate, joint)

    def _dense(self, name: str, x: Floats) -> Floats:
        kernel, bias = self.layers[name]
        return np.asarray(x @ kernel + bias, dtype=np.float32)


def joined(parts: list[Frozen]) -> Frozen:
    """The parts, one after the other."""
    return Frozen(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Frozen)))


def _chunks(streams: keras.Model, chips: Floats, cues: Floats) -> Iterator[Floats]:
    width = len(REGIONS)
    for first in range(0, len(chips), CHUNK):
        some = chips[first : first + CHUNK, :, :, None]
        yield keras.ops.convert_to_numpy(streams([some, cues[first : first + CHUNK]], training=False))
    if not len(chips):
        yield np.empty((0, width, streams.output.shape[-1]), dtype=np.float32)
