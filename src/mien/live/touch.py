"""A gesture → controllers for the synthesiser and the ports: only what changed (Gesture → rows, events).

Controllers are MIDI's, 0..127, by channel of the ensemble that plays; a dead band of one step keeps still what
trembles. A face's pan moves a player around his place on the desk.
"""

from collections.abc import Mapping
from typing import Any

from mien.ensembles import Ensemble
from mien.music.midi import channels
from mien.ports.port import CONTROLLERS, Control, part_word
from mien.values import CONTROLS, Gesture

PAN_REACH = 0.8
"""How far a gaze moves a player at most, in the desk's −1..1."""


class Touch:
    """What each controller was last told."""

    def __init__(self) -> None:
        self._told: dict[tuple[int, str], int] = {}

    def forget(self) -> None:
        """Tell everything anew: another ensemble plays, or another page listens."""
        self._told.clear()

    def moved(self, gesture: Gesture, band: Ensemble) -> list[Control]:
        """The controllers that a gesture moves."""
        channel_of = channels(band.players)
        found = []
        for part, numbers in gesture.controls:
            if part not in band.players:
                continue
            for name, number in zip(CONTROLS, numbers, strict=True):
                value = number
                if name == "pan":
                    place = band.players[part].pan + 2 * PAN_REACH * (number - 0.5)
                    value = min(1.0, max(0.0, (place + 1) / 2))
                step = round(127 * value)
                before = self._told.get((channel_of[part], name))
                if before is None or abs(step - before) > 1 or (step != before and step in (0, 127)):
                    self._told[channel_of[part], name] = step
                    found.append(Control(channel_of[part], part, name, value))
        return found


def control_rows(moved: list[Control]) -> list[dict[str, Any]]:
    """Controllers by channel, for the page."""
    rows: dict[int, dict[str, int]] = {}
    for control in moved:
        rows.setdefault(control.channel, {})[str(CONTROLLERS[control.control])] = round(127 * control.value)
    return [{"channel": channel, "cc": cc} for channel, cc in rows.items()]


def gesture_told(gesture: Gesture) -> Mapping[str, Mapping[str, float]]:
    """A gesture by part and control, for the page."""
    return {
        part_word(part): dict(zip(CONTROLS, (round(n, 4) for n in numbers), strict=True))
        for part, numbers in gesture.controls
    }
