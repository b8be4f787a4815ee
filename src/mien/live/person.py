"""What the reading process says of a face → somebody in a seat, steadied frame by frame (FaceRow → Person, Gesture).

`measured` takes the row in, `followed` lets a person follow it. In between the session sees it against the person's own
rest (`mien.live.watching`). Nothing of `mien.affect` is loaded before somebody is read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mien.cues.neutral import Neutral
from mien.live.answers import FaceRow, affect_of, coefficients_of, cues_of, glance_of
from mien.live.mood import coloured
from mien.music.gesture import State, step
from mien.nets import Floats
from mien.smoothing import CueMemory, LabelMemory, steady_affect, steady_cues, steady_label
from mien.values import Affect, Cues, Gesture
from mien.vocabulary import Classes

if TYPE_CHECKING:
    from mien.affect.closer import Glance


@dataclass(frozen=True, slots=True)
class Measured:
    """A face of one frame: cues, coefficients (52,) where they were asked for, and where expressions are read the
    reading, how well the face is seen (`worth`, 0..1), and what a closer look was given, None if none was taken."""

    cues: Cues
    coefficients: Floats | None = None
    read: Affect | None = None
    worth: float = 0.0
    glance: "Glance | None" = None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a seat: when they were seen, their steadied cues and gesture clock, what is read, what colours the
    music, and how the cues depart from rest."""

    seen_s: float
    cues: CueMemory | None = None
    gestures: State = field(default_factory=State)
    affect: Affect | None = None
    label: LabelMemory | None = None
    colours: Mapping[str, float] = field(default_factory=dict)
    departures: Mapping[str, float] = field(default_factory=dict)


def measured(face: FaceRow, time_s: float, classes: Classes | None) -> Measured:
    """Take a face in.

    Parameters
    ----------
    classes : of the reader; None leaves the reading out even where one came.
    """
    cues, coefficients, row = cues_of(face, time_s), coefficients_of(face), face["affect"]
    if row is None or classes is None:
        return Measured(cues, coefficients)
    return Measured(cues, coefficients, affect_of(row, time_s, classes), row["worth"], glance_of(row))


def followed(person: Person, seen: Measured, rest: Neutral, time_s: float) -> tuple[Person, Gesture]:
    """Let a person follow what is seen of them; also, what they do with the sound.

    Parameters
    ----------
    rest : the face from which their cues depart.
    """
    departures = rest.departures(seen.cues)
    calm, memory = steady_cues(seen.cues, person.cues)
    gesture, state = step(departures, rest.departures(calm), time_s, person.gestures)
    affect = steady_affect(seen.read, person.affect) if seen.read else None
    label = steady_label(affect, person.label) if affect else None
    colours = coloured(person.colours, departures, time_s - person.seen_s)
    return Person(time_s, memory, state, affect, label, colours, departures), gesture
