"""What a session tells of itself → the messages of `docs/wire.md` (plain data, ready for JSON).

Those that sound are in `mien.live.music_messages`.
"""

from collections.abc import Callable
from typing import Any

from mien import __version__
from mien.circumplex import PRESETS
from mien.cues.names import CUES
from mien.ensembles import ensembles
from mien.live import commands, frames
from mien.live.mood import Target
from mien.live.music_messages import ensemble_told
from mien.live.settings import HELD_RANGES, MODES
from mien.music.gesture import CONTROL_ROWS, gesture_mapping
from mien.music.mapping import MappingTable, shipped_mapping
from mien.music.spelling import key_name
from mien.music.tune import shipped_tunes
from mien.ports.port import part_word
from mien.values import REGIONS, Brief, Classes, Part
from mien.vocabulary import meter_name, mode_word

Tell = Callable[[dict[str, Any]], None]
"""What takes a message to the page."""

PROTOCOL = 1
STEERED_BY = {
    Part.MELODY: "eyes",
    Part.HARMONY: "brows",
    Part.TEXTURE: "nose",
    Part.RHYTHM: "mouth",
    Part.KIT: "mouth",
}
"""The region that steers each part."""


def welcome_told(classes: Classes, table: MappingTable) -> dict[str, Any]:
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
        "parts": [{"name": part_word(part), "region": STEERED_BY[part]} for part in Part],
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
        "mapping": mapping_told(table),
        "limits": {
            "frame_bytes": frames.MAX_BYTES,
            "frame_pixels": frames.MAX_PIXELS,
            "text_bytes": commands.MAX_BYTES,
            "frames_a_s": 30,
        },
    }


def mapping_told(table: MappingTable) -> dict[str, Any]:
    """The mapping in force."""
    return {
        "type": "mapping",
        "toml": table.toml,
        **_mapping_rows(table),
        "gesture": _mapping_rows(gesture_mapping()),
        "controls": [
            {
                "part": part_word(row.part),
                "control": row.control,
                "cue": row.cue,
                "at_rest": row.at_rest,
                "weight": row.weight,
                "source": row.source,
            }
            for row in CONTROL_ROWS
        ],
    }


def brief_told(now: Brief | None, target: Target) -> dict[str, Any]:
    """What is in force, what it moves towards, and why; without a reading the mood stands at the origin."""
    affect = target.mood.affect
    return {
        "type": "brief",
        "now": _brief_numbers(now) if now else None,
        "target": _brief_numbers(target.brief),
        "reasons": _reasons(target.brief),
        "mood": {
            "valence": round(affect.valence, 3) if affect else 0.0,
            "arousal": round(affect.arousal, 3) if affect else 0.0,
            "doubt": round(affect.doubt, 3) if affect else 0.0,
            "source": target.mood.source,
        },
    }


def _brief_numbers(brief: Brief) -> dict[str, Any]:
    """A brief as numbers by name, with its scale and key in words."""
    told: dict[str, Any] = {name: round(getattr(brief, name), 4) for name in HELD_RANGES}
    return told | {
        "mode": mode_word(brief.mode),
        "tonic_pc": brief.tonic_pc,
        "key": key_name(brief.tonic_pc, brief.mode),
        "meter": meter_name(brief.meter),
        "ensemble": brief.ensemble,
    }


def _reasons(brief: Brief) -> list[dict[str, str]]:
    """Why each field is as it is."""
    return [{"field": r.field, "because": r.because, "source": r.source} for r in brief.reasons]


def _mapping_rows(table: MappingTable) -> dict[str, Any]:
    """The rows of a mapping."""
    return {
        "rows": [
            {
                "target": row.target,
                "origin": row.origin,
                "valence": row.valence,
                "arousal": row.arousal,
                "doubt": row.doubt,
                "range": list(row.range),
                "low_word": row.low,
                "high_word": row.high,
                "source": row.source,
            }
            for row in table.rows
        ],
        "cues": [
            {"cue": c.cue, "region": c.region, "target": c.target, "weight": c.weight, "source": c.source}
            for c in table.cue_rows
        ],
    }
