"""A plan and its players → the same plan with a contrast whose tune another player holds.

In the contrast the second voice sings, in a lower register; the first answers it from above where the tune holds a note
or rests. For the composer the players change roles: the tune is still the melody's, which another plays.

References: Adler 2002, *The Study of Orchestration*, ch. 5 and 8 (the tune wanders through the strings and winds).
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mien.ensembles import Ensemble
from mien.music.form import SectionSpec
from mien.values import Part

LEAD_ODDS = 0.6
"""How often another player leads in a contrast, where one can."""

LOWER = 7
"""Semitones by which the tune of another player lies lower, so that it sounds like another voice."""

ANSWERS = ("answers", "replies", "returns")
"""The figures of a first player who does not lead."""


def with_lead(sections: Sequence[SectionSpec], players: Ensemble, rng: np.random.Generator) -> tuple[SectionSpec, ...]:
    """Let the second voice hold the tune of the first contrast that is not the height of the piece, in every statement,
    if it can sing."""
    second = players.players.get(Part.TEXTURE)
    drawn = rng.random() < LEAD_ODDS
    if not drawn or second is None or not second.sings:
        return tuple(sections)
    raised = {section.theme for section in sections if section.is_height or section.is_last}
    theme = next((s.theme for s in sections if s.is_contrast and s.theme not in raised), None)
    return tuple(replace(s, lead=Part.TEXTURE) if s.theme == theme else s for s in sections)


def in_roles(players: Ensemble, lead: Part) -> Ensemble:
    """The ensemble as it plays a section: who leads has the melody's role, and the first player that of who leads. The
    harmony does not rest then, for the first player seldom plays."""
    if lead is Part.MELODY:
        return players
    first, other = players.players[Part.MELODY], players.players[lead]
    roles = {Part.MELODY: replace(other, part=Part.MELODY), lead: replace(first, part=lead, only=ANSWERS, avoids=())}
    if (harmony := players.players.get(Part.HARMONY)) is not None and lead is not Part.HARMONY:
        roles[Part.HARMONY] = replace(harmony, avoids=(*harmony.avoids, "silent"))
    return replace(players, players={**players.players, **roles}, lift=players.lift - LOWER)


def played_by(role: Part, lead: Part) -> Part:
    """The part whose player has a role."""
    return {Part.MELODY: lead, lead: Part.MELODY}.get(role, role)
