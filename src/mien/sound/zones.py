"""A preset of a sound font becomes its zones (Font, row → Zones).

A zone is a sample with the generators that shape it, for a range of keys and velocities; instrument and preset level
are added up. Times are kept in timecents, pitches in cents, levels in centibels, as in the file.

Reference: SoundFont Technical Specification 2.04 §8.1.2 (generators), §8.1.3 (defaults), §9.4 (levels).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from mien.sound.soundfont import INSTRUMENT, KEY_RANGE, SAMPLE, VELOCITY_RANGE, Font


class Gen(IntEnum):
    """The generators that are played, by their number in the specification."""

    LOOP_START = 2
    LOOP_END = 3
    FILTER_CENTS = 8
    RESONANCE_CB = 9
    ENVELOPE_TO_FILTER = 11
    TREMOLO_CB = 13
    PAN = 17
    TREMOLO_DELAY = 21
    TREMOLO_RATE = 22
    MOD_DELAY = 25
    MOD_ATTACK = 26
    MOD_HOLD = 27
    MOD_DECAY = 28
    MOD_SUSTAIN = 29
    DELAY = 33
    ATTACK = 34
    HOLD = 35
    DECAY = 36
    SUSTAIN_CB = 37
    RELEASE = 38
    KEY_TO_HOLD = 39
    KEY_TO_DECAY = 40
    LOOP_START_COARSE = 45
    ATTENUATION_CB = 48
    LOOP_END_COARSE = 50
    COARSE_TUNE = 51
    FINE_TUNE = 52
    SAMPLE_MODE = 54
    SCALE_TUNING = 56
    EXCLUSIVE_CLASS = 57
    ROOT_KEY = 58


DEFAULTS: Mapping[int, int] = {
    **dict.fromkeys((Gen.TREMOLO_DELAY, Gen.MOD_DELAY, Gen.MOD_ATTACK, Gen.MOD_HOLD, Gen.MOD_DECAY), -12000),
    **dict.fromkeys((Gen.DELAY, Gen.ATTACK, Gen.HOLD, Gen.DECAY, Gen.RELEASE), -12000),
    Gen.FILTER_CENTS: 13500,
    Gen.SCALE_TUNING: 100,
    Gen.ROOT_KEY: -1,
}
"""What a generator is worth where no zone sets it; the others 0 (§8.1.3)."""

NO_LEAST = -32768
RANGES: Mapping[int, tuple[int, int]] = {
    **dict.fromkeys((Gen.TREMOLO_DELAY, Gen.MOD_DELAY, Gen.MOD_HOLD, Gen.DELAY, Gen.HOLD), (NO_LEAST, 5000)),
    **dict.fromkeys((Gen.MOD_ATTACK, Gen.MOD_DECAY, Gen.ATTACK, Gen.DECAY, Gen.RELEASE), (NO_LEAST, 8000)),
    **dict.fromkeys((Gen.KEY_TO_HOLD, Gen.KEY_TO_DECAY, Gen.SCALE_TUNING), (-1200, 1200)),
    Gen.FILTER_CENTS: (NO_LEAST, 13500),
    Gen.RESONANCE_CB: (-960, 960),
    Gen.ENVELOPE_TO_FILTER: (-12000, 12000),
    Gen.TREMOLO_CB: (-960, 960),
    Gen.TREMOLO_RATE: (-16000, 4500),
    Gen.SUSTAIN_CB: (NO_LEAST, 1440),
    Gen.ATTENUATION_CB: (-1440, 1440),
    Gen.COARSE_TUNE: (-120, 120),
    Gen.FINE_TUNE: (-99, 99),
}
"""What a generator is worth at most, and at least (§8.1.3). Levels and times below the least of the specification are
in fonts that people play, ours among them; they do no harm."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A sample with its generators (preset and instrument level added up), for a range of keys and velocities."""

    keys: tuple[int, int]
    velocities: tuple[int, int]
    sample: int
    gens: Mapping[int, int]

    def __getitem__(self, gen: Gen) -> int:
        amount = self.gens.get(gen, DEFAULTS.get(gen, 0))
        least, most = RANGES.get(gen, (amount, amount))
        return min(max(amount, least), most)

    def seconds(self, gen: Gen) -> float:
        """A time that the file keeps in timecents."""
        return float(2.0 ** (self[gen] / 1200))

    def takes(self, pitch_midi: int, velocity: int) -> bool:
        """Whether the zone sounds for a stroke."""
        return self.keys[0] <= pitch_midi <= self.keys[1] and self.velocities[0] <= velocity <= self.velocities[1]


def read_zones(font: Font, row: int) -> tuple[Zone, ...]:
    """Resolve a preset: instrument generators replace defaults, preset generators add to them (§9.4)."""
    found = []
    for outer in _generators(font, "p", row, INSTRUMENT):
        for inner in _generators(font, "i", outer[INSTRUMENT] & 0xFFFF, SAMPLE):
            ranges = []
            for gen in (KEY_RANGE, VELOCITY_RANGE):
                low, high = zip(*(_span(zone.get(gen)) for zone in (outer, inner)), strict=True)
                ranges.append((max(low), min(high)))
            gens = dict(inner)
            for gen, amount in outer.items():
                if gen not in (INSTRUMENT, KEY_RANGE, VELOCITY_RANGE):
                    gens[gen] = gens.get(gen, DEFAULTS.get(gen, 0)) + amount
            found.append(Zone(ranges[0], ranges[1], inner[SAMPLE] & 0xFFFF, gens))
    return tuple(found)


def _generators(font: Font, level: str, row: int, target: int) -> list[dict[int, int]]:
    """Each zone of a preset or instrument that leads on, with the generators of its global zone beneath its own."""
    rows = font.tables[f"{level}gen"]
    zones = [{int(gen["kind"]): int(gen["amount"]) for gen in rows[zone]} for zone in font.zones(level, row)]
    common = zones[0] if zones and target not in zones[0] else {}
    return [{**common, **zone} for zone in zones if target in zone]


def _span(amount: int | None) -> tuple[int, int]:
    """Lowest and highest of a range generator (low byte, high byte)."""
    return (0, 127) if amount is None else (amount & 0xFF, (amount >> 8) & 0xFF)
