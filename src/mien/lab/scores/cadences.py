"""Notes → the cadences that are heard in them, by the same rules in a song and in a piece of ours.

A phrase of the melody ends on a note that is followed by a rest or that lasts much longer than its neighbours (grouping
by proximity, Lerdahl & Jackendoff 1983, GPR 2). Such an end is a cadence if it rests on a chord in root position that
the previous chord reaches by one of the progressions of `_kind`. Chords are heard in the notes that sound within a beat
or two, by the templates of Pardo & Birmingham 2002, keys in the bars before (Krumhansl 1990), both from pitches and
durations alone: no mark, no chord symbol, no bar line is read. Misses and mishearings thus affect both corpora alike;
`mien.lab.scores.compare_music` says how many of the cadences that our pieces mark are found.

References: Caplin 1998, *Classical Form* (cadence types; bass in root position); Pardo & Birmingham 2002, "Algorithms
for chordal analysis"; Bigo et al. 2018, "Relevance of musical features for cadence detection"; Lerdahl & Jackendoff
1983, *A Generative Theory of Tonal Music*; Meier 1988, *The Modes of Classical Vocal Polyphony* (cadences without a
leading tone).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from mien.lab.scores.any_midi import heard_key
from mien.leads import tune
from mien.values import TICKS_PER_QUARTER, Note, Part, Phrase

LEAST_REST_TICKS = TICKS_PER_QUARTER // 4
"""A melody that is silent for this long has ended a phrase or taken a breath."""

LONG = 1.9
"""A note ends a phrase if the next one begins this many times later than notes usually follow each other."""

FEWEST_NOTES = 4
"""Fewest notes of a phrase: fewer between two rests are an exclamation."""

CHORD_TICKS, BEFORE_TICKS = 2 * TICKS_PER_QUARTER, 4 * TICKS_PER_QUARTER
"""How long a chord of arrival is listened to, and how far back the previous chord is sought."""

KEY_TICKS = 32 * TICKS_PER_QUARTER
"""How much music before the cadence a key is heard in: eight bars of 4/4."""

MISSING = 0.15
"""The cost of a chord tone that does not sound, as a share of the sound."""

TEMPLATES = {
    "major": (0, 4, 7),
    "minor": (0, 3, 7),
    "dominant": (0, 4, 7, 10),
    "minor seventh": (0, 3, 7, 10),
    "diminished": (0, 3, 6),
    "half-diminished": (0, 3, 6, 10),
    "diminished seventh": (0, 3, 6, 9),
}
"""Semitones above the root; the earlier one wins a tie."""

_NAMES = tuple((root, name) for name in TEMPLATES for root in range(12))
_TONES = np.array([[(pc - root) % 12 in TEMPLATES[name] for pc in range(12)] for root, name in _NAMES])


@dataclass(frozen=True, slots=True)
class Heard:
    """A chord as heard: root, name of its template, lowest tone; pitch classes 0..11."""

    root: int
    name: str
    bass: int


@dataclass(frozen=True, slots=True)
class Cadence:
    """A place where a phrase of the melody comes to rest: the tick of its last note, and how it closes."""

    onset_ticks: int
    kind: str


class _Sound:
    """All notes of a phrase as arrays, to be listened to in windows."""

    def __init__(self, notes: Sequence[Note]) -> None:
        self.on = np.array([note.onset_ticks for note in notes])
        self.off = np.array([note.end_ticks for note in notes])
        self.pitch = np.array([note.pitch_midi for note in notes])
        self.longest = int((self.off - self.on).max())

    def within(self, start: int, end: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Pitches that sound in a window, and for how long."""
        first, last = np.searchsorted(self.on, [start - self.longest, end])
        span = slice(int(first), int(last))
        sounds = np.minimum(self.off[span], end) - np.maximum(self.on[span], start)
        return self.pitch[span][sounds > 0], sounds[sounds > 0]

    def chord(self, start: int, end: int) -> Heard | None:
        """The chord of a window: its tones that sound count for it; missing tones and foreign ones count against it."""
        pitches, lengths = self.within(start, end)
        if not len(pitches):
            return None
        shares = np.bincount(pitches % 12, lengths, minlength=12) / lengths.sum()
        scores = (2 * _TONES - 1) @ shares - MISSING * (_TONES & (shares == 0)).sum(axis=1)
        root, name = _NAMES[int(np.argmax(np.round(scores, 6)))]
        return Heard(root, name, int(pitches.min()) % 12)

    def tonic(self, end: int) -> int:
        """The tonic of the key heard before a tick."""
        first, last = np.searchsorted(self.on, [end - KEY_TICKS, end])
        return heard_key(self.pitch[int(first) : max(int(last), int(first) + 1)].tolist())[0]


def phrase_ends(melody: Sequence[Note]) -> list[Note]:
    """The notes of a melody on which its phrases end."""
    if len(melody) < 2:
        return list(melody)
    waits = [other.onset_ticks - one.onset_ticks for one, other in pairwise(melody)]
    usual = float(np.median(waits))
    ends, since = [], 0
    for i, (note, following) in enumerate(pairwise(melody)):
        rests = following.onset_ticks - note.end_ticks >= LEAST_REST_TICKS
        around = waits[max(0, i - 1) : i] + waits[i + 1 : i + 2]
        lasts = waits[i] >= LONG * usual and all(waits[i] > wait for wait in around)
        if (rests or lasts) and i + 1 - since >= FEWEST_NOTES:
            ends.append(note)
            since = i + 1
    return [*ends, melody[-1]]


def hear_cadences(phrase: Phrase) -> list[Cadence]:
    """The cadences of a phrase that has a melody and notes below it."""
    melody = tune(phrase)
    notes = [note for note in phrase.notes if note.part is not Part.KIT]
    if not melody or len(notes) == len(melody):
        return []
    sound = _Sound(notes)
    waits = {one: other.onset_ticks - one.onset_ticks for one, other in pairwise(melody)}
    found = []
    for note in phrase_ends(melody):
        start = note.onset_ticks
        arrival = sound.chord(start, start + min(CHORD_TICKS, waits.get(note, CHORD_TICKS)))
        if arrival is None or arrival.bass != arrival.root:
            continue
        before = _before(sound, start, arrival)
        kind = _kind(before, arrival, sound.tonic(start + 1)) if before else None
        if kind:
            found.append(Cadence(start, kind))
    return found


def _before(sound: _Sound, start: int, arrival: Heard) -> Heard | None:
    """The chord before an arrival: that of the last beat with another root. The arrival itself may be older than the
    melody's last note."""
    for beat in range(start, max(0, start - BEFORE_TICKS), -TICKS_PER_QUARTER):
        chord = sound.chord(max(0, beat - TICKS_PER_QUARTER), beat)
        if chord is not None and chord.root != arrival.root:
            return chord
    return None


def _kind(before: Heard, arrival: Heard, tonic: int) -> str | None:
    """How two chords close a phrase in a key, if they do.

    A dominant seventh that falls by a fifth, or a diminished seventh that rises by a semitone, implies its own key; a
    plain triad closes in the key that was heard.
    """
    fall = (before.root - arrival.root) % 12
    rests = arrival.name in ("major", "minor")
    names_key = (before.name == "dominant" and fall == 7) or (before.name == "diminished seventh" and fall == 11)
    if rests and names_key:
        return "authentic"
    here, there = (before.root - tonic) % 12, (arrival.root - tonic) % 12
    if rests and there == 0:
        if here in (7, 11) or (here == 10 and before.name in ("major", "dominant")) or (here == 1):
            return "authentic"
        return "plagal" if here in (5, 2) else None
    if there == 7 and arrival.name in ("major", "dominant"):
        return "half"
    return "deceptive" if here == 7 and rests and there in (8, 9) else None


def kinds(phrase: Phrase) -> Counter[str]:
    """How many cadences of each kind are heard."""
    return Counter(cadence.kind for cadence in hear_cadences(phrase))
