"""Cues → Gesture: the face plays the sound itself, at once, with no word for what it may mean.

Departures are standard deviations from the person's resting face by cue name (`mien.cues.neutral`), controls 0..1. How
loud a part is, its own region says (`mien.values.STEERED_BY`); its tone and place may follow another (`CONTROL_ROWS`).
Each row is linear; rows for the same control add up. `step` is the gesture clock: steadied cues (`mien.smoothing`) move
the controls, while blinks and winks are found in the cues as seen. `brief_from_cues` is the structure clock of the
gesture mode: its table, `gesture.toml`, has the form of the mapping, but only cues move the brief.

References: Soukupova & Cech 2016 (blinks last 100 to 400 ms); Hunt, Wanderley & Paradis 2003, "The importance of
parameter mapping in electronic instrument design"; Lyons & Tetsutani 2001, "Facing the music: a facial action
controlled musical interface".
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from mien.circumplex import affect_at
from mien.cues.names import SIDES
from mien.music.brief import brief_from_affect
from mien.music.mapping import MappingTable, parse_mapping
from mien.values import CONTROLS, Brief, Gesture, Part


@dataclass(frozen=True, slots=True)
class ControlRow:
    """A cue's departure moves a control of a part by `weight` × departure from where it is `at_rest`, which all rows
    for that control share."""

    part: Part
    control: str
    cue: str
    at_rest: float
    weight: float
    source: str = "composer's choice"


CONTROL_ROWS = (
    ControlRow(Part.MELODY, "expression", "eye_openness", 0.72, 0.09, "FACS AU 5: Ekman & Friesen 1978"),
    ControlRow(Part.MELODY, "brightness", "corner_lift", 0.5, 0.08, "brightness and valence: Juslin & Laukka 2003"),
    ControlRow(Part.MELODY, "vibrato", "brow_height", 0.05, 0.08),
    ControlRow(Part.MELODY, "pan", "gaze_x", 0.5, 0.08, "gaze tells where: Adams & Kleck 2005"),
    ControlRow(Part.HARMONY, "expression", "brow_height", 0.68, 0.07, "FACS AU 1, 2, 4: Ekman & Friesen 1978"),
    ControlRow(Part.HARMONY, "brightness", "inner_brow_height", 0.45, 0.07),
    ControlRow(Part.HARMONY, "pan", "yaw", 0.5, 0.03),
    ControlRow(Part.TEXTURE, "expression", "nostril_width", 0.66, 0.06, "FACS AU 38: Ekman & Friesen 1978"),
    ControlRow(Part.TEXTURE, "brightness", "nose_lip_distance", 0.5, -0.07, "FACS AU 9, 10: Ekman & Friesen 1978"),
    ControlRow(Part.RHYTHM, "expression", "mouth_openness", 0.7, 0.06, "FACS AU 25-27: Ekman & Friesen 1978"),
    ControlRow(Part.RHYTHM, "brightness", "mouth_openness", 0.4, 0.1, "Lyons & Tetsutani 2001"),
    ControlRow(Part.KIT, "expression", "mouth_openness", 0.72, 0.05),
    ControlRow(Part.KIT, "brightness", "mouth_width", 0.5, 0.05),
)
"""The gesture clock's table."""

RESTING = {"expression": 0.7, "brightness": 0.5, "pan": 0.5, "vibrato": 0.0, "breath": 0.0}
"""Values of controls that no row moves."""

SHUT, OPEN = -2.5, -1.2
"""Departures of eye openness below which a lid counts as shut, and above which it counts as open again."""
BLINK_S = (0.04, 0.45)
WINK_S = (0.12, 1.2)
"""Shortest and longest wink: a wink is held, a blink is not; anything longer is closed eyes."""
BREATH_S = 0.35
"""How long the breath after a blink lasts."""


@dataclass(frozen=True, slots=True)
class State:
    """What the gesture clock remembers: each cue as last seen, since when each lid is shut (right, left), the last
    blink."""

    calm: Mapping[str, float] = field(default_factory=dict)
    shut_s: tuple[float | None, float | None] = (None, None)
    were_both_shut: bool = False
    blinked_s: float = -math.inf


def step(seen: Mapping[str, float], calm: Mapping[str, float], time_s: float, state: State) -> tuple[Gesture, State]:
    """Let one frame's cues move the controls.

    Parameters
    ----------
    seen, calm : departures by cue name, also of the means of pairs: of the cues as seen, and of the steadied cues. What
        cannot be seen is left out: its controls stay, a lid counts as open.
    time_s : of the frame, rising.
    state : `State()` at the start.
    """
    moved = {**state.calm, **calm}
    events, shut_s, were_both = _lids(seen, time_s, state)
    blinked_s = time_s if "blink" in events else state.blinked_s
    breath = max(0.0, 1 - (time_s - blinked_s) / BREATH_S) if time_s >= blinked_s else 0.0
    gesture = Gesture(time_s, tuple((part, _controls(part, moved, breath)) for part in Part), events)
    return gesture, State(moved, shut_s, were_both, blinked_s)


def at_rest(part: Part) -> tuple[float, ...]:
    """The controls, in order, of a part that nothing moves."""
    return _controls(part, {}, 0.0)


def brief_from_cues(
    departures: Mapping[str, float],
    *,
    ensemble: str = "piano",
    seed: int = 0,
    tonic_pc: int | None = None,
    tonic_fifths: int | None = None,
    meter: tuple[int, int] | None = None,
) -> Brief:
    """Mix a brief from cues alone: valence, arousal and doubt stay 0, whatever the face looks like.

    Parameters are those of `mien.music.brief.brief_from_affect`.

    Raises
    ------
    BadInput
        If the ensemble is unknown, or tonic or metre are not allowed.
    """
    return brief_from_affect(
        affect_at(0, 0),
        ensemble=ensemble,
        seed=seed,
        cues=departures,
        mapping=gesture_mapping(),
        tonic_pc=tonic_pc,
        tonic_fifths=tonic_fifths,
        meter=meter,
    )


@cache
def gesture_mapping() -> MappingTable:
    """The table of the gesture mode."""
    return parse_mapping(files("mien.music").joinpath("gesture.toml").read_text(encoding="utf-8"), "gesture.toml")


def _controls(part: Part, departures: Mapping[str, float], breath: float) -> tuple[float, ...]:
    """The controls of a part, in order; a breath softens the sound for a moment."""
    rows = [row for row in CONTROL_ROWS if row.part is part]
    values = RESTING | {row.control: row.at_rest for row in rows}
    for row in rows:
        values[row.control] += row.weight * departures.get(row.cue, 0.0)
    values["breath"] = breath
    values["expression"] *= 1 - 0.6 * breath
    return tuple(min(1.0, max(0.0, values[name])) for name in CONTROLS)


def _lids(
    departures: Mapping[str, float], time_s: float, state: State
) -> tuple[tuple[str, ...], tuple[float | None, float | None], bool]:
    """The lids' events; since when each lid is shut; whether both lids have been shut at the same time since."""
    openness = [departures.get(f"eye_openness_{side}") for side in SIDES]
    if None in openness:
        return (), (None, None), False
    right, left = (_shut(now, since, time_s) for now, since in zip(openness, state.shut_s, strict=True))
    shut = (right, left)
    both = state.were_both_shut or (right is not None and left is not None)
    if any(since is not None for since in shut):
        return (), shut, both
    held = [time_s - since for since in state.shut_s if since is not None]
    if not held:
        return (), shut, False
    if both or len(held) == 2:
        return (("blink",) if BLINK_S[0] <= max(held) <= BLINK_S[1] else ()), shut, False
    side = "right" if state.shut_s[0] is not None else "left"
    return ((f"wink_{side}",) if WINK_S[0] <= held[0] <= WINK_S[1] else ()), shut, False


def _shut(openness: float | None, since: float | None, time_s: float) -> float | None:
    """Since when a lid is shut, None if it is open; between the two thresholds it keeps its state."""
    if openness is None or openness >= OPEN:
        return None
    if openness <= SHUT:
        return time_s if since is None else since
    return since
