"""A written phrase and the briefs it is played by become the signs between the staves (→ tempi, dynamics, wedges …).

These are what a score says besides its notes: tempo and rehearsal marks, words, dynamics with hairpins. Without briefs,
only what the notes themselves say is shown. Places are ticks from the start of the phrase.

References: Gould 2011, "Behind Bars" (placement and vocabulary); Read 1979, "Music Notation" (tempo words).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median_low

from mien.ensembles import ensemble
from mien.leads import tune
from mien.music.in_force import Briefs, in_force
from mien.music.interruption import HUSH, KIND, PAUSE
from mien.music.perform import LEGATO_PEDAL, RITARDANDO_BEATS
from mien.music.plan import INTRODUCTION
from mien.music.rhythm import beat_ticks
from mien.music.spelling import written_key
from mien.values import Mark, Note, Part, Phrase

TEMPO_WORDS = (
    (50, "Largo"), (66, "Adagio"), (80, "Andante"), (100, "Andante con moto"), (112, "Moderato"), (120, "Allegretto"),
    (160, "Allegro"), (1000, "Presto"),
)  # fmt: skip
"""The word for tempi up to this many quarters (dotted quarters) per minute."""

DYNAMICS = ((34, "pp"), (49, "p"), (62, "mp"), (77, "mf"), (94, "f"), (127, "ff"))
"""The dynamic for velocities up to this (their median, so that accents do not count)."""

NEW_TEMPO = 0.05
"""Share by which a tempo must differ from the last one to be printed anew."""

RUBATO_SHOWN = 0.5
"""Rubato from which the tempo word says so, and a swell is shown to its end; steadier players see only its rise."""

FINAL_CADENCES = ("authentic", "plagal", "tonic")
"""Cadences that can end a piece."""

WEDGE_BARS = 4
"""A change of loudness over more bars is written as a word, not as a wedge."""

SWELL_BARS = 4
"""Sections and phrases shorter than this many bars have no wedges of their own."""

ARCH_PEAK = 0.55
"""Place of the loudest moment in a performed phrase (`perform.ARCH_VELOCITY`)."""

LEAST_MOVE = {"loudness": 0.08, "tempo_bpm": 8.0}
"""Change along a stretch of bars from which the score shows it."""


@dataclass(frozen=True, slots=True)
class Sign:
    """Something written above or below a staff.

    `kind` is "tempo" (`text` its word, perhaps empty, `bpm` its number), "rehearsal", "words" (above), "below" (words
    below), "dynamic", "crescendo" or "diminuendo" (a wedge until `end_ticks`).
    """

    onset_ticks: int
    kind: str
    text: str = ""
    bpm: float = 0.0
    end_ticks: int = 0


def sections(phrase: Phrase) -> list[Mark]:
    """Where sections begin."""
    return [mark for mark in phrase.marks if mark.kind == "section"]


def interruptions(phrase: Phrase) -> list[Mark]:
    """Where phrases break off (`mien.music.interruption`)."""
    return [mark for mark in phrase.marks if mark.kind == KIND]


def _breaks(phrase: Phrase) -> Iterator[int]:
    """Where the dynamic may change suddenly: at each mark of an interruption, and where the next phrase begins."""
    for mark in interruptions(phrase):
        yield mark.onset_ticks
        yield -(-(mark.onset_ticks + 1) // phrase.bar_ticks) * phrase.bar_ticks


def closes(phrase: Phrase, briefs: Briefs) -> bool:
    """Whether the music is played to an end, rather than cut off: it comes to rest within its last two bars."""
    late = phrase.length_ticks - 2 * phrase.bar_ticks
    ends = [mark.text for mark in phrase.marks if mark.kind == "cadence" and mark.onset_ticks >= late]
    return bool(briefs) and bool(ends) and ends[-1] in FINAL_CADENCES


def signatures(phrase: Phrase, briefs: Briefs) -> list[int]:
    """Sharps (negative: flats) in force in each bar: when the key turns, the signature changes."""
    return [written_key(in_force(briefs, start) if briefs else phrase).signature for start in _bar_lines(phrase)[:-1]]


def signs_above(phrase: Phrase, briefs: Briefs) -> list[Sign]:
    """Signs for all players, above the uppermost staff: tempi, rehearsal marks, the final ritardando."""
    runs = moves(phrase, briefs, "tempo_bpm")
    word = next(word for limit, word in TEMPO_WORDS if phrase.tempo[0][1] <= limit)
    if briefs and briefs[0][1].rubato >= RUBATO_SHOWN:
        word += ", rubato"
    signs = [Sign(0, "tempo", word, phrase.tempo[0][1])]
    printed = phrase.tempo[0][1]
    steps = {tick for tick, _ in phrase.tempo} & {mark.onset_ticks for mark in sections(phrase)}
    for tick in sorted(steps | {end for _, end, _ in runs}):
        bpm = in_force(phrase.tempo, tick)
        is_underway = any(start < tick < end for start, end, _ in runs)
        if tick % phrase.bar_ticks == 0 and not is_underway and abs(bpm / printed - 1) >= NEW_TEMPO:
            signs.append(Sign(tick, "tempo", "", bpm))
            printed = bpm
    signs += [Sign(start, "words", "accel." if by > 0 else "rall.") for start, _, by in runs]
    if closes(phrase, briefs):
        slows = max(0, phrase.length_ticks - RITARDANDO_BEATS * beat_ticks(phrase.meter))
        if any(note.onset_ticks > slows for note in phrase.notes):  # otherwise all of it is the held chord
            signs.append(Sign(slows, "words", "rit."))
    signs += [Sign(mark.onset_ticks, "words", "G. P.") for mark in interruptions(phrase) if mark.text == PAUSE]
    signs += [Sign(mark.onset_ticks, "rehearsal", mark.text) for mark in sections(phrase) if mark.text != INTRODUCTION]
    return sorted(signs, key=lambda sign: sign.onset_ticks)


def signs_below(phrase: Phrase, parts: Sequence[Part], briefs: Briefs) -> list[Sign]:
    """Signs for one player, below that player's uppermost staff: dynamics, wedges between them, the pedal."""
    lead = phrase.part(min(parts))
    runs = moves(phrase, briefs, "loudness")
    starts = {0, *(m.onset_ticks for m in sections(phrase)), *(end for _, end, _ in runs), *_breaks(phrase)}
    places = sorted(t for t in starts if t < phrase.length_ticks and not any(a < t < b for a, b, _ in runs))
    signs: list[Sign] = []
    if ensemble(phrase.ensemble).pedal and briefs and briefs[0][1].legato >= LEGATO_PEDAL:
        signs.append(Sign(0, "below", "con Ped."))
    hushed = {mark.onset_ticks for mark in interruptions(phrase) if mark.text == HUSH}
    level = ""
    for start, end in pairwise([*places, phrase.length_ticks]):
        until = next((max(a, start + phrase.bar_ticks) for a, _, _ in runs if start <= a < end), end)
        sounding = [note for note in phrase.notes if note.part in parts and start <= note.onset_ticks < until]
        played = [note for note in lead if start <= note.onset_ticks < until] or sounding
        if not played:
            continue
        middle = median_low(note.velocity for note in played)
        wanted = next(name for limit, name in DYNAMICS if middle <= limit)
        if wanted == level:
            continue
        if level and (way := next(((a, b) for a, b, _ in runs if b == start), None)):
            signs += _wedge(phrase, *way, louder=_rank(wanted) > _rank(level))
        if start in hushed:
            signs.append(Sign(played[0].onset_ticks, "below", "subito"))
        signs.append(Sign(played[0].onset_ticks, "dynamic", wanted))
        level = wanted
    if briefs and Part.KIT not in parts:  # drums hardly follow the arch
        signs += _swells(phrase, lead, briefs, runs)
    return sorted(signs, key=lambda sign: sign.onset_ticks)


def _swells(
    phrase: Phrase, played: Sequence[Note], briefs: Briefs, runs: Sequence[tuple[int, int, float]]
) -> Iterator[Sign]:
    """A player's wedge to the middle of the phrase that has a section's highest note, and, of a free player, from there
    on, unless the loudness moves anyway. All phrases are played in such arches; more wedges would only repeat that."""
    melody, beat = tune(phrase), beat_ticks(phrase.meter)
    starts = [mark.onset_ticks for mark in sections(phrase) if mark.text != INTRODUCTION]
    edges = [mark.onset_ticks for mark in phrase.marks if mark.kind in ("phrase", "section")]
    for start, end in pairwise([*starts, phrase.length_ticks]):
        inside = [note for note in melody if start <= note.onset_ticks < end]
        if end - start < SWELL_BARS * phrase.bar_ticks or not inside:
            continue
        top = max(inside, key=lambda note: (note.pitch_midi, -note.onset_ticks))
        first = max((edge for edge in edges if edge <= top.onset_ticks), default=start)
        last = min((edge for edge in edges if edge > top.onset_ticks), default=end)
        peak = first + round((last - first) * ARCH_PEAK / beat) * beat
        rising = [note.onset_ticks for note in played if first <= note.onset_ticks < peak]
        moves_anyhow = any(begin < last and first < until for begin, until, _ in runs)
        if not rising or moves_anyhow or last - first < SWELL_BARS * phrase.bar_ticks:
            continue
        yield Sign(min(rising), "crescendo", end_ticks=peak)  # a dynamic may stand under that player's first note
        if in_force(briefs, first).rubato >= RUBATO_SHOWN:
            yield Sign(peak, "diminuendo", end_ticks=last - beat)


def _wedge(phrase: Phrase, start: int, end: int, *, louder: bool) -> Iterator[Sign]:
    if end - start > WEDGE_BARS * phrase.bar_ticks:
        yield Sign(start, "below", "cresc." if louder else "dim.")
    else:
        yield Sign(start, "crescendo" if louder else "diminuendo", end_ticks=end - beat_ticks(phrase.meter))


def _rank(dynamic: str) -> int:
    return [name for _, name in DYNAMICS].index(dynamic)


def _bar_lines(phrase: Phrase) -> range:
    """Ticks of all bar lines, including the one that ends the last bar."""
    bar = phrase.bar_ticks
    return range(0, max(1, -(-phrase.length_ticks // bar)) * bar + 1, bar)


def moves(phrase: Phrase, briefs: Briefs, field: str) -> list[tuple[int, int, float]]:
    """(start, end, change) of each run of bars along which a field of the briefs rises or falls enough to be shown."""
    if len(briefs) < 2:
        return []
    values = [float(getattr(in_force(briefs, tick), field)) for tick in _bar_lines(phrase)]
    found: list[tuple[int, int, float]] = []
    for bar, (one, other) in enumerate(pairwise(values)):
        start, end = bar * phrase.bar_ticks, (bar + 1) * phrase.bar_ticks
        change = other - one
        if abs(change) < LEAST_MOVE[field] / 4:
            continue
        if found and found[-1][1] == start and found[-1][2] * change > 0:
            found[-1] = (found[-1][0], end, found[-1][2] + change)
        else:
            found.append((start, end, change))
    return [run for run in found if abs(run[2]) >= LEAST_MOVE[field]]
