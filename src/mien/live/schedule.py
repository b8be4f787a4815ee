"""Legs → what sounds when: notes, beats, the clock's pulses, and how chords, keys and sections are called, in session
seconds (music laid out in time)."""

from collections.abc import Iterable

from mien.ensembles import ensemble
from mien.live.conductor import Leg
from mien.live.plan import PlannedNote
from mien.music.in_force import in_force
from mien.music.midi import channels
from mien.music.rhythm import beat_ticks
from mien.music.spelling import chord_name, written_key
from mien.ports.port import Beat, Named, Pulse, Strike
from mien.values import TICKS_PER_QUARTER

PULSE_TICKS = TICKS_PER_QUARTER // 24


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


def names_along(legs: Iterable[Leg], from_s: float) -> list[tuple[float, Named]]:
    """The chords and sections of legs that begin at `from_s` or later, and the keys that take another's place then."""
    found: list[tuple[float, Named]] = []
    key = ""
    for leg in legs:
        played = leg.played
        written = written_key(played)
        before, key = key, written.name
        named = [(0, Named("key", (key,)))] if key != before else []
        named += [(mark.onset_ticks, Named("section", (mark.text,))) for mark in played.marks if mark.kind == "section"]
        named += [(c.onset_ticks, Named("chord", (chord_name(c, written.signature), c.roman))) for c in played.chords]
        times = leg.times_s([tick for tick, _ in named])
        found += [(time_s, one) for (_, one), time_s in zip(named, times, strict=True) if time_s >= from_s - 1e-9]
    return found
