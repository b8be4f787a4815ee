"""A small network learns which regions of a face are covered (FER+'s training faces → `covered.tflite`).

    python -m mien.lab.training.covered --data FOLDER

cuts faces of FER+'s training side like live faces, hides parts of them anew in each epoch (`mien.lab.training.covers`),
and writes network and manifest where `mien.affect.covered` looks for them. FER+'s own hands and glasses count as bare
faces here: what is usual is not to be called covered.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.face.look import MIN_MESH_SCORE, look_close_ups
from mien.lab.arrays import load_arrays
from mien.lab.backend import keras, layers
from mien.lab.training.convert import Answers, ship_proved
from mien.lab.training.corpus import splits
from mien.lab.training.covers import hidden_in_part
from mien.values import CHIP_PX, REGIONS
from mien.writing import sha256_of

FACES, EPOCHS, BATCH, RATE = 11_000, 16, 128, 3e-3
CHANNELS = ((12, 1), (16, 2), (24, 2), (32, 2))
"""For each convolution: number of channels, and stride; the first sees the chip at half its size."""
SEED = 5
MOST_DIFFERENCE = 5e-3
"""Largest difference allowed between a share from Keras and the same one from LiteRT, whose weights have half
precision."""
ASSETS = Path(__file__).parents[2] / "affect" / "assets"


def build() -> keras.Model:
    """The network: chip float32 (n, 64, 64, 1), grey 0..255 → hidden (n, 4), 0..1."""
    chip = keras.Input((CHIP_PX, CHIP_PX, 1), name="chip")
    x = layers.AveragePooling2D(2)(layers.Rescaling(1 / 64, offset=-2.0)(chip))
    for filters, stride in CHANNELS:
        x = layers.Conv2D(filters, 3, strides=stride, padding="same", use_bias=False)(x)
        x = layers.ReLU()(layers.BatchNormalization(momentum=0.97)(x))
    x = layers.Dropout(0.3)(layers.Flatten()(x))
    return keras.Model(chip, layers.Dense(len(REGIONS), activation="sigmoid", name="hidden")(x))


def learn(chips: NDArray[np.uint8], epochs: int = EPOCHS, seed: int = SEED) -> keras.Model:
    """A network that has learnt from chips uint8 (n, 64, 64), each mirrored every other time."""
    keras.utils.set_random_seed(seed)
    rng, network = np.random.default_rng(seed), build()
    steps = epochs * -(-len(chips) // BATCH)
    network.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(RATE, steps)), "binary_crossentropy")
    for epoch in range(epochs):
        turned = rng.random(len(chips)) < 0.5
        ways = (chip[:, ::-1].copy() if turn else chip for chip, turn in zip(chips, turned, strict=True))
        made = [hidden_in_part(chip, chips, rng) for chip in ways]
        shown, hidden = np.stack([one for one, _ in made])[..., None], np.stack([told for _, told in made])
        told = network.fit(shown, hidden, BATCH, verbose=0)
        print(f"epoch {epoch + 1}: {told.history['loss'][0]:.4f}", flush=True)
    return network


def ship(network: keras.Model, faces: int, to: Path) -> None:
    """Write network and manifest; `faces` is how many faces it learnt from."""
    given = {"chip": np.random.default_rng(0).uniform(0, 255, (8, CHIP_PX, CHIP_PX, 1)).astype(np.float32)}
    wanted = {"hidden": keras.ops.convert_to_numpy(network(given["chip"], training=False))}

    def describe(path: Path) -> dict[str, Any]:
        return {
            "name": "mien covered: which regions of a face are hidden",
            "file": path.name,
            "sha256": sha256_of(path),
            "licence": "Apache-2.0",
            "input": {"chip": f"(n, {CHIP_PX}, {CHIP_PX}, 1) float32, grey 0..255, cut by mien.face.align"},
            "output": {"hidden": f"(n, {len(REGIONS)}) 0..1, in the order of {', '.join(REGIONS)}"},
            "data": f"FER2013 pictures with FER+ votes, training side: {faces} faces, hidden in part by drawing",
            "made_by": "python -m mien.lab.training.covered",
            "recipe": "see mien.lab.training.covers",
        }

    ship_proved(network, to / "covered.tflite", describe, given, wanted, _apart, MOST_DIFFERENCE)


def _apart(one: Answers, other: Answers) -> float:
    return float(np.abs(one["hidden"] - other["hidden"]).max())


def cut(data: Path) -> NDArray[np.uint8]:
    """Chips uint8 (n, 64, 64) of those of FER+'s training faces that the mesh finds.

    The development side is left out: it serves to choose `mien.affect.covered.COUNTED`.
    """
    held = load_arrays(data / "ferplus_dev.npz", "images", "votes", "split4", "dup_group")
    images, known = held["images"], np.flatnonzero(splits(held["votes"], held["split4"], held["dup_group"])[0])
    drawn = np.random.default_rng(SEED).choice(known, min(FACES, len(known)), replace=False)
    seen = look_close_ups(images[drawn])
    return np.stack([face.chip for face in seen if face.score >= MIN_MESH_SCORE])


def main() -> None:
    """Learn from FER+'s training faces and write the asset."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--data", type=Path, required=True, help="folder with ferplus_dev.npz")
    options.add_argument("--out", type=Path, default=ASSETS)
    asked = options.parse_args()
    chips = cut(asked.data)
    ship(learn(chips), len(chips), asked.out)


if __name__ == "__main__":
    main()
