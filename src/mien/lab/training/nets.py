"""The ocular network: chip, cues and presence → logits, what each region says alone, and shares.

Four streams, one per region, each with its own weights. A stream sees its crop of the chip and its region's cues,
nothing else. It has residual convolutions (He et al. 2016), a learnt weight for each place of the last map (faces are
aligned, so place means something; Chen et al. 2018, "MobileFaceNets"), and its own head of the classes. A gate (softmax
over the streams present; Jacobs et al. 1991) weighs what they say; a joint head adds what the regions only tell
together.

    logits = Σ_r gate_r · stream_logits_r + joint(gate · features)

A region's share is how far the probability of the decided class moves when its crop is covered with plain grey and its
cues are unknown, divided by the sum of these moves: occlusion (Zeiler & Fergus 2014), computed inside the network,
since what a stream says of plain grey is a constant and the other streams need not be computed anew.

Inputs: `chip` float32 (n, 64, 64, 1), 0..255; `cues` float32 (n, c), standardised; `presence` float32 (n, 4), 1 where a
stream may speak. Outputs, for k classes (eight unless the shape says otherwise): `logits` (n, k), `stream_logits` (n,
4, k), `shares` (n, 4).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from mien.affect.recipe import DARKEST_CONTRAST
from mien.affect.regions import BOXES, HIDING_GREY
from mien.cues.names import NAMES, of_region
from mien.lab.backend import keras, layers, ops
from mien.lab.training.normalise import Normalise
from mien.nets import Floats
from mien.values import CHIP_PX, REGIONS
from mien.vocabulary import EMOTIONS

STREAMS = len(REGIONS)
NORMALISATION = "_norm"
"""The name of a convolution's normalisation is the convolution's name with this suffix."""
ABSENT = 1e4
"""Subtracted from an absent stream's vote for the gate."""
SMALLEST_MOVE = 1e-4
"""Probability added to each move before shares are taken, so that shares are equal if no region moves the decision."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of the network: `stem` and `blocks` (channels, stride) of a stream; `inner`, the channels between the two
    convolutions of each block (as many as after them for blocks beyond its end); widths of a stream's features and
    cues; the number of `classes`."""

    stem: int = 16
    blocks: tuple[tuple[int, int], ...] = ((32, 2), (64, 2), (64, 1), (128, 2))
    inner: tuple[int, ...] = ()
    features: int = 128
    cue_features: int = 32
    gate: int = 64
    dropout: float = 0.3
    classes: int = len(EMOTIONS)

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> "Shape":
        """A shape from plain data, as `training.json` keeps it."""
        blocks = tuple((channels, stride) for channels, stride in row["blocks"])
        return cls(**{**row, "blocks": blocks, "inner": tuple(row.get("inner", ()))})

    def widths(self) -> tuple[tuple[int, int, int], ...]:
        """Channels, stride and inner channels of each block."""
        inner = [*self.inner, *(channels for channels, _ in self.blocks[len(self.inner) :])]
        return tuple((channels, stride, within) for (channels, stride), within in zip(self.blocks, inner, strict=True))


def build_network(shape: Shape = Shape(), normalised: bool = True) -> keras.Model:
    """The network as it is trained: chip, cues, presence → logits (n, k), stream_logits (n, 4, k).

    Without normalisation each convolution has a bias instead (see `mien.lab.training.fold`).
    """
    chip = keras.Input((CHIP_PX, CHIP_PX, 1), name="chip")
    cues = keras.Input((len(NAMES),), name="cues")
    presence = keras.Input((STREAMS,), name="presence")
    streams = [_Stream(region, shape, normalised).build(chip, cues) for region in REGIONS]
    spoken = [layers.Dense(shape.classes, name=f"{r}_says")(stream) for r, stream in zip(REGIONS, streams, strict=True)]
    features = layers.Identity(name="features")(ops.stack(streams, axis=1))
    stream_logits = layers.Identity(name="stream_logits")(ops.stack(spoken, axis=1))
    logits = _decision(shape)([features, stream_logits, presence])
    return keras.Model([chip, cues, presence], {"logits": logits, "stream_logits": stream_logits}, name="ocular")


def with_shares(network: keras.Model) -> keras.Model:
    """The network as it is shipped: the same weights, and the shares as a third output (n, 4)."""
    features, stream_logits = (network.get_layer(name).output for name in ("features", "stream_logits"))
    logits, presence = network.output["logits"], network.inputs[2]
    seen = keras.Model(network.inputs[:2], [features, stream_logits])
    grey = np.full((1, CHIP_PX, CHIP_PX, 1), HIDING_GREY, dtype=np.float32)
    unknown = np.zeros((1, len(NAMES)), dtype=np.float32)
    # rounded like the weights, since the file keeps them in half precision too
    blank = [
        ops.convert_to_numpy(o).astype(np.float16).astype(np.float32) for o in seen([grey, unknown], training=False)
    ]
    shares = Shares(network.get_layer("decision"), *blank)(features, stream_logits, presence, logits)
    outputs = {"logits": logits, "stream_logits": stream_logits, "shares": shares}
    return keras.Model(network.inputs, outputs, name="ocular_with_shares")


class Shares(layers.Layer):  # type: ignore[misc]
    """How much of a decision each stream carries: cover its region and see the decided class's probability move.

    `blank_features` (1, 4, features) and `blank_logits` (1, 4, k) are what the streams say of plain grey.
    """

    def __init__(self, decide: keras.Model, blank_features: Floats, blank_logits: Floats) -> None:
        super().__init__(name="shares")
        self.decide, self.blank_features, self.blank_logits = decide, blank_features, blank_logits

    def call(
        self,
        features: keras.KerasTensor,
        stream_logits: keras.KerasTensor,
        presence: keras.KerasTensor,
        logits: keras.KerasTensor,
    ) -> keras.KerasTensor:
        """Shares (n, 4); an absent stream has none."""
        probs = ops.softmax(logits)
        # keras's argmax needs operations that LiteRT lacks
        decided = ops.cast(ops.equal(logits, ops.max(logits, axis=-1, keepdims=True)), "float32")
        moves = []
        for one in np.eye(STREAMS, dtype=np.float32)[:, None, :, None]:  # (1, 4, 1)
            covered = features * (1 - one) + self.blank_features * one
            spoken = stream_logits * (1 - one) + self.blank_logits * one
            without = ops.softmax(self.decide([covered, spoken, presence]))
            moves.append(ops.abs(ops.sum((probs - without) * decided, axis=-1)))
        moved = (ops.stack(moves, axis=1) + SMALLEST_MOVE) * presence
        return moved / ops.sum(moved, axis=1, keepdims=True)


@dataclass(frozen=True, slots=True)
class _Stream:
    """One region's way from chip and cues to features; its layers carry the region's name."""

    region: str
    shape: Shape
    normalised: bool

    def build(self, chip: keras.KerasTensor, cues: keras.KerasTensor) -> keras.KerasTensor:
        """Features (n, features)."""
        top, left, bottom, right = BOXES[self.region]
        crop = chip[:, top:bottom, left:right, :]
        contrast = ops.std(crop, axis=(1, 2), keepdims=True) + DARKEST_CONTRAST
        x = (crop - ops.mean(crop, axis=(1, 2), keepdims=True)) / contrast
        x = layers.ReLU()(self._convolve(x, "stem", self.shape.stem))
        for place, (channels, stride, inner) in enumerate(self.shape.widths()):
            x = self._block(x, f"block{place}", channels, stride, inner)
        name = f"{self.region}_place"
        x = layers.DepthwiseConv2D(x.shape[1:3], use_bias=not self.normalised, name=name)(x)
        x = layers.Flatten()(self._normalise(x, name))
        told = ops.take(cues, list(of_region(self.region)), axis=1)
        told = layers.Dense(self.shape.cue_features, activation="relu", name=f"{self.region}_cues")(told)
        x = layers.Concatenate()([x, told])
        x = layers.Dense(self.shape.features, activation="relu", name=f"{self.region}_features")(x)
        return layers.Dropout(self.shape.dropout)(x)

    def _block(self, x: keras.KerasTensor, name: str, channels: int, stride: int, inner: int) -> keras.KerasTensor:
        """Two convolutions and the shortcut around them (He et al. 2016, with a projection where the shape changes)."""
        y = layers.ReLU()(self._convolve(x, f"{name}_first", inner, stride))
        y = self._convolve(y, f"{name}_second", channels)
        if stride != 1 or x.shape[-1] != channels:
            x = self._convolve(x, f"{name}_around", channels, stride, size=1)
        return layers.ReLU()(x + y)

    def _convolve(
        self, x: keras.KerasTensor, name: str, channels: int, stride: int = 1, size: int = 3
    ) -> keras.KerasTensor:
        name = f"{self.region}_{name}"
        x = layers.Conv2D(channels, size, stride, padding="same", use_bias=not self.normalised, name=name)(x)
        return self._normalise(x, name)

    def _normalise(self, x: keras.KerasTensor, name: str) -> keras.KerasTensor:
        if not self.normalised:
            return x
        return Normalise(momentum=0.95, name=name + NORMALISATION)(x)


def _decision(shape: Shape) -> keras.Model:
    """Features (n, 4, features), stream logits (n, 4, k), presence (n, 4) → logits (n, k)."""
    features = keras.Input((STREAMS, shape.features))
    stream_logits = keras.Input((STREAMS, shape.classes))
    presence = keras.Input((STREAMS,))
    heard = features * presence[:, :, None]
    x = layers.Dense(shape.gate, activation="relu", name="gate_features")(layers.Flatten()(heard))
    votes = layers.Dense(STREAMS, name="gate")(x) + (presence - 1) * ABSENT
    gate = (ops.softmax(votes) * presence)[:, :, None]
    x = layers.Dense(shape.features, activation="relu", name="joint_features")(layers.Flatten()(heard * gate))
    joint = layers.Dense(shape.classes, name="joint")(layers.Dropout(shape.dropout)(x))
    logits = ops.sum(gate * stream_logits, axis=1) + joint
    return keras.Model([features, stream_logits, presence], logits, name="decision")
