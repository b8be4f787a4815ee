"""Words become expressions, and expressions in time (text → coefficients; keyframes → coefficients at any time).

An expression is written as `browDown=.8,mouthSmileLeft=.4`; a name without a side moves both. A path is written as
keyframes, `neutral@0,happiness:.7@1.5,jawOpen=.5+eyeBlinkLeft=1@3`: each is an emotion with its intensity, or movements
joined by +, at a time in seconds. Between keyframes the face eases from one to the next (a half cosine: faces start and
stop softly); before the first and after the last it stays there.
"""

import math
from collections.abc import Mapping, Sequence

from mien.cues.coefficients import COEFFICIENTS
from mien.errors import BadInput
from mien.lab.performer.emotions import UNITS_OF, emotion
from mien.lab.performer.head import LOOK_DEG

Expression = Mapping[str, float]
Keyframe = tuple[float, Expression]
"""Seconds, and the expression at that time."""

LONGEST_S = 600.0


def parse_expression(text: str) -> dict[str, float]:
    """Coefficients from `name=weight,…`.

    Raises
    ------
    BadInput
        If a name or a weight cannot be used.
    """
    moved: dict[str, float] = {}
    for part in filter(None, text.split(",")):
        name, equals, weight = part.strip().partition("=")
        if not equals:
            raise BadInput(f"--expression {part.strip()}: give name=weight, as in browDown=.8,mouthSmileLeft=.4")
        moved |= dict.fromkeys(_sided(name.strip()), _weight(part, weight))
    return moved


def parse_emotion(text: str) -> dict[str, float]:
    """Coefficients from `name` or `name:intensity`."""
    name, colon, intensity = text.strip().partition(":")
    return emotion(name, _weight(text, intensity) if colon else 1.0)


def parse_path(text: str) -> tuple[Keyframe, ...]:
    """Keyframes from `what@seconds,…`, in order of time.

    Raises
    ------
    BadInput
        If a keyframe cannot be used, or times do not rise.
    """
    keyframes: list[Keyframe] = []
    for part in filter(None, text.split(",")):
        what, at, time = part.strip().partition("@")
        if not at:
            raise BadInput(f"--path {part.strip()}: give what@seconds, as in neutral@0,happiness:.7@2")
        time_s = _number(part, time)
        if not (0 <= time_s <= LONGEST_S) or (keyframes and time_s <= keyframes[-1][0]):
            raise BadInput(f"--path {part.strip()}: seconds rise from keyframe to keyframe, 0 to {LONGEST_S:g}")
        expression: dict[str, float] = {}
        for one in what.split("+"):
            expression |= parse_expression(one) if "=" in one else parse_emotion(one)
        keyframes.append((time_s, expression))
    if not keyframes:
        raise BadInput("--path: give at least one keyframe, as in neutral@0,happiness:.7@2")
    return tuple(keyframes)


def gaze(right_deg: float, up_deg: float) -> dict[str, float]:
    """Coefficients of eyes that both look this far to the picture's right, and up.

    Raises
    ------
    BadInput
        If eyes do not turn that far.
    """
    across, upright = ("Out", "In") if right_deg >= 0 else ("In", "Out"), "Up" if up_deg >= 0 else "Down"
    if abs(right_deg) > LOOK_DEG["Out"] or abs(up_deg) > LOOK_DEG[upright]:
        raise BadInput(
            f"--gaze {right_deg:g},{up_deg:g}: eyes turn up to {LOOK_DEG['Out']:g} degrees to a side, "
            f"{LOOK_DEG['Up']:g} up, {LOOK_DEG['Down']:g} down"
        )
    told = {}
    for side, way in zip(("Left", "Right"), across, strict=True):  # the subject's left eye is at the picture's right
        told[f"eyeLook{way}{side}"] = abs(right_deg) / LOOK_DEG[way]
        told[f"eyeLook{upright}{side}"] = abs(up_deg) / LOOK_DEG[upright]
    return told


def expression_at(path: Sequence[Keyframe], time_s: float) -> dict[str, float]:
    """The expression at a given time of a path."""
    before = [frame for frame in path if frame[0] <= time_s][-1:] or [path[0]]
    after = [frame for frame in path if frame[0] > time_s][:1] or before
    (start_s, first), (end_s, second) = before[0], after[0]
    share = (time_s - start_s) / (end_s - start_s) if start_s < time_s and end_s > start_s else 0.0
    eased = (1 - math.cos(math.pi * share)) / 2
    return {
        name: (1 - eased) * first.get(name, 0.0) + eased * second.get(name, 0.0) for name in sorted({*first, *second})
    }


def _sided(name: str) -> tuple[str, ...]:
    if name in COEFFICIENTS:
        return (name,)
    both = (f"{name}Left", f"{name}Right")
    if both[0] in COEFFICIENTS and name not in ("jaw", "mouth"):
        return both
    hint = f"; for the emotion use --emotion {name}" if name in UNITS_OF else ""
    raise BadInput(f"unknown coefficient '{name}': give ARKit's names, as browDown or mouthSmileLeft{hint}")


def _weight(told: str, text: str) -> float:
    weight = _number(told, text)
    if not 0 <= weight <= 1:
        raise BadInput(f"{told.strip()}: a weight is 0 to 1")
    return weight


def _number(told: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise BadInput(f"{told.strip()}: '{text.strip()}' is not a number")
    return number
