"""What values check when made: arrays are of the right kind and nobody can change them, numbers are in range."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def protected(array: Any, dtype: type, shape: tuple[int | None, ...], name: str) -> NDArray[Any]:
    """A copy of an array as this dtype that nobody can write to.

    Raises
    ------
    ValueError
        If it has another shape (None: any size), holds a number that is not finite, or bytes or booleans are wanted and
        it holds something else.
    """
    given = np.asarray(array)
    if dtype in (np.uint8, np.bool_) and given.dtype != dtype:  # a cast would lose the meaning: .9 becomes 0, 300 44
        raise ValueError(f"{name}: {given.dtype} given, {np.dtype(dtype).name} wanted")
    held: NDArray[Any] = np.array(given, dtype=dtype)  # our own copy: nobody else can write to it
    if len(held.shape) != len(shape) or any(w not in (None, g) for w, g in zip(shape, held.shape, strict=True)):
        raise ValueError(f"{name}: shape {held.shape} given, {shape} wanted")
    if held.dtype.kind == "f" and not np.isfinite(held).all():
        raise ValueError(f"{name}: holds a number that is not finite")
    held.setflags(write=False)
    return held


def within(name: str, value: float, low: float, high: float) -> None:
    """Refuse a number outside a range with ValueError."""
    if not low <= value <= high:  # also refuses NaN
        raise ValueError(f"{name}: {value} given, {low} to {high} allowed")


def spelled(name: str, fifths: int | None, pitch_class: int) -> None:
    """Refuse a place on the line of fifths, F♭ to B♯, that names another pitch class; None names none."""
    places = [place for place in range(-8, 13) if place * 7 % 12 == pitch_class]
    if fifths is not None and fifths not in places:
        raise ValueError(f"{name}: {fifths} given, one of {places} allowed")
