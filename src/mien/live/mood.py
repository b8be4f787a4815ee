"""What a face, a hand or a lead says → the brief that the music shall follow: the mood clock.

A `Mood` is where the music is asked to be. `target_of` mixes it into a brief: an affect by the mapping in force, or,
in the gesture mode, cues alone, with no module of `mien.affect` loaded. Numbers pass at once (the steering clock slows
them down); the mode passes only when it has been asked for `DWELL_S` on end, so that a reading that trembles between
two does not break phrases off.

References: Bachorik et al. 2009 (a mood is judged after some 8 s); those of `mien.music.brief` and
`mien.music.gesture`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from mien.circumplex import affect_at
from mien.live.conductor import Aim
from mien.live.seats import KEPT_S
from mien.live.settings import Settings, with_held
from mien.music.brief import KEY_AND_METER, brief_from_affect, with_reasons_of, with_tonic_named
from mien.music.gesture import brief_from_cues
from mien.music.mapping import MappingTable
from mien.values import Affect, Brief
from mien.vocabulary import Mode

DWELL_S = 1.0
RESTING = affect_at(0.1, -0.3)
"""Where the music goes when nobody is there: near neutral, and quieter."""
ALONE_S = KEPT_S
"""Seconds without a face after which nobody is there: when the last seat is free again."""
COLOUR_HALF_LIFE_S = 0.5
"""How soon the cues that colour the music follow the face."""


@dataclass(frozen=True, slots=True)
class Mood:
    """Where the music is asked to be: `source` is "face", "hand", "lead" or "rest"; `affect` is None for cues alone."""

    source: str = "rest"
    affect: Affect | None = RESTING
    departures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Target:
    """Where the music shall go: the brief, and the mood that asks for it."""

    brief: Brief
    mood: Mood

    @property
    def aim(self) -> Aim:
        """The same for the music, to which it is all one whether a face, a hand or a lead asks."""
        return Aim(self.brief, self.mood.affect)


def target_of(
    mood: Mood,
    settings: Settings,
    held: Mapping[str, float | str],
    mapping: MappingTable | None,
    plays: Brief | None,
) -> Brief:
    """Mix the brief that a mood asks for.

    Parameters
    ----------
    mapping : the table by which an affect is mixed; None is the shipped one.
    plays : the brief that the music under way goes to: key and metre stay as they are there, with their reasons, where
        the player left them open.
    """
    stays = tuple(name for name in KEY_AND_METER if plays and getattr(settings, name) is None)
    tonic_pc, meter = (getattr(plays if name in stays else settings, name) for name in KEY_AND_METER)
    tonic_fifths = plays.tonic_fifths if plays and "tonic_pc" in stays else settings.tonic_fifths
    if mood.affect is None:
        brief = brief_from_cues(
            mood.departures,
            ensemble=settings.ensemble,
            seed=settings.seed,
            tonic_pc=tonic_pc,
            tonic_fifths=tonic_fifths,
            meter=meter,
        )
    else:
        brief = brief_from_affect(
            mood.affect,
            ensemble=settings.ensemble,
            seed=settings.seed,
            cues=mood.departures,
            mapping=mapping,
            tonic_pc=tonic_pc,
            tonic_fifths=tonic_fifths,
            meter=meter,
        )
    return with_held(with_reasons_of(plays, brief, stays) if plays else brief, held)


@dataclass(frozen=True, slots=True)
class Settled:
    """A target whose mode has settled: `brief` is it, `wanted` the mode that asks to come in, since `since_s`."""

    brief: Brief
    wanted: Mode
    since_s: float


def settled(before: Settled | None, target: Brief, time_s: float, *, at_once: bool = False) -> Settled:
    """Let numbers pass, and the mode when it was asked for long enough.

    Parameters
    ----------
    at_once : the mode may turn now: the player asked for it by hand.
    """
    if before is None or at_once or target.mode is before.brief.mode:
        return Settled(target, target.mode, time_s)
    since_s = before.since_s if target.mode is before.wanted else time_s
    if time_s - since_s >= DWELL_S:
        return Settled(target, target.mode, since_s)
    return Settled(with_tonic_named(replace(target, mode=before.brief.mode)), target.mode, since_s)


def coloured(before: Mapping[str, float], departures: Mapping[str, float], seconds: float) -> dict[str, float]:
    """Departures steadied for the mood: each goes half of the way to the newest in `COLOUR_HALF_LIFE_S`."""
    kept = 0.5 ** (max(0.0, seconds) / COLOUR_HALF_LIFE_S)
    return {name: kept * before.get(name, now) + (1 - kept) * now for name, now in departures.items()}
