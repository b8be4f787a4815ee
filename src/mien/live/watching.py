"""What the reading process says of a frame → faces in their seats, what they do, and where the music is asked to be.

Here a person's resting face is learnt and kept for the session, readings are steadied, and the gesture clock runs,
one for each seat. In the gesture mode no module of `mien.affect` is loaded: there are no readings then.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mien.circumplex import with_probs
from mien.cues.coefficients import beyond_rest
from mien.cues.neutral import average_neutral
from mien.errors import BadInput
from mien.live.answers import FaceRow, FrameRow
from mien.live.calibration import Calibration, Rest, drifted, profile_of, ranged, rested
from mien.live.commands import NotNow
from mien.live.messages import FaceTold, affect_told, calibration_told, face_told
from mien.live.mood import ALONE_S, Mood
from mien.live.person import Measured, Person, followed, measured
from mien.live.seats import Seats, later, seated
from mien.values import Affect, Gesture
from mien.vocabulary import EIGHT, Classes

if TYPE_CHECKING:
    from mien.affect.closer import CloserLook

LEFT_S = 5.0
"""Who has been away for so long has left: who comes then may be another, with another resting face."""
PROGRESS_STEP = 0.05
"""How often the page is told how far a calibration is."""
TOO_FEW = "too few frames of your face from the front: look into the camera, in even light, and try again"
_INSTRUCTIONS = {
    "rest": "rest your face and look into the camera",
    "range": "open your eyes and mouth wide, smile, frown, look around",
}


@dataclass(frozen=True, slots=True)
class Sight:
    """One frame: faces as the page is told, and by seat the gesture, and how far each cue is from rest in its unit."""

    faces: tuple[FaceTold, ...]
    gestures: Mapping[int, Gesture]
    moved: Mapping[int, Mapping[str, float]]


class Watching:
    """What a session knows of the faces before it; `classes` are those that its reader, the network `weights` (None is
    the shipped one), tells apart."""

    def __init__(self, classes: Classes = EIGHT, weights: Path | None = None) -> None:
        self.classes = classes
        self._weights = weights
        self._seats = Seats(1)
        self._people: dict[int, Person] = {}
        self._seen_s = 0.0
        """When somebody was last seen; at first, when it was begun to look."""
        self._paused_s: float | None = None
        """Since when nothing is seen, None while it is."""
        self.own: Rest | None = None
        """The person's resting face, None while it is not known."""
        self._own_leaves = False
        """Whether it is forgotten when its person leaves."""
        self._first_seen_s = 0.0
        """When the face in the first seat was last seen."""
        self.calibration: Calibration | None = None
        self._told_progress = 0.0

    @cached_property
    def _closer(self) -> "CloserLook | None":
        """The reader's closer look."""
        from mien.affect.closer import closer_of  # not before somebody is read

        return closer_of(self._weights, self.names)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the classes, in the order of every array of probabilities."""
        return tuple(one.name for one in self.classes)

    def seat(self, most: int) -> None:
        """Have so many seats; who sits beyond them is not read."""
        if most != self._seats.most:
            self._seats, self._people = Seats(most), {}

    @property
    def seats(self) -> int:
        """How many seats there are."""
        return self._seats.most

    def see(self, said: FrameRow, now_s: float, reads_affect: bool) -> Sight:
        """Take in one frame.

        Parameters
        ----------
        said : what the reading process says of it.
        reads_affect : whether expressions are read; otherwise readings are left out even where they came.
        """
        boxes = [(x0, y0, x1, y1) for x0, y0, x1, y1 in (face["box"] for face in said["faces"])]
        self._seats, places = seated(self._seats, boxes, now_s)
        told, gestures, moved = [], {}, {}
        for face, seat in zip(said["faces"], places, strict=True):
            if seat is None:
                continue
            person = self._people.get(seat, Person(now_s))
            seen, rest = measured(face, now_s, self.classes if reads_affect else None), average_neutral()
            if seat == 0:
                self._learn(seen, now_s - person.seen_s)
                if self.own:
                    seen, rest = self._from_rest(seen, self.own), self.own.cues
            self._people[seat], gestures[seat] = followed(person, seen, rest, now_s)
            moved[seat] = rest.distances(seen.cues)
            told.append(_told(face, seat, seen, self._people[seat]))
        if told:
            self._seen_s = now_s
        if 0 in gestures:
            self._first_seen_s = now_s
        self._people = {seat: p for seat, p in self._people.items() if seat in self._seats.taken}
        return Sight(tuple(sorted(told, key=lambda one: one["seat"])), gestures, moved)

    def _learn(self, seen: Measured, seconds: float) -> None:
        """Let the calibration under way and the resting face that is known take in the face in the first seat, which
        was last seen so long ago."""
        if self.calibration:
            glance, coefficients = seen.glance, seen.coefficients
            if glance and coefficients is None:
                coefficients = glance.coefficients
            first = glance.first if glance else None
            self.calibration = self.calibration.with_face(seen.cues, coefficients, seen.read, first)
        if self.own:
            self.own = drifted(self.own, seen.cues, seconds)

    def _from_rest(self, seen: Measured, own: Rest) -> Measured:
        """A face as it departs from the person's own rest: its coefficients, and the closer look of its reading, where
        both are known of that rest."""
        if own.coefficients is None:
            return seen
        coefficients, read = seen.coefficients, seen.read
        if coefficients is not None:
            coefficients = beyond_rest(coefficients, own.coefficients)
        if read and seen.glance and own.first is not None and self._closer:
            from mien.affect.closer import Glance

            glance = self._closer.against(seen.glance, Glance(own.first, own.coefficients))
            read = self._closer.redivided(read, glance, seen.worth)
        return replace(seen, coefficients=coefficients, read=read)

    def pause(self, now_s: float) -> None:
        """See nothing while the reading process is lost or starting: until `resume`, time counts for nothing, neither
        for who sits where nor for a calibration."""
        self._paused_s = now_s if self._paused_s is None else self._paused_s

    def resume(self, now_s: float) -> None:
        """See again, if it was paused."""
        if self._paused_s is not None:
            pause_s, self._paused_s = now_s - self._paused_s, None
            self._seen_s += pause_s
            self._first_seen_s += pause_s
            self._seats = later(self._seats, pause_s)
            if self.calibration:
                begun_s = min(now_s, self.calibration.started_s + pause_s)
                self.calibration = replace(self.calibration, started_s=begun_s)

    def is_alone(self, now_s: float) -> bool:
        """Whether nobody has been seen for some time, as far as was looked."""
        return (now_s if self._paused_s is None else self._paused_s) - self._seen_s > ALONE_S

    def seats_taken(self) -> tuple[int, ...]:
        """The seats in which somebody sits."""
        return tuple(sorted(self._people))

    def mood(self, now_s: float, reads_affect: bool) -> Mood:
        """Where the faces ask the music to be: the mean of all that are seen."""
        people = [self._people[seat] for seat in self.seats_taken()]
        if not people or self.is_alone(now_s):
            return Mood() if reads_affect else Mood(affect=None)
        colours = {
            name: float(np.mean([person.colours.get(name, 0.0) for person in people])) for name in people[0].colours
        }
        if not reads_affect:
            return Mood("face", None, colours)
        affects = [person.affect for person in people if person.affect]
        return Mood("face", _together(affects) if affects else None, colours)  # cues alone until the first is read

    def calibrate(self, do: str, now_s: float, leaves: bool = False) -> dict[str, Any] | None:
        """Begin to learn the resting face ("start") or the extremes ("range"), or "forget" both.

        Parameters
        ----------
        leaves : forget a resting face that is learnt now when its person has left: they did not ask for it to be kept.

        Returns
        -------
        What the page is told at once.

        Raises
        ------
        BadInput, NotNow
            If `do` is something else, or the resting face has to come first.
        """
        if do == "forget":
            return self._forget("forgotten")
        if do not in ("start", "range"):
            raise BadInput(f"calibrate: {do!r}; start, range or forget wanted")
        if do == "range" and self.own is None:
            raise NotNow("calibrate: the resting face comes first; send start")
        step_ = "rest" if do == "start" else "range"
        self._own_leaves = leaves if do == "start" else self._own_leaves
        self.calibration, self._told_progress = Calibration(step_, now_s), 0.0
        return calibration_told(step_, "running", 0.0, _INSTRUCTIONS[step_])

    def learnt(self, now_s: float) -> dict[str, Any] | None:
        """What the page is told of the calibration under way: how far it is, now and then, and how it ended; or that
        a resting face is forgotten whose person has left."""
        if self._paused_s is not None:
            return None
        if self.own and self._own_leaves and now_s - self._first_seen_s > LEFT_S:
            return self._forget("whose it was has left")
        if self.calibration is None:
            return None
        progress, step_ = self.calibration.progress(now_s), self.calibration.step
        if progress >= 1:
            return self._ended(self.calibration)
        if progress - self._told_progress < PROGRESS_STEP:
            return None
        self._told_progress = progress
        return calibration_told(step_, "running", progress, _INSTRUCTIONS[step_])

    def _ended(self, calibration: Calibration) -> dict[str, Any]:
        """Take over what a calibration has learnt, if it saw enough; what the page is told of that."""
        self.calibration, self._told_progress = None, 0.0
        if not calibration.suffices:
            return calibration_told(calibration.step, "failed", 1.0, TOO_FEW)
        if calibration.step == "range" and self.own:
            self.own, text = ranged(self.own, calibration.seen), "your movements now reach from end to end"
        else:
            self.own = rested(calibration.seen, calibration.coefficients, calibration.first)
            text = "this is your resting face now"
            if shown := calibration.expression(self.classes):
                text += f"; it reads as {shown[0]} ({shown[1]:.0%}): if you were not at rest, learn it again"
        return calibration_told(calibration.step, "done", 1.0, text, profile_of(self.own))

    def _forget(self, why: str) -> dict[str, Any]:
        """Know no resting face any more; what the page is told of that."""
        self.own, self.calibration = None, None
        return calibration_told("rest", "forgotten", 0.0, why)


def _told(face: FaceRow, seat: int, seen: Measured, person: Person) -> FaceTold:
    """A face as the page is told: what is seen of it, and what is read once that is steady."""
    read = affect_told(person.affect, person.label.label) if person.affect and person.label else None
    return face_told(face, seat, person.departures, seen.coefficients, read)


def _together(affects: list[Affect]) -> Affect:
    """The mean of several readings."""
    if len(affects) == 1:
        return affects[0]
    probs = np.mean([affect.probs for affect in affects], axis=0)
    shares = np.mean([affect.shares for affect in affects], axis=0)
    doubt = float(np.mean([affect.doubt for affect in affects]))
    return with_probs(affects[0], probs.tolist(), doubt=doubt, shares=tuple(shares.tolist()))
