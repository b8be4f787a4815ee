"""A reading is explained: which region said what, which cues moved it, what hiding a region does, why it is doubted.

Reading → Explanation, by asking the same network again with a part of the face withheld:

- *alone*: what each region's stream says by itself;
- *hidden*: the region's box of the chip painted grey and its cues unknown (occlusion; Zeiler & Fergus 2014);
- *cues*: how far each stands from the average neutral face, in standard deviations among people
  (`mien.cues.neutral`), and what the reading would be without it. Left and right are reported as one;
- *closer*: which movements of a clear face divided two classes anew (`mien.affect.closer`).

Probabilities are calibrated, in the order of the reader's classes. "The decision" is the most probable class; a move is
the change of its probability when something is withheld: negative if that spoke for the decision. The withheld part is
withheld from the network, so moves refer to what the network says at first sight, before a closer look.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mien.affect.calibrate import calibrated
from mien.affect.network import Reader
from mien.affect.regions import hide, hide_cues
from mien.cues.coefficients import SIDES_OF
from mien.cues.names import CUES, NAMES, PAIRS, SIDES
from mien.cues.neutral import average_neutral
from mien.nets import Floats
from mien.reading import Reading
from mien.values import REGIONS, Face

NOTABLE = 1.0
"""Standard deviations from the average neutral face from which a cue is worth mentioning."""
MOST_CUES = 8


@dataclass(frozen=True, slots=True)
class Withheld:
    """The reading without a part of the face.

    `probs` are all its probabilities, `emotion` is its most probable class, `move` is the decision's move. `odds` is
    the factor by which the decision's odds p / (1 − p) change: it shows moves that a probability near 1 hides.
    """

    probs: tuple[float, ...]
    emotion: str
    move: float
    odds: float


@dataclass(frozen=True, slots=True)
class Departure:
    """A cue away from the average neutral face.

    `name` is the cue's, without its side; `departs` is in standard deviations; `facs` are the action units of the cue
    and how they move it, as the table of cues says; `move` is the decision's move without the cue.
    """

    name: str
    region: str
    departs: float
    facs: str
    move: float


@dataclass(frozen=True, slots=True)
class Push:
    """A movement that a closer look used: its coefficient (0..1, the mean of both sides), and how far it moved the
    log-odds, above 0 towards the second of `Closer.between`."""

    name: str
    value: float
    push: float


@dataclass(frozen=True, slots=True)
class Closer:
    """A closer look: the two classes that it divides; the movements that it used, the strongest first; and `own`, how
    far the log-odds moved because what the network said at first sight counts less or more."""

    between: tuple[str, str]
    pushes: tuple[Push, ...]
    own: float


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """Why a face reads as it does (see the module).

    `first` is what the network says at first sight; `closer` is None for a face that is not clear enough.
    """

    reading: Reading
    first: tuple[float, ...]
    hidden: Mapping[str, Withheld]
    departures: tuple[Departure, ...]
    closer: Closer | None = None

    @property
    def decided(self) -> str:
        """The decision."""
        return self.reading.affect.emotion

    @property
    def certainty(self) -> float:
        """The decision's probability."""
        return max(self.reading.affect.probs)

    @property
    def at_first_sight(self) -> float:
        """The probability that the network alone gives the decision."""
        return self.first[self.reading.affect.names.index(self.decided)]

    @property
    def carried_most(self) -> str:
        """The region with the largest share."""
        shares = self.reading.affect.shares
        return REGIONS[shares.index(max(shares))]


def explain(reader: Reader, reading: Reading) -> Explanation:
    """Explain a reading with the network that made it."""
    face, cues = reading.face, reading.cues
    chip, standard = face.chip[None], reader.standardised(face, cues)
    first = calibrated(reader.answer(chip, standard).logits[0], reader.temperature)
    decided = int(np.argmax(reading.affect.probs))

    def without(chips: NDArray[np.uint8], told: Floats) -> Withheld:
        after = calibrated(reader.answer(chips, told).logits[0], reader.temperature)
        emotion = reading.affect.names[int(after.argmax())]
        return Withheld(
            tuple(after.tolist()), emotion, float(after[decided] - first[decided]), _odds(after, decided) / before
        )

    before = _odds(first, decided)

    heard = reader.scale.names
    hidden = {region: without(hide(chip, region), hide_cues(standard, region, heard)) for region in REGIONS}
    departures = []
    for name, departs in average_neutral().departures(cues).items():
        columns = _columns(name)
        if not columns or abs(departs) < NOTABLE or CUES[columns[0]].region not in REGIONS:
            continue
        cue, silent = CUES[columns[0]], standard.copy()
        silent[:, [heard.index(NAMES[column]) for column in columns if NAMES[column] in heard]] = 0
        departures.append(Departure(name, cue.region, departs, cue.facs, without(chip, silent).move))
    departures.sort(key=lambda found: -abs(found.departs))
    closer = _closer(reader, reading.face, first)
    return Explanation(reading, tuple(first.tolist()), hidden, tuple(departures[:MOST_CUES]), closer)


def _closer(reader: Reader, face: Face, first: Floats) -> Closer | None:
    """How a closer look at a face changed what the network said first."""
    look, glance = reader.closer, reader.glance(first, face)
    if look is None or glance is None:
        return None
    coefficients = glance.coefficients
    heard = glance.clear * look.weights * coefficients
    pushes = [
        Push(name, float(coefficients[list(places)].mean()), float(heard[list(places)].sum()))
        for name, places in SIDES_OF.items()
        if look.weights[list(places)].any()
    ]
    pushes.sort(key=lambda found: -abs(found.push))
    own = look.log_odds(replace(glance, coefficients=np.zeros_like(coefficients))) - glance.first
    return Closer((reader.names[look.below], reader.names[look.above]), tuple(pushes), own)


def _odds(probs: Floats, one: int) -> float:
    """The odds of one class; probabilities have seven digits, so at most a million to one."""
    others = max(float(np.delete(probs.astype(np.float64), one).sum()), 1e-6)
    return max(float(probs[one]), 1e-6) / others


def _columns(name: str) -> list[int]:
    """Places of a cue in `Cues.values`: both sides of a pair; none for a single side, which its pair represents."""
    if name in PAIRS:
        return [NAMES.index(f"{name}_{side}") for side in SIDES]
    one_side = any(name == f"{pair}_{side}" for pair in PAIRS for side in SIDES)
    return [] if one_side else [NAMES.index(name)]
