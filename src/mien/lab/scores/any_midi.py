"""Any MIDI file becomes a phrase that can be measured (SMF → Phrase).

Onsets and ends are put on a grid of 32nds, since the measures count in sixteenths and players do not. In a file of ours
the tracks say who plays what, and the markers where phrases close. In any other file the highest note that begins at a
time, with none higher still sounding, is the melody (the skyline of Uitdenbogerd & Zobel 1999, "Melodic matching
techniques for large music databases"), the lowest the bass, channel 10 the kit. The key of a foreign file is heard, not
read: many files carry the signature of C by default (Krumhansl 1990, "Cognitive Foundations of Musical Pitch", ch. 4).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import mido
import numpy as np

from mien.ensembles import KIT_CHANNEL, ensembles
from mien.errors import BadInput
from mien.music.key import parse_key
from mien.music.rhythm import bar_ticks
from mien.music.spelling import pc_of
from mien.values import TICKS_PER_QUARTER, Mark, Note, Part, Phrase
from mien.vocabulary import Mode, quarters_in_beat

FEWEST_NOTES = 12
"""Music of fewer notes says nothing about how it is made."""

GRID_TICKS = 60
_MAJOR = np.array([6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88])
_MINOR = np.array([6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17])
"""How well each tone above the tonic fits a key (Krumhansl & Kessler 1982)."""

_Struck = tuple[str, int, int, int, int, int]
"""(track, channel, onset, end, pitch, velocity), in ticks of the grid."""


def read_midi(path: Path) -> Phrase:
    """Read a MIDI file.

    Raises
    ------
    BadInput
        If it cannot be read, is not a MIDI file, or holds fewer than `FEWEST_NOTES` pitched notes.
    """
    try:
        file = mido.MidiFile(path, clip=True)
    except OSError as error:
        cause = error.strerror or "damaged or cut short"
        raise BadInput(f"{path}: cannot be read as MIDI ({cause}); give a Standard MIDI File (.mid)") from None
    except (EOFError, ValueError, LookupError, TypeError, mido.KeySignatureError) as error:
        cause = str(error) or "cut short"
        raise BadInput(f"{path}: not a MIDI file ({cause}); give a Standard MIDI File (.mid)") from None
    if not 0 < file.ticks_per_beat < 0x8000 or file.type == 2:
        raise BadInput(f"{path}: its time is not counted in beats of one piece; give a file of type 0 or 1")
    struck = [stroke for track in file.tracks for stroke in _strokes(track, file.ticks_per_beat)]
    if sum(channel != KIT_CHANNEL for _, channel, *_ in struck) < FEWEST_NOTES:
        raise BadInput(f"{path}: holds fewer than {FEWEST_NOTES} notes; nothing can be said about so few")
    return _phrase(file, struck)


def _strokes(track: mido.MidiTrack, per_quarter: int) -> Iterable[_Struck]:
    """The notes of a track; one that never ends sounds until the end of the track."""
    now = 0
    open_at: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for message in track:
        now += message.time
        if message.type not in ("note_on", "note_off"):
            continue
        key = message.channel, message.note
        if message.type == "note_on" and message.velocity:
            open_at[key].append((now, message.velocity))
        elif open_at[key]:
            onset, velocity = open_at[key].pop(0)
            yield _stroke(track.name, key, onset, now, velocity, per_quarter)
    for key, waiting in open_at.items():
        for onset, velocity in waiting:
            yield _stroke(track.name, key, onset, now, velocity, per_quarter)


def _stroke(name: str, key: tuple[int, int], onset: int, end: int, velocity: int, per_quarter: int) -> _Struck:
    on, off = (round(tick * TICKS_PER_QUARTER / per_quarter / GRID_TICKS) * GRID_TICKS for tick in (onset, end))
    return name, key[0], on, max(off, on + GRID_TICKS), key[1], velocity


def _phrase(file: mido.MidiFile, struck: list[_Struck]) -> Phrase:
    meta = [(_tick(now, file), message) for track in file.tracks for now, message in _timed(track) if message.is_meta]
    beats, unit = next(((m.numerator, m.denominator) for _, m in meta if m.type == "time_signature"), (4, 4))
    if beats * 4 < unit:  # a bar of less than a quarter is a trick, not a metre
        beats, unit = 4, 4
    quarter = quarters_in_beat((beats, unit))
    tempo = {0: 120 / quarter} | {
        tick: 60e6 / m.tempo / quarter for tick, m in meta if m.type == "set_tempo" and m.tempo
    }
    bar = bar_ticks((beats, unit))
    end = -(-max(off for _, _, _, off, _, _ in struck) // bar) * bar
    band, notes = _by_players(struck)
    if band is None:
        band, notes = "piano", _by_height(struck)
        tonic_pc, mode = heard_key(note.pitch_midi for note in notes if note.part is not Part.KIT)
        marks: list[Mark] = []
    else:
        tonic_pc, mode = _written_key([_decoded(m.text) for _, m in meta if m.type == "text"], notes)
        markers = [(tick, *_decoded(m.text).partition(" ")[::2]) for tick, m in meta if m.type == "marker"]
        marks = [Mark(tick, kind, text) for tick, kind, text in markers if tick < end]
    return Phrase(
        notes=tuple(sorted(notes)),
        length_ticks=end,
        meter=(beats, unit),
        tempo=tuple(sorted(tempo.items())),
        tonic_pc=tonic_pc,
        mode=mode,
        ensemble=band,
        seed=0,
        marks=tuple(sorted(marks)),
    )


def _decoded(text: str) -> str:
    """Text that was read as Latin-1, which accepts any byte, decoded as UTF-8, which our files use."""
    return text.encode("latin-1").decode("utf-8", "replace")


def _timed(track: mido.MidiTrack) -> Iterable[tuple[int, mido.Message | mido.MetaMessage]]:
    now = 0
    for message in track:
        now += message.time
        yield now, message


def _tick(now: int, file: mido.MidiFile) -> int:
    return round(now * TICKS_PER_QUARTER / int(file.ticks_per_beat))


def _by_players(struck: Sequence[_Struck]) -> tuple[str | None, list[Note]]:
    """The ensemble after whose players the tracks are named, if there is one, and its notes."""
    names = {name for name, *_ in struck}
    for band in ensembles().values():
        part_of = {band.label(part): part for part in band.players}
        if names <= part_of.keys():
            return band.name, [Note(on, part_of[name], p, off - on, v) for name, _, on, off, p, v in struck]
    return None, []


def _by_height(struck: Sequence[_Struck]) -> list[Note]:
    """Melody above, bass below, the rest between."""
    notes = [Note(on, Part.KIT, p, off - on, v) for _, channel, on, off, p, v in struck if channel == KIT_CHANNEL]
    at: dict[int, list[Note]] = defaultdict(list)
    for _, channel, on, off, pitch, velocity in struck:
        if channel != KIT_CHANNEL:
            at[on].append(Note(on, Part.HARMONY, pitch, off - on, velocity))
    melody: list[Note] = []
    for _, together in sorted(at.items()):
        together.sort(key=lambda note: note.pitch_midi)
        last = melody[-1] if melody else None
        if last is None or last.end_ticks <= together[-1].onset_ticks or last.pitch_midi <= together[-1].pitch_midi:
            melody.append(replace(together.pop(), part=Part.MELODY))
        notes += [replace(note, part=Part.HARMONY if rank else Part.RHYTHM) for rank, note in enumerate(together)]
    for one, other in pairwise(melody):
        notes.append(replace(one, length_ticks=min(one.length_ticks, other.onset_ticks - one.onset_ticks)))
    return [*notes, *melody[-1:]]


def _written_key(texts: Iterable[str], notes: Iterable[Note]) -> tuple[int, Mode]:
    """The key that a file of ours states in words."""
    for text in texts:
        try:
            tonic_fifths, mode = parse_key(text)
        except BadInput:
            continue
        if mode is not None:
            return pc_of(tonic_fifths), mode
    return heard_key(note.pitch_midi for note in notes if note.part is not Part.KIT)


def heard_key(pitches: Iterable[int]) -> tuple[int, Mode]:
    """The major or minor key whose profile best fits the counts of pitch classes."""
    counts = np.bincount(np.array([pitch % 12 for pitch in pitches]), minlength=12)
    found = [  # the correlation except for the deviation of the counts, which is the same for every key
        (float(np.roll(counts, -tonic) @ (profile - profile.mean()) / profile.std()), tonic, mode)
        for tonic in range(12)
        for profile, mode in ((_MAJOR, Mode.IONIAN), (_MINOR, Mode.AEOLIAN))
    ]
    _, tonic, mode = max(found, key=lambda row: (row[0], -row[1]))
    return tonic, mode
