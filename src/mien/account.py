"""A piece becomes the account of itself: plain data, ready for JSON (`piece.json`).

It says what was read and who said it (eyes, brows, nose, mouth), what was asked of the composer and why, and for each
bar which harmony, motif and cadence stand there, and the reading and the brief that were in force. Numbers are rounded
to what they are worth. `docs/piece.md` lists every field.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mien.cues.names import NAMES
from mien.leads import tune
from mien.music.in_force import Briefs, in_force
from mien.music.journey.path import affect_along
from mien.music.rhythm import beat_ticks
from mien.values import REGIONS, Affect, Brief, Chord, Cues, Face, Phrase

Moods = Sequence[tuple[float, Affect | None]]
"""What music follows, (seconds from its start, affect), times not falling: a straight line from one affect to the next,
two at one time are a leap. None where it followed cues alone, or where no reading was kept."""


def account_of_reading(face: Face, cues: Cues, affect: Affect, alone: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    """One face: where it is, how it reads, how much each region said, and what each region says alone."""
    pitch, yaw, roll = face.pose_deg
    return {
        "face": {
            "box_px": [round(v, 1) for v in face.box_px],
            "score": round(face.score, 3),
            "pose_deg": {"pitch": round(pitch, 1), "yaw": round(yaw, 1), "roll": round(roll, 1)},
        },
        **account_of_affect(affect),
        "alone": {region: _by_class(affect, probs) for region, probs in alone.items()},
        "cues": {
            name: round(float(value), 4) if seen else None
            for name, value, seen in zip(NAMES, cues.values, cues.valid, strict=True)
        },
    }


def account_of_place(affect: Affect | None) -> dict[str, Any]:
    """Where a reading stands, in short; nulls where there is none."""
    if affect is None:
        return dict.fromkeys(("reads_as", "valence", "arousal", "doubt"))
    return {
        "reads_as": affect.reads_as,
        "valence": round(affect.valence, 3),
        "arousal": round(affect.arousal, 3),
        "doubt": round(affect.doubt, 3),
    }


def account_of_affect(affect: Affect) -> dict[str, Any]:
    """A reading as numbers by name."""
    return account_of_place(affect) | {
        "probabilities": _by_class(affect, affect.probs),
        "shares": _by_region(affect),
    }


def account_of_brief(brief: Brief) -> dict[str, Any]:
    """Each field of a brief with its value, its reason and the reason's source."""
    return {
        reason.field: {
            "value": _plain(getattr(brief, reason.field)),
            "because": reason.because,
            "source": reason.source,
        }
        for reason in brief.reasons
    }


def account_of_music(written: Phrase, performed: Phrase, briefs: Briefs, moods: Moods) -> dict[str, Any]:
    """The form, each brief that was in force at the beginning of a bar (`briefs`), and the bars, which point to them.

    Parameters
    ----------
    written, performed : the same music on the grid and as played; the seconds are the performance's.
    briefs : (tick, brief) in force along it, the first at tick 0.
    moods : the affects it follows.
    """
    bar_ticks = written.bar_ticks
    lines = range(0, written.length_ticks, bar_ticks)
    seconds = performed.seconds_at(np.array(lines)).tolist()
    asked = [in_force(briefs, line) for line in lines]
    first_bars = {brief: len(lines) - bar for bar, brief in enumerate(reversed(asked))}
    numbers = {brief: number for number, brief in enumerate(sorted(first_bars, key=lambda brief: first_bars[brief]))}
    marks, chords, motifs = _marks_by_bar(written), _chords_by_bar(written), _motifs(written)
    standing: dict[str, str | None] = {"section": None, "phrase": None}
    bars = []
    for number, (line, time_s, brief) in enumerate(zip(lines, seconds, asked, strict=True)):
        begun = marks.get(number, {})
        standing |= {kind: begun[kind] for kind in standing if kind in begun}
        affect = _affect_at(moods, time_s)
        bars.append(
            {
                "bar": number + 1,
                "time_s": round(time_s, 2),
                **standing,
                "begins_phrase": "phrase" in begun,
                "chords": [_chord(written, chord, line) for chord in chords.get(number, ())],
                "motif": motifs.get(number),
                "cadence": begun.get("cadence"),
                "brief": numbers[brief],
                **account_of_place(affect),
                "shares": _by_region(affect) if affect else None,
            }
        )
    return {
        "form": marks.get(0, {}).get("form"),
        "briefs": [{"from_bar": first_bars[brief], "fields": account_of_brief(brief)} for brief in numbers],
        "bars": bars,
    }


def _affect_at(moods: Moods, time_s: float) -> Affect | None:
    """The affect of a moment."""
    place = max(0, bisect_right(moods, time_s, key=lambda point: point[0]) - 1)
    if moods[place][1] is None:
        return None
    return affect_along([(at_s, affect) for at_s, affect in moods[place : place + 2] if affect], time_s)


def _marks_by_bar(written: Phrase) -> dict[int, dict[str, str]]:
    """By bar (from 0), the last mark of each kind that stands in it."""
    found: dict[int, dict[str, str]] = {}
    for mark in written.marks:
        found.setdefault(mark.onset_ticks // written.bar_ticks, {})[mark.kind] = mark.text
    return found


def _chords_by_bar(written: Phrase) -> dict[int, list[Chord]]:
    """By bar (from 0), the chords that begin or hold in it."""
    found: dict[int, list[Chord]] = {}
    for chord in written.chords:
        last = (chord.onset_ticks + chord.length_ticks - 1) // written.bar_ticks
        for bar in range(chord.onset_ticks // written.bar_ticks, last + 1):
            found.setdefault(bar, []).append(chord)
    return found


def _chord(written: Phrase, chord: Chord, start: int) -> dict[str, Any]:
    """A chord with the beat, counted from 1, from which it sounds in the bar that begins at a tick."""
    beat = (max(chord.onset_ticks, start) - start) / beat_ticks(written.meter) + 1
    return {"beat": round(beat, 2), "roman": chord.roman, "function": chord.function}


def _motifs(written: Phrase) -> dict[int, dict[str, Any]]:
    """By bar (from 0) its motif, what became of it, and how far it stands from where it was first heard.

    A mark names a motif and its transformation ("a", "b inverted"); transpositions are seen from the melody.
    """
    marks = [mark for mark in written.marks if mark.kind == "motif"]
    melody = tune(written)
    onsets = [note.onset_ticks for note in melody]
    first: dict[str, int] = {}
    found: dict[int, dict[str, Any]] = {}
    for mark, end in zip(marks, [*(mark.onset_ticks for mark in marks[1:]), written.length_ticks], strict=True):
        name, _, change = mark.text.partition(" ")
        index = bisect_right(onsets, mark.onset_ticks - 1)
        pitch = melody[index].pitch_midi if index < len(melody) and onsets[index] < end else None
        is_new = name not in first
        moved = None if pitch is None else pitch - first.setdefault(name, pitch)
        found[mark.onset_ticks // written.bar_ticks] = {
            "name": name,
            "transformation": change or ("first heard" if is_new else "transposed" if moved else "repeated"),
            "moved_semitones": moved,
        }
    return found


def _by_class(affect: Affect, probs: Sequence[float]) -> dict[str, float]:
    return {name: round(float(p), 4) for name, p in zip(affect.names, probs, strict=True)}


def _by_region(affect: Affect) -> dict[str, float]:
    return {region: round(share, 3) for region, share in zip(REGIONS, affect.shares, strict=True)}


def _plain(value: Any) -> Any:
    if hasattr(value, "name"):
        return value.name.lower()
    if isinstance(value, float):
        return round(value, 3)
    return list(value) if isinstance(value, tuple) else value
