"""Music laid out in time, and what a session tells of itself → the messages of `docs/wire.md` (plain data, ready for
JSON).

Times are session seconds, rounded to a tenth of a millisecond; channels count from 0.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from mien import __version__
from mien.circumplex import PRESETS
from mien.cues.names import CUES
from mien.ensembles import Ensemble, Player, ensemble, ensembles
from mien.live import commands, frames
from mien.live.conductor import Leg
from mien.live.mood import Target
from mien.live.plan import PlannedNote
from mien.live.settings import HELD_RANGES, MODES
from mien.music.gesture import CONTROL_ROWS, gesture_mapping
from mien.music.in_force import in_force
from mien.music.mapping import MappingTable, shipped_mapping
from mien.music.midi import channels, desk_controls
from mien.music.rhythm import beat_ticks
from mien.music.spelling import chord_name, key_name, signature
from mien.music.tune import shipped_tunes
from mien.ports.port import Beat, Program, Pulse, Strike, part_word
from mien.values import REGIONS, TICKS_PER_QUARTER, Brief, Classes, Part
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

PULSE_TICKS = TICKS_PER_QUARTER // 24


def rounded_s(time_s: float) -> float:
    """A time as messages give it."""
    return round(time_s, 4)


def channel_setup(band: Ensemble) -> list[dict[str, Any]]:
    """The channels of an ensemble: who plays, and the desk's controllers."""
    return [
        told | {"cc": {str(number): value for number, value in desk_controls(band, player).items()}}
        for player, told in _players_told(band)
    ]


def _players_told(band: Ensemble) -> Iterator[tuple[Player, dict[str, Any]]]:
    """Each player of an ensemble, and what everybody is told of them."""
    channel_of = channels(band.players)
    for part, player in band.players.items():
        yield (
            player,
            {
                "channel": channel_of[part],
                "part": part_word(part),
                "label": band.label(part),
                "program": player.program or 0,
                "kit": part is Part.KIT,
            },
        )


def set_up_told(at_s: float, band: Ensemble) -> dict[str, Any]:
    """The message that says who plays from a time on."""
    return {
        "type": "setup",
        "at_s": rounded_s(at_s),
        "ensemble": band.name,
        "title": band.title,
        "reverb": band.reverb,
        "channels": channel_setup(band),
    }


def programs_of(band: Ensemble) -> list[Program]:
    """The same for ports."""
    return [
        Program(row["channel"], row["program"], {int(number): value for number, value in row["cc"].items()})
        for row in channel_setup(band)
    ]


def ensemble_told(band: Ensemble) -> dict[str, Any]:
    """An ensemble for the page."""
    return {
        "name": band.name,
        "title": band.title,
        "reverb": band.reverb,
        "players": [
            told | {"instrument": player.instrument, "pan": player.pan, "gain_db": player.gain_db}
            for player, told in _players_told(band)
        ],
    }


def planned_notes(legs: Iterable[Leg], from_s: float) -> list[PlannedNote]:
    """Every note of the legs that begins at `from_s` or later, by onset."""
    planned = []
    for leg in legs:
        channel_of = channels(ensemble(leg.played.ensemble).players)
        onsets = leg.times_s([note.onset_ticks for note in leg.played.notes])
        ends = leg.times_s([note.end_ticks for note in leg.played.notes])
        for note, note_id, onset_s, end_s in zip(leg.played.notes, leg.ids, onsets, ends, strict=True):
            if onset_s >= from_s - 1e-9:
                strike = Strike(channel_of[note.part], note.part, note.pitch_midi, note.velocity)
                planned.append(PlannedNote(note_id, onset_s, end_s, strike))
    return sorted(planned, key=lambda note: (note.onset_s, note.note_id))


def note_rows(planned: Iterable[PlannedNote]) -> list[list[float]]:
    """Rows `[id, onset_s, length_s, channel, pitch_midi, velocity]`."""
    return [
        [
            note.note_id,
            rounded_s(note.onset_s),
            rounded_s(note.end_s - note.onset_s),
            note.strike.channel,
            note.strike.pitch_midi,
            note.strike.velocity,
        ]
        for note in planned
    ]


def beats_of(leg: Leg, bar: int, ticks: int) -> list[tuple[float, Beat]]:
    """The beats of a leg that begins `ticks` into a bar, counted from 1."""
    length, beat = leg.played.bar_ticks, beat_ticks(leg.played.meter)
    ticks_of = leg.beat_ticks()
    found = []
    for tick, time_s in zip(ticks_of, leg.times_s(ticks_of), strict=True):
        bars, rest = divmod(ticks + tick, length)
        found.append((time_s, Beat(rest // beat + 1, bar + bars, in_force(leg.played.tempo, tick))))
    return found


def beats_along(legs: Iterable[Leg], bar: int, ticks: int) -> list[tuple[float, Beat]]:
    """The beats of legs that follow each other; another metre begins a bar."""
    found: list[tuple[float, Beat]] = []
    meter = None
    for leg in legs:
        if meter not in (None, leg.played.meter) and ticks:
            bar, ticks = bar + 1, 0
        meter = leg.played.meter
        found += beats_of(leg, bar, ticks)
        bars, ticks = divmod(ticks + leg.played.length_ticks, leg.played.bar_ticks)
        bar += bars
    return found


def pulses_along(legs: Iterable[Leg], ticks: int, from_s: float) -> list[tuple[float, Pulse]]:
    """The pulses of legs that follow each other, the first `ticks` after the music began, from a time on."""
    found: list[tuple[float, Pulse]] = []
    for leg in legs:
        found += pulses_of(leg, ticks, from_s) if leg.end_s > from_s else []
        ticks += leg.played.length_ticks
    return found


def pulses_of(leg: Leg, ticks: int, from_s: float) -> list[tuple[float, Pulse]]:
    """The pulses of a leg that begins `ticks` after the music did, from a time on."""
    ticks_of = range(-ticks % PULSE_TICKS, leg.played.length_ticks, PULSE_TICKS)
    return [
        (time_s, Pulse((ticks + tick) // PULSE_TICKS))
        for tick, time_s in zip(ticks_of, leg.times_s(ticks_of), strict=True)
        if time_s >= from_s - 1e-9
    ]


def beat_rows(beats: Iterable[tuple[float, Beat]]) -> list[list[float]]:
    """Rows `[time_s, beat, bar, bpm]`."""
    return [[rounded_s(time_s), beat.beat, beat.bar, round(beat.tempo_bpm, 2)] for time_s, beat in beats]


def chord_rows(legs: Iterable[Leg], from_s: float) -> list[list[Any]]:
    """Rows `[onset_s, length_s, roman, function, name]` of the chords that begin at `from_s` or later."""
    rows = []
    for leg in legs:
        fifths = signature(leg.played.tonic_pc, leg.played.mode)
        starts = leg.times_s([chord.onset_ticks for chord in leg.played.chords])
        ends = leg.times_s([chord.onset_ticks + chord.length_ticks for chord in leg.played.chords])
        for chord, start_s, end_s in zip(leg.played.chords, starts, ends, strict=True):
            if start_s >= from_s - 1e-9:
                named = chord_name(chord, fifths)
                rows.append([rounded_s(start_s), rounded_s(end_s - start_s), chord.roman, chord.function, named])
    return rows


def mark_rows(legs: Iterable[Leg], from_s: float) -> list[list[Any]]:
    """Rows `[time_s, kind, text]` of the marks from `from_s` on."""
    rows = []
    for leg in legs:
        times = leg.times_s([mark.onset_ticks for mark in leg.played.marks])
        rows += [
            [rounded_s(time_s), mark.kind, mark.text]
            for mark, time_s in zip(leg.played.marks, times, strict=True)
            if time_s >= from_s - 1e-9
        ]
    return rows


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
