"""What a session tells of itself: the greeting, the mapping, and faces as values for ports.

Plain data for `docs/wire.md`, and events of `mien.ports.port`; addresses are relative to a port's root.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mien import __version__
from mien.circumplex import PRESETS
from mien.cues.names import CUES
from mien.ensembles import ensembles
from mien.live import commands, frames
from mien.live.messages import brief_told, ensemble_told, mapping_told, reasons_told
from mien.live.mood import Mood
from mien.live.settings import HELD_RANGES, MODES
from mien.music.gesture import CONTROL_ROWS, at_rest, gesture_mapping
from mien.music.mapping import Mapping as MappingTable
from mien.music.mapping import shipped_mapping
from mien.music.tune import shipped_tunes
from mien.ports.port import Event, Seen, Value
from mien.values import EMOTIONS, REGIONS, Brief, Gesture, Part

if TYPE_CHECKING:
    from mien.live.session import Session

PROTOCOL = 1
STEERED_BY = {
    Part.MELODY: "eyes",
    Part.HARMONY: "brows",
    Part.TEXTURE: "nose",
    Part.RHYTHM: "mouth",
    Part.KIT: "mouth",
}
"""The region that steers each part."""

SEAT_PARTS = ((Part.MELODY,), (Part.RHYTHM, Part.KIT), (Part.HARMONY,), (Part.TEXTURE,))
"""Which parts the face in each seat plays with, where several do."""


def welcome(session: "Session", *, resumed: bool) -> dict[str, Any]:
    """The greeting."""
    words = {row.target: (row.low, row.high) for row in shipped_mapping().rows}
    places = {one.name: (one.valence, one.arousal) for one in session.watching.classes}
    places |= {name: place for name, place in PRESETS.items() if place not in places.values()}
    return {
        "type": "welcome",
        "protocol": PROTOCOL,
        "version": __version__,
        "session": session.session_id,
        "resumed": resumed,
        "keeps_video": session.video is not None,
        "state": session.state(),
        "emotions": list(session.watching.names),
        "regions": list(REGIONS),
        "modes": list(MODES),
        "parts": [{"name": part.name.lower(), "region": STEERED_BY[part]} for part in Part],
        "ensembles": [ensemble_told(band) for band in ensembles().values()],
        "cues": [
            {"name": c.name, "unit": c.unit, "low": c.low, "high": c.high, "region": c.region, "facs": c.facs}
            for c in CUES
        ],
        "fields": [
            {"name": name, "low": low, "high": high, "low_word": words[name][0], "high_word": words[name][1]}
            for name, (low, high) in HELD_RANGES.items()
        ],
        "tunes": [{"name": t.name, "title": t.title, "says": t.says} for t in shipped_tunes().values()],
        "presets": {name: list(place) for name, place in places.items()},
        "mapping": session.mapping_told(),
        "ports": session.ports_told(),
        "limits": {
            "frame_bytes": frames.MAX_BYTES,
            "frame_pixels": frames.MAX_PIXELS,
            "text_bytes": commands.MAX_BYTES,
            "frames_a_s": 30,
        },
    }


def mapping(table: MappingTable) -> dict[str, Any]:
    """The mapping in force."""
    return {
        "type": "mapping",
        "toml": table.toml,
        **mapping_told(table),
        "gesture": mapping_told(gesture_mapping()),
        "controls": [
            {
                "part": row.part.name.lower(),
                "control": row.control,
                "cue": row.cue,
                "at_rest": row.at_rest,
                "weight": row.weight,
                "source": row.source,
            }
            for row in CONTROL_ROWS
        ],
    }


def brief(now: Brief | None, target: Brief, mood: Mood) -> dict[str, Any]:
    """What is in force, what it moves towards, and why; without a reading the mood stands at the origin."""
    place = mood.affect
    return {
        "type": "brief",
        "now": brief_told(now) if now else None,
        "target": brief_told(target),
        "reasons": reasons_told(target),
        "mood": {
            "valence": round(place.valence, 3) if place else 0.0,
            "arousal": round(place.arousal, 3) if place else 0.0,
            "doubt": round(place.doubt, 3) if place else 0.0,
            "source": mood.source,
        },
    }


def address_word(name: str) -> str:
    """A class's name as a part of an OSC address, which takes neither spaces nor letters beyond ASCII."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^A-Za-z0-9_-]+", "_", plain) or "_"


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


def port_values(
    faces: Sequence[Mapping[str, Any]],
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
        events += [
            Value(f"{root}/coefficient/{name}", v, age_s) for name, v in (face.get("coefficients") or {}).items()
        ]
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
