"""Every method's verdict on one face, in a project's own classes (ProjectFaces, Reading → rows).

grey rule, HOG, geometry : the simple methods of `mien.lab.exams.baselines`, taught on the project's train side; what
    they have to choose is chosen on its develop side. The grey rule knows only the four moods of its origin and answers
    in the project's words if they exist; its share right is omitted if the project has a class that is none of these.
plain CNN : a Keras network of the origin's kind, if one is given: pictures (n, 48, 48, 1) → logits in the order of the
    project's classes, or of the eight.
the shipped reader and the own one : each in its own words.

The simple methods see the faces as projects keep them: aligned chips, framed like FER2013's pictures, and the 68
points. What each gets right of the test side stands beside its verdict, with the 95 % interval over what belongs
together (`mien.lab.exams.metrics`), or why that is not known.
"""

import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.errors import BadInput, extra
from mien.lab.exams import baselines, metrics
from mien.lab.exams.baselines import Method, Taught
from mien.lab.exams.prepared import Prepared, level68
from mien.lab.training.heads import known_as
from mien.lab.training.project_faces import TEST, ProjectFaces
from mien.reading import Reading
from mien.vocabulary import EMOTIONS

RULE_WORDS = ("happiness", "sadness", "anger", "neutral")
"""What the grey rule can say, in the order of its answers."""
MOST_LETTERS = 40
"""Of the words for why nothing is known of what a method gets right: they stand in a column."""
UNTESTED = "no test faces"
"""Why nothing is known of what a method gets right, where the test side has no face."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a method says of a face: probabilities by class, and the share it gets right of the test side, as plain data
    (None if unknown: `because` says why, "" if there was nothing to be right about)."""

    method: str
    probs: Mapping[str, float]
    right: Mapping[str, Any] | None
    because: str = ""

    @property
    def first(self) -> str:
        """The most probable class."""
        return max(self.probs, key=lambda name: self.probs[name])

    @property
    def told(self) -> str:
        """What it gets right of the test side, with its 95 % interval in percent, or why that is not known."""
        if self.right is None:
            return self.because
        low, high = self.right["interval"]
        return f"{self.right['share']:.0%} of {self.right['n']} ({100 * low:.0f} to {100 * high:.0f})"


def lacking(faces: ProjectFaces) -> str | None:
    """What a project wants for the simple methods to learn from it, in words; None if nothing."""
    if faces.lacking is None and not faces.majority[faces.sides == "develop"].max(initial=-1) >= 0:
        return "no faces to choose by; label more, then mien data split"
    return faces.lacking and f"{faces.lacking}; {faces.help}"


def shown(faces: ProjectFaces, side: str) -> tuple[Prepared, NDArray[np.int64]]:
    """The faces of one side with a clear class, as the simple methods see them, and their classes."""
    rows = (faces.sides == side) & (faces.majority >= 0)
    points = [level68(points) for points in faces.points[rows]]
    known = {"points": np.array(points, dtype=np.float32).reshape(-1, *faces.points.shape[1:])}
    return Prepared(faces.cuts.chips[rows], known=known), faces.majority[rows]


def simple_verdicts(faces: ProjectFaces, reading: Reading) -> list[Verdict]:
    """The simple methods, taught on the project now.

    Raises
    ------
    BadInput
        If scipy is missing, or the project lacks faces to learn from or choose by.
    """
    try:
        import scipy  # noqa: F401
    except ImportError:
        raise BadInput(f"HOG and geometry are fitted with SciPy: {extra('train')}") from None
    if wanting := lacking(faces):
        raise BadInput(f"{faces.name}: {wanting}")
    (train, truth), (develop, wanted) = shown(faces, "train"), shown(faces, "develop")
    taught = Taught(train, truth, develop, wanted, len(faces.classes))
    names = [one.name for one in faces.classes]
    one = Prepared(reading.face.chip[None], given_faces=[reading.face])
    test, answers = shown(faces, TEST)
    groups = faces.groups[(faces.sides == TEST) & (faces.majority >= 0)]
    return [
        _grey_verdict(taught, names, one, test, answers, groups),
        _verdict("HOG", baselines.hog(taught), names, one, test, answers, groups),
        _verdict("68-point geometry", baselines.geometry(taught), names, one, test, answers, groups),
    ]


def cnn_verdict(path: Path, faces: ProjectFaces | None, reading: Reading) -> Verdict:
    """A plain Keras network's verdict on the face; needs the extra 'train'.

    Raises
    ------
    BadInput
        If the file is not such a network, or its answers are neither of the project's classes nor of the eight.
    """
    import cv2

    try:
        from mien.lab.exams.plain_nets import PLAIN_PX, load_keras, logits_of
    except ImportError:
        raise BadInput(f"a plain CNN is a Keras network: {extra('train')}") from None
    small = cv2.resize(reading.face.chip, (PLAIN_PX, PLAIN_PX), interpolation=cv2.INTER_AREA)
    probs = metrics.softmax(logits_of(load_keras(path), small.astype(np.uint8)[None]))[0]
    own = [one.name for one in faces.classes] if faces else []
    names = next((names for names in (own, list(EMOTIONS)) if len(names) == len(probs)), None)
    if names is None:
        raise BadInput(f"{path}: {len(probs)} answers; a network of {len(own) or 'the eight'} classes is wanted")
    return Verdict("plain CNN", dict(zip(names, probs.tolist(), strict=True)), None, "not asked" if faces else "")


def reader_verdict(method: str, reading: Reading, right: Mapping[str, Any] | None = None, because: str = "") -> Verdict:
    """A reader's verdict in its own words."""
    affect = reading.affect
    return Verdict(method, dict(zip(affect.names, affect.probs, strict=True)), right, because)


def _verdict(
    method: str,
    answer: Method,
    names: Sequence[str],
    one: Prepared,
    test: Prepared,
    truth: NDArray[np.int64],
    groups: metrics.Groups,
    said: Callable[[NDArray[np.float64]], NDArray[np.int64]] = lambda probs: probs.argmax(axis=1),
    because: str = "",
) -> Verdict:
    """A method's verdict on one face; what it gets right of the test side, unless `because` says why not."""
    right = metrics.share_of(said(answer(test)) == truth, groups) if len(test) and not because else None
    why = because or ("" if len(test) else UNTESTED)
    return Verdict(method, dict(zip(names, answer(one)[0].tolist(), strict=True)), right, why)


def _grey_verdict(
    taught: Taught,
    names: Sequence[str],
    one: Prepared,
    test: Prepared,
    truth: NDArray[np.int64],
    groups: metrics.Groups,
) -> Verdict:
    known = {known_as(name, EMOTIONS): name for name in names}
    words = [known.get(word, word) for word in RULE_WORDS]
    places = np.array([names.index(word) if word in names else -1 for word in words])
    rule = baselines.grey_rule(taught)
    foreign = [name for name in names if name not in words]  # it cannot be right about a class that it has no word for
    because = textwrap.shorten(f"no word for {', '.join(foreign)}", MOST_LETTERS, placeholder=" …") if foreign else ""
    return _verdict(
        "Haar grey rule", rule, words, one, test, truth, groups, lambda probs: places[probs.argmax(axis=1)], because
    )
