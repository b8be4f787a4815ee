"""Faces as a session tells them → values for ports: numbers by address, and faces as a tracker gives them.

Addresses are relative to a port's root.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mien.ports.port import Event, Seen, Value
from mien.values import REGIONS
from mien.vocabulary import EMOTIONS

if TYPE_CHECKING:
    from mien.live.messages import FaceTold


def address_word(name: str) -> str:
    """A class's name as a part of an OSC address, which takes neither spaces nor letters beyond ASCII."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^A-Za-z0-9_-]+", "_", plain) or "_"


def port_values(
    faces: "Sequence[FaceTold]",
    size_px: Sequence[int],
    age_s: float,
    names: Sequence[str] = EMOTIONS,
    seats: int = 1,
) -> list[Event]:
    """Faces as numbers by address, and as a tracker would give them.

    Parameters
    ----------
    names : those of the reader's classes.
    seats : how many there are: of each it is told whether somebody sits there.
    """
    events: list[Event] = []
    width, height = size_px
    present = {face["seat"] for face in faces}
    for seat in range(seats):
        events.append(Value(f"face/{seat}/found", float(seat in present), age_s))
    for face in faces:
        root = f"face/{face['seat']}"
        x0, y0, x1, y1 = face["box"]
        events += [Value(f"{root}/cue/{name}", value, age_s) for name, value in face["cues"].items()]
        events += [Value(f"{root}/from_rest/{name}", value, age_s) for name, value in face["departures"].items()]
        events += [Value(f"{root}/coefficient/{name}", v, age_s) for name, v in (face["coefficients"] or {}).items()]
        if face["affect"]:
            affect = face["affect"]
            named = dict(zip(map(address_word, names), affect["probs"], strict=True))
            events += [Value(f"{root}/{name}", affect[name], age_s) for name in ("valence", "arousal", "doubt")]
            events += [Value(f"{root}/state/{name}", p, age_s) for name, p in named.items()]
            shares = zip(REGIONS, affect["shares"], strict=True)
            events += [Value(f"{root}/share/{region}", share, age_s) for region, share in shares]
        pitch, yaw, roll = face["pose_deg"]
        box = (x0 * width, y0 * height, x1 * width, y1 * height)
        events.append(Seen(face["seat"], face["cues"], (pitch, yaw, roll), box))
    return events
