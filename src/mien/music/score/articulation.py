"""How notes are touched becomes what is printed at them (written phrase, briefs → slurs, dots, accents).

The touch of a brief is the share of its length for which a note sounds (`perform`). Notes that nearly touch are
slurred, short notes have dots, and anything in between is phrased in pairs, as classical scores are. Accents depend on
the written velocity alone. Places are ticks from the start of the phrase.

References: Gould 2011, "Behind Bars" (articulation); Bresin & Battel 2000, "Articulation strategies in expressive piano
performance".
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from statistics import median_low

from mien.ensembles import ensemble
from mien.leads import leads
from mien.music.in_force import Briefs, in_force
from mien.music.rhythm import strength
from mien.music.score.signs import moves, sections
from mien.values import TICKS_PER_QUARTER, Note, Part, Phrase

LEGATO, STACCATO = 0.85, 0.68
"""Touch (`Brief.legato`) from which lines are slurred, and up to which short notes have dots: the latter is halfway
from half of the length, which a dot means, to legato."""

SLUR_BARS, BOW_NOTES = 2, 3
"""A longer slur of the melody is cut at a bar line: a breath is two bars. A moving accompaniment is bowed by the bar;
with fewer notes than this it needs no slur."""

DOTTED = (TICKS_PER_QUARTER // 3, TICKS_PER_QUARTER // 2, TICKS_PER_QUARTER)
"""Lengths that may have dots: plain values from a triplet eighth to a quarter. Sixteenths are short by themselves, and
a dot beside that of a dotted note is hard to read (Gould 2011)."""

LONGEST_SIGH = 3 * TICKS_PER_QUARTER // 2
"""The longest first note of a slurred pair: a dotted quarter."""

ACCENT, STRONG_ACCENT = 8, 16
"""Velocity above the middle of its part from which a note has an accent, and a strong one: half a step of
`signs.DYNAMICS`, and a whole one."""


def slurs(phrase: Phrase, part: Part, briefs: Briefs) -> list[tuple[Note, Note]]:
    """First and last note of what a line plays in one breath or bow.

    If the touch is legato, these are notes that follow each other without rest or repetition, cut at phrases and bar
    lines; if it is neither legato nor staccato, pairs of the melody. Chords have none.
    """
    if not briefs:
        return []
    held, notes = leads(phrase), phrase.part(part)
    edges = {mark.onset_ticks for mark in phrase.marks if mark.kind == "phrase"}
    sung, line = [n for n in notes if held.has(n)], [n for n in notes if not held.has(n)]
    pieces = [*_breaths(phrase, sung, briefs, edges), *_pairs(phrase, sung, briefs, edges)]
    slurred = sorted((piece[0], piece[-1]) for piece in pieces if len(piece) > 1)
    is_line = all(one.end_ticks <= other.onset_ticks for one, other in pairwise(line))
    if not is_line or not ensemble(phrase.ensemble).players[part].monophonic:
        return slurred
    bows = _breaths(phrase, line, briefs, edges.union(range(0, phrase.length_ticks, phrase.bar_ticks)))
    return sorted([*slurred, *((bow[0], bow[-1]) for bow in bows if len(bow) >= BOW_NOTES)])


def _breaths(phrase: Phrase, line: Sequence[Note], briefs: Briefs, edges: Collection[int]) -> Iterator[list[Note]]:
    """Runs of legato notes that no edge, rest or repetition divides."""
    groups: list[list[Note]] = [[]]
    for note in line:
        is_legato = in_force(briefs, note.onset_ticks).legato >= LEGATO
        if not is_legato or note.onset_ticks in edges or not groups[-1] or not _goes_on(groups[-1][-1], note):
            groups.append([])
        if is_legato:
            groups[-1].append(note)
    for group in groups:
        yield from _cut(group, phrase.bar_ticks)


def _cut(group: list[Note], bar_ticks: int) -> Iterator[list[Note]]:
    """Pieces of at most `SLUR_BARS` bars, counted from the first full bar, if the group is longer."""
    if not group:
        return
    if group[-1].end_ticks - group[0].onset_ticks <= SLUR_BARS * bar_ticks:
        yield group
        return
    first = -(-group[0].onset_ticks // bar_ticks)
    for _, piece in groupby(group, lambda note: max(0, (note.onset_ticks // bar_ticks - first) // SLUR_BARS)):
        yield list(piece)


def _pairs(phrase: Phrase, line: Sequence[Note], briefs: Briefs, edges: Collection[int]) -> Iterator[list[Note]]:
    """Two notes a step apart, the second on a weaker place and no longer than the first."""
    taken = 0
    for one, other in pairwise(line):
        if (
            one.onset_ticks >= taken
            and STACCATO < in_force(briefs, one.onset_ticks).legato < LEGATO
            and _goes_on(one, other)
            and other.onset_ticks not in edges
            and abs(one.pitch_midi - other.pitch_midi) <= 2
            and LONGEST_SIGH >= one.length_ticks >= other.length_ticks
            and strength(one.onset_ticks, phrase.meter) > strength(other.onset_ticks, phrase.meter)
        ):
            taken = other.end_ticks
            yield [one, other]


def _goes_on(one: Note, other: Note) -> bool:
    return one.end_ticks == other.onset_ticks and one.pitch_midi != other.pitch_midi


def articulations(phrase: Phrase, parts: Sequence[Part], briefs: Briefs) -> Mapping[tuple[int, int], tuple[str, ...]]:
    """MusicXML names of the articulations, by tick and pitch of the notes that have any."""
    found: dict[tuple[int, int], tuple[str, ...]] = {}
    for part in parts:
        for note, name in [*_dots(phrase, part, briefs), *_accents(phrase, part, briefs)]:
            place = note.onset_ticks, note.pitch_midi
            found[place] = (*found.get(place, ()), name)
    return found


def _dots(phrase: Phrase, part: Part, briefs: Briefs) -> Iterator[tuple[Note, str]]:
    """Dots on short notes of the melody, and of any other player of single notes; the bass is never so short."""
    if not briefs or part in (Part.KIT, Part.RHYTHM):
        return
    if part is not Part.MELODY and not ensemble(phrase.ensemble).players[part].monophonic:
        return
    for note in phrase.part(part):
        is_short = note.length_ticks in DOTTED and in_force(briefs, note.onset_ticks).legato <= STACCATO
        if is_short and note.end_ticks < phrase.length_ticks:  # the last note rings out
            yield note, "staccato"


def _accents(phrase: Phrase, part: Part, briefs: Briefs) -> Iterator[tuple[Note, str]]:
    """Accents on notes written louder than their part is around them; drums accent beats by habit, unprinted.

    Where the loudness moves, a note is compared with its bar, otherwise with its section.
    """
    if part is Part.KIT:
        return
    bar = phrase.bar_ticks
    swelling = [tick for start, end, _ in moves(phrase, briefs, "loudness") for tick in range(start, end + 1, bar)]
    edges = sorted({0, *(mark.onset_ticks for mark in sections(phrase)), *swelling, phrase.length_ticks})
    notes = phrase.part(part)
    for start, end in pairwise(edges):
        about = [note for note in notes if start <= note.onset_ticks < end]
        if not about:
            continue
        middle = median_low(note.velocity for note in about)
        for note in about:
            if note.velocity >= middle + ACCENT:
                yield note, "strong-accent" if note.velocity >= middle + STRONG_ACCENT else "accent"
