"""A plan and its players → the same plan with sections whose tune another player holds.

The second voice sings in a lower register; the first answers it from above where the tune holds a note or rests. For
the composer these two change roles: the tune is still the melody's, which another plays.

The middle voice, a viola, sings an octave below what was composed, and the first player has its line, an octave above:
lines that keep to the chords may change places so (invertible counterpoint at two octaves), and are accompanied from
above. That is done once the lines are written, if the tune still lies clear of the bass.

References: Adler 2002, *The Study of Orchestration*, ch. 5 and 8 (the tune wanders through the strings and winds);
Piston 1947, *Counterpoint*, ch. 9 (invertible counterpoint).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from mien.ensembles import Ensemble, Player
from mien.music.form import SectionSpec
from mien.music.melody import Sung
from mien.music.texture import Stroke, Voice, sounds
from mien.values import Part

LEAD_ODDS = 0.6
"""How often another player leads in a contrast, where one can."""

OCTAVES = {Part.MELODY: -12, Part.HARMONY: 12}
"""Semitones by which lines move when the tune sinks into the middle voice."""

CLEAR_OF_BASS = 3
"""Semitones by which a tune in the middle voice stays above the bass at least."""

LOWER = 7
"""Semitones by which the tune of another player lies lower, so that it sounds like another voice."""

ANSWERS = ("answers", "replies", "returns")
"""The figures of a first player who does not lead."""


def with_lead(sections: Sequence[SectionSpec], players: Ensemble, rng: np.random.Generator) -> tuple[SectionSpec, ...]:
    """Let other players who can sing hold the tunes of contrasts, each of one, in all its statements; not of that which
    has the height of the piece. A middle voice that has none may answer where a theme is stated twice running."""
    singers = [part for part in (Part.TEXTURE, Part.HARMONY) if part in players.players and players.players[part].sings]
    raised = {section.theme for section in sections if section.is_height or section.is_last}
    led: dict[str, Part] = {}
    for theme in dict.fromkeys(section.theme for section in sections if section.is_contrast):
        if rng.random() < LEAD_ODDS and theme not in raised and singers:
            led[theme] = singers.pop(int(rng.integers(len(singers))))
    found = [replace(section, lead=led.get(section.theme, Part.MELODY)) for section in sections]
    for place, (before, section) in enumerate(pairwise(sections), start=1):
        again = section.turn and section.theme == before.theme
        special = section.is_contrast or section.is_height or section.is_last
        if again and not special and Part.HARMONY in singers and rng.random() < LEAD_ODDS:
            found[place] = replace(section, lead=Part.HARMONY)
    return tuple(found)


def answered(lead: Part) -> Part:
    """The part whose player changes roles with the first while a section is composed: the melody's own, who leads it,
    unless the second voice leads."""
    return lead if lead is Part.TEXTURE else Part.MELODY


def in_roles(players: Ensemble, lead: Part) -> Ensemble:
    """The ensemble as a section is composed for it: a second voice that leads has the melody's role, and the first
    player its role; the harmony does not rest then, for the first player seldom plays. What a middle voice is to lead
    is composed where it can play it an octave lower."""
    first, other = players.players[Part.MELODY], players.players[lead]
    if lead is Part.HARMONY:
        low, high = (end - OCTAVES[Part.MELODY] for end in (other.low_midi, other.high_midi))
        first = replace(first, low_midi=max(first.low_midi, low), high_midi=min(first.high_midi, high))
        return replace(players, players={**players.players, Part.MELODY: first})
    if answered(lead) is Part.MELODY:
        return players
    roles: dict[Part, Player] = {
        Part.MELODY: replace(other, part=Part.MELODY),
        lead: replace(first, part=lead, only=ANSWERS, avoids=()),
    }
    if (harmony := players.players.get(Part.HARMONY)) is not None:
        roles[Part.HARMONY] = replace(harmony, avoids=(*harmony.avoids, "silent"))
    return replace(players, players={**players.players, **roles}, lift=players.lift - LOWER)


def fitting(
    lead: Part,
    phrases: Iterable[tuple[Sequence[Sung], Sequence[Stroke]]],
    voices: Mapping[Part, Voice],
) -> Part:
    """Who leads a section once its lines are known, the tune and the strokes of each phrase: a middle voice only if
    both lines fit the players' ranges in each other's place and the tune stays clear of the bass, else the first."""
    if lead is not Part.HARMONY:
        return lead
    for tune, strokes in phrases:
        inner = [stroke.pitch_midi + OCTAVES[lead] for stroke in strokes if stroke.part is lead]
        sunk = [note.pitch_midi + OCTAVES[Part.MELODY] for note in tune]
        bass = [stroke for stroke in strokes if stroke.part is Part.RHYTHM]
        high = [max((s.pitch_midi for s in bass if sounds(s, note)), default=0) for note in tune]
        if not (_within(voices[lead], sunk) and _within(voices[Part.MELODY], inner)):
            return Part.MELODY
        if any(pitch - low < CLEAR_OF_BASS for pitch, low in zip(sunk, high, strict=True)):
            return Part.MELODY
    return lead


def _within(voice: Voice, pitches_midi: Iterable[int]) -> bool:
    return all(voice.low_midi <= pitch <= voice.high_midi for pitch in pitches_midi)


def handed(role: Part, lead: Part) -> tuple[Part, int]:
    """The part whose player has a role, and the semitones by which what was composed for it moves."""
    return {Part.MELODY: lead, lead: Part.MELODY}.get(role, role), OCTAVES.get(role, 0) if lead is Part.HARMONY else 0
