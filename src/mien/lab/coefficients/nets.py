"""The student of coefficients: two halves of a face and its shape → what each half does.

One trunk of residual convolutions (He et al. 2016) looks at the subject's left half, and with the same weights at the
mirrored right half. What the two halves show, the own one first, and the shape of the whole face as that half sees it
lead to the coefficients of `OWN`. Left and right cannot be confused: in a mirror the halves change places, and so do
the answers.

Inputs, n faces: `halves` float32 (n, 2, 112, 64), grey 0..255; `shapes` float32 (n, 2, s), departures from the average
face. Output: `moved` float32 (n, 2, own). There is no batch normalisation: with it the loss on held-out faces fell more
slowly (docs/log.md).
"""

from dataclasses import dataclass

from mien.affect.recipe import DARKEST_CONTRAST
from mien.cues.coefficients import HALF_PX, OWN, SHAPE_SIZE
from mien.lab.backend import keras, layers, ops
from mien.values import DETAIL_PX

SHAPE_UNIT = 0.03
"""About how far points of a face depart from the average one, in eye distances."""
SIDES = 2


@dataclass(frozen=True, slots=True)
class Size:
    """Sizes of the student: `stem` and `blocks` (channels, stride) of the trunk; the widths that represent a half, a
    shape, and both together."""

    stem: int = 24
    blocks: tuple[tuple[int, int], ...] = ((32, 2), (64, 2), (96, 2), (96, 1))
    half: int = 128
    shape: int = 64
    together: int = 192
    dropout: float = 0.1


USUAL = Size()


def build_student(size: Size = USUAL) -> keras.Model:
    """The student: halves, shapes → moved."""
    halves = keras.Input((SIDES, DETAIL_PX, HALF_PX), name="halves")
    shapes = keras.Input((SIDES, SHAPE_SIZE), name="shapes")
    grey = (1, 2, 3)  # both halves have the same light
    contrast = ops.std(halves, axis=grey, keepdims=True) + DARKEST_CONTRAST
    level = (halves - ops.mean(halves, axis=grey, keepdims=True)) / contrast
    shown = _trunk(size)(ops.reshape(level, (-1, DETAIL_PX, HALF_PX, 1)))
    own = ops.reshape(shown, (-1, SIDES, size.half))
    other = ops.stack([own[:, 1], own[:, 0]], axis=1)
    outline = layers.Dense(size.shape, activation="relu", name="outline")(shapes / SHAPE_UNIT)
    x = layers.Dropout(size.dropout)(layers.Concatenate()([own, other, outline]))
    x = layers.Dense(size.together, activation="relu", name="together")(x)
    moved = layers.Dense(len(OWN), kernel_initializer=_small(), name="moved", dtype="float32")(x)
    return keras.Model([halves, shapes], moved, name="student")


def _small() -> keras.Initializer:
    """Weights so small that answers start near 0, as a face at rest does."""
    return keras.initializers.RandomNormal(0, 0.01)


def _trunk(size: Size) -> keras.Model:
    """Half a picture (n, 112, 64, 1) → what it shows (n, half)."""
    picture = keras.Input((DETAIL_PX, HALF_PX, 1))
    x = layers.ReLU()(_convolve(picture, "stem", size.stem, 2, 5))
    for place, (channels, stride) in enumerate(size.blocks):
        name = f"block{place}"
        y = layers.ReLU()(_convolve(x, f"{name}_first", channels, stride))
        y = _convolve(y, f"{name}_second", channels)
        if stride != 1 or x.shape[-1] != channels:
            x = _convolve(x, f"{name}_around", channels, stride, 1)
        x = layers.ReLU()(x + y)
    x = layers.Dense(size.half, activation="relu", name="half")(layers.Flatten()(x))
    return keras.Model(picture, x, name="trunk")


def _convolve(x: keras.KerasTensor, name: str, channels: int, stride: int = 1, size: int = 3) -> keras.KerasTensor:
    first = "he_normal"
    return layers.Conv2D(channels, size, stride, padding="same", kernel_initializer=first, name=name)(x)
