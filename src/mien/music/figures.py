"""The table `figures.toml` → accompaniment figures, and the choice of those that suit a brief.

A figure is a bar of tokens on a grid; the table explains the tokens. Densities are notes per beat.

References: Schoenberg 1967, *Fundamentals of Musical Composition*, ch. 9; Hung et al. 2021 (EMOPIA: note density is the
mark of arousal).
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.ensembles import Ensemble, Player
from mien.music.form import HEIGHT_ENERGY
from mien.music.rhythm import Meter, beat_fill, beats_in_bar
from mien.values import Brief, Part
from mien.vocabulary import METERS, meter_name

INNER_VOICES = 3

ACCOMPANIMENT = (Part.HARMONY, Part.TEXTURE, Part.RHYTHM)

FILL, LIVEN = 0.6, 0.4
"""What a section of full energy adds to the notes per beat, as a share of the brief's, and to the energy of its
figures."""

THIN_LIFT = -0.3
"""Energy of a section from which on down one player of an ensemble had better rest."""

IDLE, IDLE_IF_THIN, IDLE_AT_HEIGHT = 1.2, -3.0, 8.0
"""The cost of letting a player of an ensemble rest through a section, through a thin one, and through the height of a
piece."""
IDLE_AGAIN = 15.0
"""What it costs besides if that player rested through the section before."""

BUSY_BASS = 0.6
"""Notes per beat from which a bass needs a hand of its own."""

STRIDING_ENERGY = 0.35
"""Energy of a brief below which a bass of single notes, a cello for instance, does not leap between root and fifth."""

UNSUNG = 1.2
"""The cost of a figure of chord tones for a player who sings, in music too lively for a cello that strides."""

LINE = "l"
"""The token of a figure for a tone of a line."""

Names = tuple[str, str, str]
"""Names of the figures of harmony, texture and rhythm."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A pattern of tokens, `grid` of them to a beat, and a second pattern that answers it in every other bar of a
    phrase; `energy` and `tension` 0..1 say which briefs it suits, `hands` how many play it;
    one that is `reserved` is for players that name it, one that `sings` for players who do, and its rhythm may `follow`
    the tune or its gaps (`mien.music.inner_line`)."""

    name: str
    grid: int
    steps: tuple[str, ...]
    answer: tuple[str, ...]
    energy: float
    tension: float
    meters: tuple[Meter, ...]
    hands: int = 1
    reserved: bool = False
    follows: str = ""

    @property
    def sings(self) -> bool:
        """Whether it is a line whose tones are found by search."""
        return LINE in self.steps

    def bar(self, meter: Meter, number: int = 0) -> tuple[str, ...]:
        """The tokens of one bar of a phrase: the pattern, repeated or cut."""
        size, steps = beats_in_bar(meter) * self.grid, self.answer if number % 2 else self.steps
        return (steps * (size // len(steps) + 1))[:size]

    @property
    def holds(self) -> bool:
        """Whether it only holds what it has struck, to the end of the chord."""
        return len(self.steps) > 1 and all(step == "-" for step in (*self.steps[1:], *self.answer[1:]))

    def density(self, meter: Meter, voices: int) -> float:
        """Notes per beat when `a` is a chord of `voices`."""
        sizes = {"a": voices, "b": 1, "B": 1 + voices, "d": 2, ".": 0, "-": 0}
        return sum(sizes.get(t, len(t) if t.isdigit() else 1) for t in self.bar(meter)) / beats_in_bar(meter)


@dataclass(frozen=True, slots=True)
class Kit:
    """A drum pattern: one (General MIDI key, tokens) per row; `compound` is the same idea in dotted beats of three
    tokens."""

    name: str
    grid: int
    energy: float
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    compound: tuple[tuple[int, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Texture:
    """What the accompanying parts play for a section."""

    harmony: Figure
    texture: Figure
    rhythm: Figure

    def of(self, part: Part) -> Figure:
        """The figure of an accompanying part."""
        return {Part.HARMONY: self.harmony, Part.TEXTURE: self.texture, Part.RHYTHM: self.rhythm}[part]

    @property
    def names(self) -> Names:
        """Names of the three figures."""
        return self.harmony.name, self.texture.name, self.rhythm.name


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(files("mien.music").joinpath("figures.toml").read_text(encoding="utf-8"))


@cache
def figures(part: Part) -> tuple[Figure, ...]:
    """The figures of one part, in the order of the table."""
    found = []
    for name, row in _table()[part.name.lower()].items():
        meters = row.get("meters", list(map(meter_name, METERS)))
        found.append(
            Figure(
                name,
                row["grid"],
                tuple(row["steps"].split()),
                tuple(row.get("answer", row["steps"]).split()),
                float(row["energy"]),
                float(row["tension"]),
                tuple(meter for meter in METERS if meter_name(meter) in meters),
                row.get("hands", 1),
                row.get("reserved", False),
                row.get("follows", ""),
            )
        )
    return tuple(found)


@cache
def kits() -> tuple[Kit, ...]:
    """The drum patterns, in the order of the table."""
    return tuple(
        Kit(name, row["grid"], float(row["energy"]), _drums(row["rows"]), _drums(row["compound"]))
        for name, row in _table()["kit"].items()
    )


def _drums(rows: Mapping[str, str]) -> tuple[tuple[int, tuple[str, ...]], ...]:
    return tuple((int(key), tuple(steps.split())) for key, steps in rows.items())


def energy_of(brief: Brief) -> float:
    """How lively a brief is, 0..1: density and loudness count half each."""
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
    melody_density : notes per beat that the melody already has.
    lift : −1..1, the section's own energy.
    avoid : names of the figures of the previous section.
    near : names of figures to vary: all but one should stay.
    worn : figures that the theme has already been heard with, to be avoided.
    """
    energy = float(np.clip(energy_of(brief) + LIVEN * lift, 0, 1))
    wanted = brief.density * players.pace.notes * beat_fill(brief.meter) * (1 + FILL * lift)
    wanted = max(0.3, wanted - melody_density)
    choices = [_fitting(part, brief, players) for part in ACCOMPANIMENT]
    densities = _over_all(
        [[_density(f, part, brief.meter, players) for f in choices[i]] for i, part in enumerate(ACCOMPANIMENT)]
    )
    misfits = _over_all(
        [[5 * (f.energy - energy) ** 2 + 5 * (f.tension - brief.tension) ** 2 for f in c] for c in choices]
    )
    cost = 3 * ((densities - wanted) / (0.4 + 0.2 * wanted)) ** 2 + misfits - rng.gumbel(0, 0.3, densities.shape)
    cost += UNSUNG * _over_all(
        [[_is_unsung(f, part, brief, players) for f in c] for part, c in zip(ACCOMPANIMENT, choices, strict=True)]
    )
    cost += _crowding(players, choices, brief.meter, lift, avoid) + 0.8 * _shared(choices, avoid)
    for names in worn:
        cost += 4 * (_over_all([[f.name == name for f in c] for c, name in zip(choices, names, strict=True)]) == 3)
    if near is not None:
        cost += 4 * np.abs(_shared(choices, near) - 2)
    place = np.unravel_index(int(np.argmin(np.round(cost, 6))), cost.shape)
    harmony, texture, rhythm = (row[int(index)] for row, index in zip(choices, place, strict=True))
    return Texture(harmony, texture, rhythm)


def _fitting(part: Part, brief: Brief, players: Ensemble) -> list[Figure]:
    """The figures of a part that its player can play in a metre and that suit the instrument; a part without a player
    is silent. In slow moods a bass of single notes does not leap to and fro like an oom-pah."""
    player = players.players.get(part)
    fitting = [f for f in figures(part) if brief.meter in f.meters]
    if player is None:
        return [f for f in fitting if f.name == "silent"] or fitting[:1]
    is_lyrical = part is Part.RHYTHM and player.monophonic and energy_of(brief) < STRIDING_ENERGY
    return [
        f
        for f in fitting
        if f.hands <= player.hands
        and f.name not in player.avoids
        and (f.name in player.only if player.only else not f.reserved)
        and (not f.sings or f.name in player.only or _could_sing(player, brief))
        and not (player.monophonic and "d" in f.steps)
        and not (is_lyrical and {"f", "o"} & set(f.steps))
    ]


def _is_unsung(figure: Figure, part: Part, brief: Brief, players: Ensemble) -> bool:
    """Whether an inner player who could sing a line would play a figure of chord tones instead."""
    player = players.players.get(part)
    could = part is not Part.RHYTHM and player is not None and _could_sing(player, brief)
    return could and not figure.sings and figure.name != "silent"


def _could_sing(player: Player, brief: Brief) -> bool:
    """Whether a player who does not hold the tune could sing a line: one who sings, in music that is lively enough."""
    return player.sings and energy_of(brief) >= STRIDING_ENERGY


def _voices(part: Part, players: Ensemble) -> int:
    """The number of notes in a chord of a part."""
    player = players.players.get(part)
    return 1 if player is None or player.monophonic else INNER_VOICES


def _density(figure: Figure, part: Part, meter: Meter, players: Ensemble) -> float:
    """Notes per beat of a figure as these players play it: what only holds is struck once a chord."""
    return figure.density(meter, _voices(part, players)) / (players.pace.chord_bars if figure.holds else 1)


def _over_all(rows: Sequence[Sequence[float]]) -> NDArray[np.float64]:
    """For every combination, the sum of one number from each row: (harmony figures, texture figures, rhythm
    figures)."""
    first, second, third = (np.array(row, dtype=np.float64) for row in rows)
    return np.asarray(first[:, None, None] + second[None, :, None] + third[None, None, :])


def _crowding(
    players: Ensemble, choices: list[list[Figure]], meter: Meter, lift: float, before: Names | None
) -> NDArray[np.float64]:
    """Two hands cannot keep two inner figures apart, nor can the left hand play both a figure and a moving bass. In an
    ensemble nobody likes to sit idle, least of all at the height of a piece or for two sections running; in a thin
    section one of the two inner players rests. Somebody must play."""
    first, second = (np.array([f.name != "silent" for f in row])[:, None, None] for row in choices[:2])
    second = second.reshape(1, -1, 1)
    both, none = first & second, ~first & ~second
    moves = np.array([f.density(meter, 1) > BUSY_BASS for f in choices[2]])
    idle = IDLE_AT_HEIGHT if lift >= HEIGHT_ENERGY else IDLE_IF_THIN if lift <= THIN_LIFT else IDLE
    rested = [name == "silent" for name in (before or ("", ""))[:2]]
    again = IDLE_AGAIN * ((~first & rested[0]) | (~second & rested[1]))
    crowded = 3.0 * both + 0.5 * (second & moves) if players.solo else idle * ~both + again
    return np.asarray(60.0 * none + crowded)


def _shared(choices: list[list[Figure]], names: Names | None) -> NDArray[np.float64]:
    """How many figures each combination shares with `names`; shared silence does not count."""
    others = names or ("", "", "")
    return _over_all([[f.name == name != "silent" for f in row] for row, name in zip(choices, others, strict=True)])
