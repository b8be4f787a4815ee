"""Who plays: the table `ensembles.toml` as values, for the composer and the mixing desk alike.

A new ensemble is one table entry there: for each part the instrument (General MIDI program, 0-based), its written
range, whether it plays one note at a time, how long its notes sound, its place on the desk, and how it is printed.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from mien.errors import BadInput
from mien.values import Part

KIT_CHANNEL = 9
"""The kit's MIDI channel: channel 10 in the counting of musicians (General MIDI)."""
VOLUME, PAN, EXPRESSION, REVERB = 7, 10, 11, 91
"""The MIDI controllers that tell a player's place on the desk."""
WIND_PROGRAMS = range(56, 80)
"""Brass, reeds and pipes of General MIDI, 0-based."""
BOWED_PROGRAMS = range(40, 44)
"""Violin, viola, violoncello and contrabass of General MIDI, 0-based."""


@dataclass(frozen=True, slots=True)
class Player:
    """One instrument of an ensemble.

    `program` is General MIDI, 0-based (None: the drum kit). `low_midi`..`high_midi` is its written range. `rings_s` is
    the time after which a held note has all but died away (20 dB in the shipped font, in the middle of the range; None:
    the note sounds as long as it is held). `gain_db` and `pan` (−1 left .. 1 right) are its place on the desk.
    `avoids` names accompaniment figures that do not suit the instrument; `only`, if it names any, those it plays.
    Within an ensemble a pianist has two `hands`: chords over octaves in the bass.
    For the score: `short` is the name before the later systems ("": none), `clef` the one that the instrument keeps
    (None: the one with the fewest ledger lines), `staves` how many it may be written on, and `transposes` says that its
    players read other notes than sound.
    """

    part: Part
    instrument: str
    program: int | None
    low_midi: int
    high_midi: int
    monophonic: bool
    gain_db: float
    pan: float
    rings_s: float | None = None
    avoids: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    hands: int = 1
    short: str = ""
    clef: str | None = None
    staves: int = 1
    transposes: bool = False

    @property
    def breathes(self) -> bool:
        """Whether it is blown, so that its player has to breathe."""
        return self.program in WIND_PROGRAMS

    @property
    def sings(self) -> bool:
        """Whether it is bowed or blown, one note at a time: its inner parts are lines rather than figures."""
        return self.monophonic and (self.program in WIND_PROGRAMS or self.program in BOWED_PROGRAMS)


@dataclass(frozen=True, slots=True)
class Pace:
    """How an ensemble takes its time at any tempo; the default is the pace of songs.

    `notes` is the share of the notes of a brief that it plays. A chord lasts `chord_bars` bars. The melody closes a
    phrase `breath_bars` bars early and is silent until its end. `closes` replaces cadences by others. A `drone` holds
    the tonic under phrases with a plagal cadence.
    """

    notes: float = 1.0
    chord_bars: int = 1
    breath_bars: int = 0
    closes: Mapping[str, str] = field(default_factory=dict)
    drone: bool = False


@dataclass(frozen=True, slots=True)
class Ensemble:
    """A named group of players, at most one per part; a `solo` ensemble is one instrument that plays several parts."""

    name: str
    title: str
    players: Mapping[Part, Player]
    solo: bool
    pedal: bool
    reverb: float
    """Share of reverb in the mix, 0..1."""
    lift: int
    """Semitones by which the melody lies above the register of a brief, so that its instrument sings and leaves room
    for the players beneath it."""
    pace: Pace = Pace()

    @property
    def by_hand(self) -> bool:
        """Whether two hands play everything: a piano alone, not a machine like a music box."""
        return self.solo and self.pedal

    def label(self, part: Part) -> str:
        """Name of a player's track, stem or staff: the instrument, with its part if one instrument has several."""
        instrument = self.players[part].instrument
        return f"{instrument} ({part.name.lower()})" if self.solo else instrument


@cache
def ensembles() -> Mapping[str, Ensemble]:
    """Every ensemble by its short lower-case name, in the order of the table."""
    table = tomllib.loads(files("mien").joinpath("ensembles.toml").read_text(encoding="utf-8"))
    found: dict[str, Ensemble] = {}
    for name, row in table.items():
        players = {}
        for part in Part:
            if entry := row.get(part.name.lower()):
                players[part] = Player(
                    part=part,
                    instrument=entry["instrument"],
                    program=entry.get("program"),
                    low_midi=entry["range"][0],
                    high_midi=entry["range"][1],
                    monophonic=entry.get("monophonic", False),
                    gain_db=float(entry.get("gain_db", 0.0)),
                    pan=float(entry.get("pan", 0.0)),
                    rings_s=entry.get("rings_s"),
                    avoids=tuple(entry.get("avoids", ())),
                    only=tuple(entry.get("only", ())),
                    hands=entry.get("hands", 1),
                    short=entry.get("short", ""),
                    clef=entry.get("clef"),
                    staves=entry.get("staves", 1),
                    transposes=entry.get("transposes", False),
                )
        found[name] = Ensemble(
            name=name,
            title=row["title"],
            players=players,
            solo=row.get("solo", False),
            pedal=row.get("pedal", False),
            reverb=float(row.get("reverb", 0.2)),
            lift=row.get("lift", 0),
            pace=Pace(**row.get("pace", {})),
        )
    return found


def ensemble(name: str) -> Ensemble:
    """Look an ensemble up.

    Raises
    ------
    BadInput
        If there is none of that name; the message lists those there are.
    """
    try:
        return ensembles()[name]
    except KeyError:
        raise BadInput(f"unknown ensemble '{name}': choose one of {', '.join(ensembles())}") from None


@cache
def plays_one_note(program: int) -> bool:
    """Whether the instrument of a General MIDI program plays one note at a time, as the table says; others have keys,
    strings or bars from left to right."""
    players = (player for band in ensembles().values() for player in band.players.values())
    return any(player.monophonic for player in players if player.program == program)
