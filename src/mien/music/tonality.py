"""The plan of a long piece → the same plan with contrasts and chapters in related keys.

A theme stays in the key in which it is first heard; the first theme, introduction and ending stand at home. A contrast
confirms its key with a full close and leads back on a chord that is a dominant at home. Each mode's related keys stand
in `harmony.toml`. A key is semitones above the home tonic, −6 to 6, and a mode.

References: Caplin 1998, *Classical Form* (contrasts leave the home key); Aldwell, Schachter & Cadwallader 2010, ch. 25
(closely related keys); Schoenberg 1969, *Structural Functions of Harmony*, ch. 3.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from mien.music.draft import Draft
from mien.music.form import FIRST_THEME, Phrases, SectionSpec
from mien.music.harmony import harmony_table, vocabulary
from mien.music.spelling import near, written_key
from mien.values import Brief, Reason
from mien.vocabulary import Mode

AWAY_S = 80.0
"""A piece of at least so many seconds leaves its key."""

OPEN_ENDS = ("modulating", "deceptive")
"""Cadences of a contrast that would weaken a key which is new anyway; a full close takes their place."""


@dataclass(frozen=True, slots=True)
class RelatedKey:
    """A key near another: its tonic in `semitones` above that one's, its mode, and the numeral in it of a dominant of
    the other key, on which the music turns back (its own tonic, if that is one)."""

    semitones: int
    mode: Mode
    back: str


@cache
def related_keys(mode: Mode) -> tuple[RelatedKey, ...]:
    """The keys that music in a mode may visit, from `harmony.toml`."""
    rows = harmony_table()[mode.name]["keys"]
    return tuple(RelatedKey(semitones, Mode[name], back) for semitones, name, back in rows)


def with_keys(sections: Sequence[SectionSpec], mode: Mode, rng: np.random.Generator) -> tuple[SectionSpec, ...]:
    """Let each contrast and each later chapter of a piece stand in a related key, drawn anew until all have been
    visited."""
    keys = [related_keys(mode)[i] for i in rng.permutation(len(related_keys(mode)))]
    visited: dict[str, RelatedKey | None] = {FIRST_THEME: None}
    chapter, drawn = FIRST_THEME, 0
    placed: list[SectionSpec] = []
    for section, following in zip(sections, [*sections[1:], None], strict=True):
        if section.theme not in visited:
            if section.is_contrast and visited[chapter] is not None:
                visited[section.theme] = visited[chapter]
            else:
                visited[section.theme] = keys[drawn % len(keys)]
                drawn += 1
        chapter = chapter if section.is_contrast else section.theme
        key = visited[section.theme]
        if key is None:
            placed.append(section)
        else:
            is_home_next = following is not None and visited.get(following.theme, key) is None
            placed.append(in_related_key(section, key, leads_back=section.is_contrast and is_home_next))
    return tuple(placed)


def in_related_key(section: SectionSpec, key: RelatedKey, *, leads_back: bool) -> SectionSpec:
    """A section in a related key, where the phrases confirm it; the last may lead back to the home key."""
    phrases = _away(section.phrases, key.back if leads_back else "", key.mode)
    return replace(section, key=key.semitones, mode=key.mode, phrases=phrases)


def _away(phrases: Phrases, back: str, mode: Mode) -> Phrases:
    """The phrases of a section in another key; the last leads back to the home key if `back` names its dominant."""
    firm = [replace(one, cadence="authentic") if one.cadence in OPEN_ENDS else one for one in phrases]
    if back:
        cadence = "authentic" if back == vocabulary(mode).opening else "modulating"
        firm[-1] = replace(firm[-1], cadence=cadence, goal=back, pedal="")
    return tuple(firm)


def local(brief: Brief, section: SectionSpec) -> Brief:
    """The brief of a piece as a section in another key follows it, with the reason for that key."""
    if not section.key and section.mode in (None, brief.mode):
        return brief
    home, mode = written_key(brief), section.mode or brief.mode
    here = replace(brief, mode=mode)
    if section.key:
        tonic_pc = (brief.tonic_pc + section.key) % 12
        here = replace(here, tonic_pc=tonic_pc, tonic_fifths=near(tonic_pc, mode, home).tonic_fifths)
    named = f"{section.theme} stands in {written_key(here).name}"
    because = f"{named}, a key near {home.name}, where the piece begins and ends"
    source = "Caplin 1998: contrasts leave the home key"
    moved = {"tonic_pc", "mode"} if mode is not brief.mode else {"tonic_pc"}
    reasons = tuple(Reason(r.field, because, source) if r.field in moved else r for r in brief.reasons)
    return replace(here, reasons=reasons)


def transposed(draft: Draft, semitones: int) -> Draft:
    """The outer voices of a phrase as they sound from a tonic so many semitones lower; its chords keep their names."""
    slots = tuple(replace(slot, bass_midi=slot.bass_midi + semitones) for slot in draft.slots)
    steps = round(semitones * 7 / 12)
    melody = tuple(replace(n, step=n.step + steps, pitch_midi=n.pitch_midi + semitones) for n in draft.melody)
    return replace(draft, slots=slots, melody=melody)
