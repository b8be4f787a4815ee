"""A gesture → controllers for the synthesiser and the ports: only what changed (Gesture → events).

Controllers are MIDI's, 0..127, by channel of the ensemble that plays; a dead band of one step keeps still what
trembles. A face's pan moves a player around his place on the desk.
"""

from mien.ensembles import Ensemble
from mien.music.midi import channels
from mien.ports.port import Control
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
