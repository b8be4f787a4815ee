"""Boxes of faces, frame by frame → stable seats, and the parts that are played from each (boxes → seat of each).

A face keeps the seat whose last box it overlaps most; a new face takes the lowest free seat; a seat is free again
when its face has not been seen for `KEPT_S`. Boxes are (x0, y0, x1, y1), shares of the picture.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from mien.music.gesture import at_rest
from mien.values import Gesture, Part

SEATS = 4
KEPT_S = 2.0
LEAST_OVERLAP = 0.15
"""Common over joint area: people move between frames, faces do not jump."""

SEAT_PARTS = ((Part.MELODY,), (Part.RHYTHM, Part.KIT), (Part.HARMONY,), (Part.TEXTURE,))
"""Which parts the face in each seat plays with, where several do."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Seats:
    """Who was where: by seat, the last box and when it was seen."""

    most: int = SEATS
    taken: Mapping[int, tuple[Box, float]] = field(default_factory=dict)


def seated(seats: Seats, boxes: Sequence[Box], time_s: float) -> tuple[Seats, tuple[int | None, ...]]:
    """Give each face its seat, None if all are taken.

    Parameters
    ----------
    boxes : the largest face first: it takes the lowest seat if nobody sits anywhere.
    """
    taken = {seat: kept for seat, kept in seats.taken.items() if time_s - kept[1] <= KEPT_S}
    pairs = sorted(
        ((overlap(box, old), seat, index) for seat, (old, _) in taken.items() for index, box in enumerate(boxes)),
        reverse=True,
    )
    found: dict[int, int] = {}
    for shared, seat, index in pairs:
        if shared >= LEAST_OVERLAP and index not in found and seat not in found.values():
            found[index] = seat
    for index in range(len(boxes)):
        free = [seat for seat in range(seats.most) if seat not in taken and seat not in found.values()]
        if index not in found and free:
            found[index] = free[0]
    for index, seat in found.items():
        taken[seat] = (boxes[index], time_s)
    return Seats(seats.most, taken), tuple(found.get(index) for index in range(len(boxes)))


def later(seats: Seats, seconds: float) -> Seats:
    """The same seats, as if everybody had been seen so much later."""
    return replace(seats, taken={seat: (box, seen_s + seconds) for seat, (box, seen_s) in seats.taken.items()})


def joined(gestures: Mapping[int, Gesture], taken: Sequence[int], now_s: float) -> Gesture | None:
    """The gestures of all seats as one: each face moves its own parts, the first in order those of empty seats.

    Where no seat is taken any more every part is at rest; None while somebody is only out of sight for a moment.
    """
    if not gestures:
        return None if taken else Gesture(now_s, tuple((part, at_rest(part)) for part in Part))
    first = min(gestures)
    if len(gestures) == 1:
        return gestures[first]
    mover = {part: seat for seat, parts in enumerate(SEAT_PARTS) if seat in gestures for part in parts}
    controls = {part: dict(gestures[mover.get(part, first)].controls)[part] for part in Part}
    events = tuple(event for seat in sorted(gestures) for event in gestures[seat].events)
    return Gesture(gestures[first].time_s, tuple(controls.items()), events)


def resting_parts(seats: Sequence[int]) -> frozenset[Part]:
    """The parts that rest because nobody sits where they are played; who is alone plays all of them."""
    if len(seats) < 2:
        return frozenset()
    return frozenset(Part) - {part for seat in seats for part in SEAT_PARTS[seat]}


def overlap(one: Box, other: Box) -> float:
    """Common over joint area of two boxes, 0..1."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    common = width * height
    return common / (_area(one) + _area(other) - common)


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
