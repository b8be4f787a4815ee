"""What a session tells a page of itself: the greeting, the mapping, the brief (plain data for `docs/wire.md`)."""

from typing import Any

from mien import __version__
from mien.circumplex import PRESETS
from mien.cues.names import CUES
from mien.ensembles import ensembles
from mien.live import commands, frames
from mien.live.messages import brief_told, ensemble_told, mapping_told, reasons_told
from mien.live.mood import Target
from mien.live.settings import HELD_RANGES, MODES
from mien.music.gesture import CONTROL_ROWS, gesture_mapping
from mien.music.mapping import MappingTable, shipped_mapping
from mien.music.tune import shipped_tunes
from mien.values import REGIONS, Brief, Classes, Part

PROTOCOL = 1
STEERED_BY = {
    Part.MELODY: "eyes",
    Part.HARMONY: "brows",
    Part.TEXTURE: "nose",
    Part.RHYTHM: "mouth",
    Part.KIT: "mouth",
}
"""The region that steers each part."""


def welcome(classes: Classes, table: MappingTable) -> dict[str, Any]:
    """The greeting, without what it tells of the session."""
    words = {row.target: (row.low, row.high) for row in shipped_mapping().rows}
    places = {one.name: (one.valence, one.arousal) for one in classes}
    places |= {name: place for name, place in PRESETS.items() if place not in places.values()}
    return {
        "type": "welcome",
        "protocol": PROTOCOL,
        "version": __version__,
        "emotions": [one.name for one in classes],
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
        "mapping": mapping(table),
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


def brief(now: Brief | None, target: Target) -> dict[str, Any]:
    """What is in force, what it moves towards, and why; without a reading the mood stands at the origin."""
    place = target.mood.affect
    return {
        "type": "brief",
        "now": brief_told(now) if now else None,
        "target": brief_told(target.brief),
        "reasons": reasons_told(target.brief),
        "mood": {
            "valence": round(place.valence, 3) if place else 0.0,
            "arousal": round(place.arousal, 3) if place else 0.0,
            "doubt": round(place.doubt, 3) if place else 0.0,
            "source": target.mood.source,
        },
    }
