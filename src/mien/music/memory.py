"""What the composer remembers between sections, and what of it is forgotten (endless music must not fill memory)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from mien.music.draft import Draft
from mien.music.figures import Names
from mien.music.harmony import Outer
from mien.music.motif import Motif
from mien.music.originality import tail
from mien.music.tonality import transposed

KEPT_FIRST, KEPT_LATEST = 4, 7
"""How many themes are kept: the first ones, which come back late, and the latest."""

Kept = TypeVar("Kept")


@dataclass(frozen=True, slots=True)
class Memory:
    """What the composer remembers between sections.

    `themes` holds the phrases of each theme, `motifs` its motifs by role, `refrain` the theme that contrasts lean on
    and `refrain_key` its key. Four fields join one phrase to the next: `last`, `inner` (the inner voices), `joint` (the
    outer ones when they last began a note together) and `heard` (the last pitches of the melody). `highest_midi` is the
    highest melody pitch so far. Themes are as if their own tonic were C, the other pitches as if that of the last
    section were, whose `key` is semitones above the home tonic. `figures` accompanied the last section; `worn` are the
    figures each theme has been heard with.
    """

    sections: int = 0
    motif_count: int = 0
    themes: Mapping[str, tuple[Draft, ...]] = field(default_factory=dict)
    motifs: Mapping[str, Mapping[str, Motif]] = field(default_factory=dict)
    refrain: str = ""
    refrain_key: int = 0
    last: Draft | None = None
    heard: tuple[int, ...] = ()
    highest_midi: int = 0
    inner: tuple[int, ...] | None = None
    joint: Outer | None = None
    figures: Names | None = None
    worn: Mapping[str, tuple[Names, ...]] = field(default_factory=dict)
    key: int = 0

    def refrain_in(self, key: int) -> tuple[Draft, ...]:
        """The phrases of the refrain as they sound from another key; none if there is none."""
        return tuple(transposed(draft, self.refrain_key - key) for draft in self.themes.get(self.refrain, ()))


def in_key(memory: Memory, key: int) -> Memory:
    """The same memory before a section in a key: what was heard last, as it sounds from there."""
    by = memory.key - key
    if not by:
        return memory
    joint, inner = memory.joint, memory.inner
    return replace(
        memory,
        last=None if memory.last is None else transposed(memory.last, by),
        heard=tuple(pitch + by for pitch in memory.heard),
        highest_midi=memory.highest_midi + by,
        inner=None if inner is None else tuple(pitch + by for pitch in inner),
        joint=None if joint is None else Outer(None if joint.melody is None else joint.melody + by, joint.bass + by),
        key=key,
    )


def recent(by_theme: dict[str, Kept]) -> dict[str, Kept]:
    """What to keep by theme: the first and the latest; long music needs no more."""
    names = list(by_theme)
    return {name: by_theme[name] for name in dict.fromkeys([*names[:KEPT_FIRST], *names[-KEPT_LATEST:]])}


def last_pitches(heard: tuple[int, ...], drafts: Sequence[Draft]) -> tuple[int, ...]:
    """The last pitches of the melody up to the end of these phrases."""
    return tail([*heard, *(note.pitch_midi for draft in drafts for note in draft.melody)])


def highest(memory: Memory, drafts: Sequence[Draft]) -> int:
    """The highest pitch of the melody up to the end of these phrases."""
    return max([memory.highest_midi, *(note.pitch_midi for draft in drafts for note in draft.melody)])
