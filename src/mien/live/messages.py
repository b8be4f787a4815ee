"""What a session tells of itself → the messages of `docs/wire.md` (plain data, ready for JSON).

Those that sound are in `mien.live.music_messages`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypedDict

from mien import __version__
from mien.circumplex import PRESETS
from mien.cues.coefficients import named_coefficients
from mien.cues.names import CUES, NAMES
from mien.ensembles import ensembles
from mien.live import commands, frames
from mien.live.answers import FaceRow, FrameRow
from mien.live.lead import Lead
from mien.live.mood import Target
from mien.live.music_messages import ensemble_told
from mien.live.settings import MODES, Settings
from mien.music.gesture import CONTROL_ROWS, gesture_mapping
from mien.music.mapping import MappingTable, shipped_mapping
from mien.music.spelling import note_name, written_key
from mien.music.tune import pitch_of, shipped_tunes
from mien.nets import Floats
from mien.ports.port import CONTROLLERS, Control, part_word
from mien.values import CONTROLS, REGIONS, STEERED_BY, Affect, Brief, Gesture, Part
from mien.vocabulary import BRIEF_NUMBERS, Classes, meter_name, mode_word


class AffectTold(TypedDict):
    """What is read of a face: `probs` in the order of the reader's classes, `shares` in that of the regions."""

    probs: list[float]
    valence: float
    arousal: float
    doubt: float
    shares: list[float]
    reads_as: str


class FaceTold(TypedDict):
    """A face in its seat, as `mien.live.answers.FaceRow`, but with cues, departures and coefficients by name."""

    seat: int
    score: float
    box: list[float]
    pose_deg: list[float]
    points: list[list[float]]
    irises: list[list[float]]
    cues: dict[str, float]
    departures: dict[str, float]
    coefficients: Mapping[str, float] | None
    affect: AffectTold | None


Tell = Callable[[dict[str, Any]], None]
"""What takes a message to the page."""

PROTOCOL = 1


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
            for name, (low, high) in BRIEF_NUMBERS.items()
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


def state_told(
    *,
    is_playing: bool,
    is_closing: bool,
    settings: Settings,
    is_recording: bool,
    movements: int,
    held: Mapping[str, float | str],
    is_calibrated: bool,
    lead: Lead | None,
    reader: str,
    ports: Mapping[str, bool],
    lacks_ports: bool,
) -> dict[str, Any]:
    """Where the session stands; `reader` is "starting", "ready" or "lost", `ports` says by name which are alive."""
    return {
        "type": "state",
        "playing": is_playing,
        "closing": is_closing,
        **settings.told(),
        "recording": is_recording,
        "movements": movements,
        "held": dict(held),
        "calibrated": is_calibrated,
        "lead": lead.told() if lead else None,
        "reader": reader,
        "ports": [{"name": name, "kind": name.split()[0], "alive": is_alive} for name, is_alive in ports.items()],
        "lacks_ports": lacks_ports,
    }


def pong_told(id_: int, sent_s: float) -> dict[str, Any]:
    """The answer to a ping."""
    return {"type": "pong", "id": id_, "sent_s": sent_s}


def notice_told(code: str, text: str) -> dict[str, Any]:
    """Something happened, and is being dealt with."""
    return {"type": "notice", "code": code, "text": text}


def error_told(code: str, text: str, about: str | None) -> dict[str, Any]:
    """Something was refused: a message of the type `about`, or None."""
    return {"type": "error", "code": code, "text": text, "about": about}


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


def face_told(
    face: FaceRow,
    seat: int,
    departures: Mapping[str, float],
    coefficients: Floats | None,
    affect: AffectTold | None,
) -> FaceTold:
    """A face in its seat: how far it is from rest, and its coefficients (52,) from there, where they are read."""
    return {
        "seat": seat,
        "score": face["score"],
        "box": face["box"],
        "pose_deg": face["pose_deg"],
        "points": face["points"],
        "irises": face["irises"],
        "cues": {name: value for name, value in zip(NAMES, face["cues"], strict=True) if value is not None},
        "departures": {name: round(value, 3) for name, value in departures.items()},
        "coefficients": None if coefficients is None else named_coefficients(coefficients),
        "affect": affect,
    }


def affect_told(affect: Affect, label: str) -> AffectTold:
    """What is read of a face, and as what it reads."""
    return {
        "probs": [round(p, 4) for p in affect.probs],
        "valence": round(affect.valence, 4),
        "arousal": round(affect.arousal, 4),
        "doubt": round(affect.doubt, 4),
        "shares": [round(share, 4) for share in affect.shares],
        "reads_as": label,
    }


def reading_told(said: FrameRow, faces: Sequence[FaceTold], dropped: int, past_s: float) -> dict[str, Any]:
    """What a frame tells that arrived so long ago; so many were dropped before it."""
    past_ms = 1e3 * past_s
    waited_ms = max(0.0, past_ms - sum(said["ms"].values()))
    return {
        "type": "reading",
        "seq": said["seq"],
        "captured_s": said["captured_s"],
        "dropped": dropped,
        "faces": list(faces),
        "ms": {"waited": round(waited_ms, 2), **said["ms"], "server": round(past_ms, 2)},
    }


def clocks_told(
    gesture_ms: Mapping[str, float | None],
    structure_s: float | None,
    mood_s: float,
    loop_ms: Mapping[str, float | None],
    read_a_s: float,
    dropped_a_s: float,
) -> dict[str, Any]:
    """How late the three clocks of a session are, and how often frames are read and dropped."""
    return {
        "type": "clocks",
        "gesture_ms": gesture_ms,
        "structure_s": None if structure_s is None else round(structure_s, 3),
        "mood_s": mood_s,
        "loop_ms": loop_ms,
        "read_a_s": round(read_a_s, 1),
        "dropped_a_s": round(dropped_a_s, 1),
    }


def controls_told(captured_s: float, channels: Sequence[Mapping[str, Any]], gesture: Gesture) -> dict[str, Any]:
    """What a gesture moves at once: controllers by channel, the same by part and control, and what happened."""
    return {
        "type": "controls",
        "captured_s": captured_s,
        "channels": list(channels),
        "gesture": {
            part_word(part): dict(zip(CONTROLS, (round(n, 4) for n in numbers), strict=True))
            for part, numbers in gesture.controls
        },
        "events": list(gesture.events),
    }


def control_rows(moved: Iterable[Control]) -> list[dict[str, Any]]:
    """Controllers by channel, 0..127 by MIDI's numbers."""
    rows: dict[int, dict[str, int]] = {}
    for control in moved:
        rows.setdefault(control.channel, {})[str(CONTROLLERS[control.control])] = round(127 * control.value)
    return [{"channel": channel, "cc": cc} for channel, cc in rows.items()]


def tune_told(degree: int, brief: Brief | None, is_down: bool, is_ready: bool) -> dict[str, Any]:
    """Where the player of a tune stands: the degree that sounds next, in the key of the brief in force, whether it
    sounds, and whether they can play; without a brief nothing plays."""
    pitch = pitch_of(degree, brief.tonic_pc, brief.mode) if brief else None
    return {
        "type": "tune",
        "degree": degree,
        "pitch_midi": pitch,
        "name": note_name(pitch, written_key(brief)) if brief and pitch is not None else None,
        "down": is_down,
        "ready": is_ready,
    }


def calibration_told(
    step: str, state: str, progress: float, text: str, profile: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """How far a step of a calibration is, 0..1, or how it ended; `profile` is what was learnt."""
    return {
        "type": "calibration",
        "state": state,
        "step": step,
        "progress": round(progress, 2),
        "text": text,
        "profile": profile,
    }


def _brief_numbers(brief: Brief) -> dict[str, Any]:
    """A brief as numbers by name, with its scale and key in words."""
    told: dict[str, Any] = {name: round(getattr(brief, name), 4) for name in BRIEF_NUMBERS}
    return told | {
        "mode": mode_word(brief.mode),
        "tonic_pc": brief.tonic_pc,
        "key": written_key(brief).name,
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
