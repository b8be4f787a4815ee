"""The reader: a face and its cues become a reading of the expression (Face, Cues → Affect).

The network is the four-stream one of `mien.lab.training.nets`, trained on FER+ and run by LiteRT. Its manifest,
`reader.json`, names the classes and the cues in order, the scale of the cues, the boxes of the regions and the
temperature. A network that needs cues or regions that are not measured is refused; one trained when fewer were measured
gets those. Classes may be anybody's own: a manifest with `classes` says where each lies on the plane and what it asks
of the composer. A clear face gets a second look (`mien.affect.closer`).

`Reader.read_chips` takes pictures in FER2013's framing and cuts them anew, exactly as training did.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.affect.calibrate import calibrated
from mien.affect.closer import CloserLook, Glance, clearness
from mien.affect.doubt import Cause, causes_of_doubt, doubt, quality_of
from mien.affect.recipe import CueScale, standardise
from mien.affect.regions import BOXES, presence
from mien.assets import asset_path
from mien.circumplex import valence_arousal
from mien.cues.coefficients import read_coefficients
from mien.cues.geometry import measure
from mien.errors import BadAsset
from mien.face.look import MIN_MESH_SCORE, look_close_ups
from mien.nets import Floats, Network
from mien.reader_manifest import classes_told, no_reader
from mien.values import REGIONS, Affect, Cues, Face
from mien.vocabulary import Classes

CHUNK = 64
"""Faces per call of the network: more would not be faster, and would need more memory."""


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What the network says of n faces.

    `logits` float32 (n, k); `alone` float32 (n, 4, k), the logits of each region alone; `shares` float32 (n, 4),
    rows summing to 1. No logits are calibrated.
    """

    logits: Floats
    alone: Floats
    shares: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Explained:
    """A reading and what it was made of.

    `alone` is what each region says by itself, probabilities in the order of the classes; `glance` is what a closer
    look was given, None if there was none; `worth` is how well the face is seen, 0..1 (see `mien.affect.doubt`), and
    `causes` are those of the doubt, the worst first.
    """

    affect: Affect
    alone: Mapping[str, tuple[float, ...]]
    glance: Glance | None
    worth: float
    causes: tuple[Cause, ...]


class Reader:
    """Reads expressions with one network, on one thread.

    Parameters
    ----------
    path : a `.tflite` file with its manifest beside it; the shipped one by default.

    Raises
    ------
    BadAsset
        If a file is missing, damaged, or made for cues or regions that are not measured, or for classes without a
        place.
    """

    def __init__(self, path: Path | None = None) -> None:
        path = path or asset_path("mien.affect", "reader.tflite")
        self._network = Network(path)
        manifest = self._network.manifest
        self.classes: Classes = classes_told(manifest, path)
        try:
            boxes = {region: tuple(box) for region, box in manifest["boxes"].items()}
            self.temperature = float(manifest["temperature"])
            self.scale = CueScale.of_rows(manifest["cues"], path.with_suffix(".json"))
            closer = manifest.get("closer_look")
            self.closer = CloserLook.of_row(closer, self.names) if closer else None
            self._inputs: Sequence[str] = manifest["inputs"]
            self._outputs = [manifest["outputs"].index(name) for name in ("logits", "stream_logits", "shares")]
        except (AttributeError, KeyError, TypeError, ValueError) as cause:
            raise no_reader(path, cause) from None
        if boxes != dict(BOXES):
            raise BadAsset(f"{path.stem}.json: made for other regions than mien's; reinstall mien or train anew")

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the classes, in the order of every array of probabilities."""
        return tuple(one.name for one in self.classes)

    def read(self, face: Face, cues: Cues) -> Affect:
        """Read one face."""
        return self.explain(face, cues).affect

    def explain(self, face: Face, cues: Cues, coefficients: Floats | None = None) -> Explained:
        """Read one face, and say what the reading was made of.

        Parameters
        ----------
        face, cues : the face, and what was measured of it
        coefficients : the face's, float32 (52,), if already read; otherwise a clear face's are read here
        """
        answer = self.answer(face.chip[None], self.standardised(face, cues))
        probs = calibrated(answer.logits[0], self.temperature)
        glance = self.glance(probs, face, coefficients)
        if self.closer and glance:
            probs = self.closer.divided(probs, glance)
        alone = calibrated(answer.alone[0], self.temperature)
        valence, arousal = valence_arousal(probs.tolist(), self.classes)
        quality = quality_of(face)
        affect = Affect(
            time_s=face.time_s,
            probs=tuple(probs.tolist()),
            valence=valence,
            arousal=arousal,
            doubt=doubt(probs, quality.worth),
            shares=tuple(answer.shares[0].tolist()),
            classes=self.classes,
        )
        return Explained(
            affect=affect,
            alone={region: tuple(said.tolist()) for region, said in zip(REGIONS, alone, strict=True)},
            glance=glance,
            worth=quality.worth,
            causes=causes_of_doubt(probs, quality),
        )

    def glance(self, probs: Floats, face: Face, coefficients: Floats | None = None) -> Glance | None:
        """What a closer look at a clear face is given, if the network says `probs`; None for any other face."""
        clear = clearness(face)
        if self.closer is None or not clear:
            return None
        coefficients = read_coefficients(face) if coefficients is None else coefficients
        return Glance(self.closer.first(probs), coefficients, clear)

    def read_chips(self, chips: NDArray[np.uint8]) -> Floats:
        """Read close-ups in FER2013's framing.

        Parameters
        ----------
        chips : uint8 (n, s, s), grey; FER2013's are 48 pixels a side, larger ones are reduced to their scale

        Returns
        -------
        float32 (n, k), probabilities in the order of `classes`

        Raises
        ------
        ValueError
            If the array is of another kind or shape.
        """
        if chips.dtype != np.uint8 or chips.ndim != 3 or chips.shape[1] != chips.shape[2]:
            raise ValueError(f"chips: {chips.dtype} {chips.shape} given, uint8 (n, s, s) wanted")
        if not len(chips):
            return np.empty((0, len(self.classes)), dtype=np.float32)
        faces = tuple(look_close_ups(chips))
        cues = np.concatenate([self.standardised(face, measure(face)) for face in faces])
        answer = self.answer(np.stack([face.chip for face in faces]), cues)
        return calibrated(answer.logits, self.temperature)

    def standardised(self, face: Face, cues: Cues) -> Floats:
        """Cues as the network expects them, float32 (1, k). If the mesh found no face, none is known."""
        valid = cues.valid & (face.score >= MIN_MESH_SCORE)
        return standardise(cues.values[None], valid[None], self.scale)

    def answer(self, chips: NDArray[np.uint8], cues: Floats, present: Floats | None = None) -> Answer:
        """Ask the network.

        Parameters
        ----------
        chips : uint8 (n, 64, 64), cut by `mien.face.align`
        cues : float32 (n, k), standardised
        present : float32 (4,), which streams may speak (see `mien.affect.regions.presence`); all if not given
        """
        present = presence() if present is None else present
        parts = []
        for first in range(0, len(chips), CHUNK):
            some = chips[first : first + CHUNK, :, :, None].astype(np.float32)
            given = (some, cues[first : first + CHUNK], np.repeat(present[None], len(some), axis=0))
            found = self._network.named(dict(zip(self._inputs, given, strict=True)))
            parts.append([found[place] for place in self._outputs])
        return Answer(*(np.concatenate(part) for part in zip(*parts, strict=True)))
