"""Music laid out in time, and who plays it → the messages of `docs/wire.md` that sound (plain data, ready for JSON).

Times are session seconds, rounded to a tenth of a millisecond; channels count from 0.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from mien.ensembles import Ensemble, Player
from mien.live.conductor import Leg
from mien.live.plan import PlannedNote
from mien.music.midi import channels, desk_controls
from mien.music.spelling import chord_name, written_key
from mien.ports.port import Beat, Program, part_word
from mien.values import Part
from mien.vocabulary import meter_name


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


def beat_rows(beats: Iterable[tuple[float, Beat]]) -> list[list[float]]:
    """Rows `[time_s, beat, bar, bpm]`."""
    return [[rounded_s(time_s), beat.beat, beat.bar, round(beat.tempo_bpm, 2)] for time_s, beat in beats]


def chord_rows(legs: Iterable[Leg], from_s: float) -> list[list[Any]]:
    """Rows `[onset_s, length_s, roman, function, name]` of the chords that begin at `from_s` or later."""
    rows = []
    for leg in legs:
        fifths = written_key(leg.played).signature
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


def signature_rows(legs: Iterable[Leg], from_s: float) -> list[list[Any]]:
    """Rows `[time_s, key, meter]` of what is in force at `from_s`, and of what comes in its place later."""
    rows: list[list[Any]] = []
    for leg in legs:
        in_force = [written_key(leg.played).name, meter_name(leg.played.meter)]
        if leg.end_s > from_s + 1e-9 and (not rows or rows[-1][1:] != in_force):
            rows.append([rounded_s(max(leg.start_s, from_s)), *in_force])
    return rows


def notes_told(
    legs: Sequence[Leg],
    from_s: float,
    notes: Iterable[PlannedNote],
    ends: Mapping[int, float],
    beats: Iterable[tuple[float, Beat]],
) -> dict[str, Any]:
    """The message that tells all that begins at `from_s` or later, of the legs there are, at least one; `ends` says by
    id when notes of before end now."""
    last = legs[-1].played
    return {
        "type": "notes",
        "from_s": rounded_s(from_s),
        "until_s": rounded_s(legs[-1].end_s),
        "notes": note_rows(notes),
        "ends": _end_rows(ends),
        "beats": beat_rows(beats),
        "chords": chord_rows(legs, from_s),
        "marks": mark_rows(legs, from_s),
        "signatures": signature_rows(legs, from_s),
        "key": written_key(last).name,
        "meter": meter_name(last.meter),
        "written_bars": sum(leg.played.length_ticks // leg.played.bar_ticks for leg in legs),
    }


def strike_told(note: PlannedNote) -> dict[str, Any]:
    """The message that a note which a face plays begins now."""
    return {"type": "strike", "note": note_rows([note])[0]}


def lift_told(ends: Mapping[int, float]) -> dict[str, Any]:
    """The message that such notes end, by id, session seconds."""
    return {"type": "lift", "ends": _end_rows(ends)}


def hush_told(from_s: float, why: str) -> dict[str, Any]:
    """The message that all ends at once; `why` is "stop", "panic" or "restart"."""
    return {"type": "hush", "from_s": rounded_s(from_s), "why": why}


def _end_rows(ends: Mapping[int, float]) -> list[list[float]]:
    """Rows `[id, end_s]`."""
    return [[note_id, rounded_s(end_s)] for note_id, end_s in ends.items()]
