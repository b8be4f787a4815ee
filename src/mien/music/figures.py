"""The table `figures.toml` → accompaniment figures, and the choice of those that suit a brief.

A figure is a bar of tokens on a grid; what they mean is told in the table. Densities are notes a beat.

References: Schoenberg 1967, *Fundamentals of Musical Composition*, ch. 9; Hung et al. 2021 (EMOPIA: note density is the
mark of arousal).
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import product

import numpy as np

from mien.ensembles import Ensemble
from mien.music.rhythm import Meter, beat_fill, beats_in_bar
from mien.values import METERS, Brief, Part

INNER_VOICES = 3

Names = tuple[str, str, str]
"""Names of the figures of harmony, texture and rhythm."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A pattern of tokens, `grid` of them a beat; `energy` and `tension` 0..1 say which briefs it suits."""

    name: str
    grid: int
    steps: tuple[str, ...]
    energy: float
    tension: float
    meters: tuple[Meter, ...]

    def bar(self, meter: Meter) -> tuple[str, ...]:
        """The tokens of one bar: the pattern, repeated or cut."""
        size = beats_in_bar(meter) * self.grid
        return (self.steps * (size // len(self.steps) + 1))[:size]

    def density(self, meter: Meter, voices: int) -> float:
        """Notes a beat when `a` is a chord of `voices`."""
        sizes = {"a": voices, "d": 2, ".": 0, "-": 0}
        return sum(sizes.get(t, len(t) if t.isdigit() else 1) for t in self.bar(meter)) / beats_in_bar(meter)


@dataclass(frozen=True, slots=True)
class Kit:
    """A drum pattern: (General MIDI key, tokens) a row."""

    name: str
    grid: int
    energy: float
    rows: tuple[tuple[int, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Texture:
    """What the accompanying parts play for a section."""

    harmony: Figure
    texture: Figure
    rhythm: Figure
    kit: Kit | None

    @property
    def names(self) -> Names:
        """Names of the three figures."""
        return self.harmony.name, self.texture.name, self.rhythm.name


@cache
def _table() -> Mapping[str, Mapping[str, Mapping[str, object]]]:
    return tomllib.loads(files("mien.music").joinpath("figures.toml").read_text(encoding="utf-8"))


@cache
def figures(part: Part) -> tuple[Figure, ...]:
    """The figures of one part, in the order of the table."""
    found = []
    for name, row in _table()[part.name.lower()].items():
        meters = row.get("meters", [f"{beats}/{unit}" for beats, unit in METERS])
        assert isinstance(meters, list)
        found.append(
            Figure(
                name,
                int(str(row["grid"])),
                tuple(str(row["steps"]).split()),
                float(str(row["energy"])),
                float(str(row["tension"])),
                tuple(meter for meter in METERS if f"{meter[0]}/{meter[1]}" in meters),
            )
        )
    return tuple(found)


@cache
def kits() -> tuple[Kit, ...]:
    """The drum patterns, in the order of the table."""
    found = []
    for name, row in _table()["kit"].items():
        rows = row["rows"]
        assert isinstance(rows, dict)
        strokes = tuple((int(key), tuple(str(steps).split())) for key, steps in rows.items())
        found.append(Kit(name, int(str(row["grid"])), float(str(row["energy"])), strokes))
    return tuple(found)


def energy_of(brief: Brief) -> float:
    """How lively a brief is, 0..1: half its density, half its loudness."""
    return float(np.clip(0.5 * (brief.density - 1.2) / 4.5 + 0.5 * brief.loudness, 0, 1))


def choose_texture(
    brief: Brief,
    players: Ensemble,
    melody_density: float,
    lift: float,
    avoid: Names | None,
    rng: np.random.Generator,
    *,
    near: Names | None = None,
    worn: tuple[Names, ...] = (),
) -> Texture:
    """Choose the figures of a section.

    Parameters
    ----------
    melody_density : notes a beat that the melody has already.
    lift : −1..1, the section's own energy.
    avoid : names of the figures of the section before.
    near : names of figures to vary: all but one should stay.
    worn : figures that the theme has been heard with, and should not be again.
    """
    energy = float(np.clip(energy_of(brief) + 0.15 * lift, 0, 1))
    wanted = max(0.3, brief.density * beat_fill(brief.meter) * (1 + 0.12 * lift) - melody_density)
    choices = []
    for part in (Part.HARMONY, Part.TEXTURE, Part.RHYTHM):
        player = players.players.get(part)
        fitting = [f for f in figures(part) if brief.meter in f.meters]
        fitting = [f for f in fitting if f.name != "fifths" or (player is not None and not player.monophonic)]
        if player is None:
            fitting = [f for f in fitting if f.name == "silent"] or fitting[:1]
        voices = 1 if player is None or player.monophonic else INNER_VOICES
        misfit = {f: 5 * (f.energy - energy) ** 2 + 2 * (f.tension - brief.tension) ** 2 for f in fitting}
        choices.append([(f, f.density(brief.meter, voices), misfit[f]) for f in fitting])
    best: tuple[float, int] = (np.inf, 0)
    combined = list(product(*choices))
    noise = rng.gumbel(0, 0.3, len(combined))
    for index, parts in enumerate(combined):
        density = sum(p[1] for p in parts)
        cost = 3 * ((density - wanted) / (0.4 + 0.2 * wanted)) ** 2 + sum(p[2] for p in parts) - noise[index]
        busy = [p[1] > 0 for p in parts[:2]]
        cost += 0 if any(busy) else 60
        cost += _crowding(players, busy)
        names = (parts[0][0].name, parts[1][0].name, parts[2][0].name)
        cost += 0.8 * _shared(names, avoid)
        cost += 4 * (names in worn)
        if near is not None:
            cost += 4 * abs(_shared(names, near) - 2)
        best = min(best, (round(float(cost), 6), index))
    chosen = combined[best[1]]
    kit = None
    if Part.KIT in players.players:
        kit = min(kits(), key=lambda k: abs(k.energy - energy))
    return Texture(chosen[0][0], chosen[1][0], chosen[2][0], kit)


def _crowding(players: Ensemble, busy: list[bool]) -> float:
    """Two hands cannot keep two inner figures apart; in an ensemble nobody likes to sit idle."""
    if players.solo:
        return 3.0 if all(busy) else 0.0
    return 0.0 if all(busy) else 1.2


def _shared(names: Names, others: Names | None) -> int:
    """How many of the three figures are the same; silence on both sides is no likeness."""
    return sum(a == b != "silent" for a, b in zip(names, others or (), strict=False))
