"""One note of a sound font becomes samples (Font, preset, pitch, velocity, length → mono voices).

A voice is a zone's sample at the note's pitch, shaped by the zone's volume envelope, velocity, low-pass filter (which
its modulation envelope may open) and tremolo. Pan is handed on to the mixing desk. Vibrato, pitch envelopes and the
font's own modulators, chorus and reverb are left out. Times are seconds or output frames, attenuations decibels,
intervals cents.

References: SoundFont Technical Specification 2.04 §8.1.2 (generators), §8.4.1 (velocity), §9.1.7 (envelopes); R.
Bristow-Johnson, "Audio EQ Cookbook" (filter); de Boor 1978, cubic Hermite interpolation.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from io import BytesIO

import numpy as np
import soundfile
from numpy.typing import NDArray
from scipy.signal import lfilter

from mien.errors import BadInput
from mien.sound.soundfont import INSTRUMENT, KEY_RANGE, SAMPLE, VELOCITY_RANGE, VORBIS, Font

Samples = NDArray[np.float32]

SILENCE_DB = 90.0
"""A voice that is this far down has ended."""

SHORTEST_RELEASE_S = 0.08
"""Fade over the 100 dB of a release; shorter ones click."""

LONGEST_RING_S = 8.0
"""How long a struck voice (kit) may ring."""

_FILTER_STEP_CENTS = 40
_CONTROL_FRAMES = 64
"""Steps in which a moving filter moves, in pitch and in time."""

_LOWEST_HZ = 8.176
"""Frequency of 0 absolute cents: MIDI note 0."""


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


_DEFAULTS: Mapping[int, int] = {
    **dict.fromkeys((Gen.TREMOLO_DELAY, Gen.MOD_DELAY, Gen.MOD_ATTACK, Gen.MOD_HOLD, Gen.MOD_DECAY), -12000),
    **dict.fromkeys((Gen.DELAY, Gen.ATTACK, Gen.HOLD, Gen.DECAY, Gen.RELEASE), -12000),
    Gen.FILTER_CENTS: 13500,
    Gen.SCALE_TUNING: 100,
    Gen.ROOT_KEY: -1,
}
"""What a generator is worth where no zone sets it; the others 0 (§8.1.3)."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A sample with its generators (preset and instrument level added up), for a range of keys and velocities."""

    keys: tuple[int, int]
    velocities: tuple[int, int]
    sample: int
    gens: Mapping[int, int]

    def __getitem__(self, gen: Gen) -> int:
        return self.gens.get(gen, _DEFAULTS.get(gen, 0))

    def seconds(self, gen: Gen) -> float:
        """A time that the file keeps in timecents."""
        return float(2.0 ** (self[gen] / 1200))

    def takes(self, pitch_midi: int, velocity: int) -> bool:
        """Whether the zone sounds for a stroke."""
        return self.keys[0] <= pitch_midi <= self.keys[1] and self.velocities[0] <= velocity <= self.velocities[1]


@dataclass(frozen=True, slots=True, eq=False)
class Voice:
    """What one zone sounds for one note: mono float32 samples, pan −1..1, and the class it chokes (0: none)."""

    samples: Samples
    pan: float
    chokes: int


class Sampler:
    """Plays the presets of a font, one note at a time; keeps what it decoded and tuned for the notes to come."""

    def __init__(self, font: Font, rate_hz: int) -> None:
        self._font = font
        self.rate_hz = rate_hz
        self._zones: dict[tuple[int, int], tuple[Zone, ...]] = {}
        self._decoded: dict[int, Samples] = {}
        self._tones: dict[tuple[int, int], Samples] = {}  # by zone and tuning

    def play(self, preset: tuple[int, int], pitch_midi: int, velocity: int, length_s: float) -> list[Voice]:
        """Sound a note.

        Parameters
        ----------
        preset : (bank, program); a font without it plays the first of the program's family, or the bank's.
        length_s : from key down to key up; infinite: until the sound has died away.

        Raises
        ------
        BadInput
            If a sample of the font cannot be decoded.
        """
        if preset not in self._zones:
            self._zones[preset] = read_zones(self._font, self._nearest(preset))
        zones = [zone for zone in self._zones[preset] if zone.takes(pitch_midi, velocity)]
        return [self._voice(zone, pitch_midi, velocity, length_s) for zone in zones]

    def _nearest(self, preset: tuple[int, int]) -> int:
        rows = self._font.presets()
        bank, program = preset
        for candidate in (preset, (bank, program - program % 8), (bank, 0), (0, 0)):
            if candidate in rows:
                return rows[candidate]
        return min(rows.values())

    def _voice(self, zone: Zone, pitch_midi: int, velocity: int, length_s: float) -> Voice:
        held_s = LONGEST_RING_S if math.isinf(length_s) else length_s
        envelope = volume_envelope(zone, pitch_midi, held_s, self.rate_hz)
        tone = self._tone(zone, pitch_midi, len(envelope))
        samples = tone[: len(envelope)] * envelope[: len(tone)]
        # Fonts are voiced for the EMU8000, which plays initial attenuation at 0.4 of its name; velocity is the square
        # law of §8.4.1 (960 cB, concave).
        gain = 10 ** (-0.4 * zone[Gen.ATTENUATION_CB] / 200) * (velocity / 127) ** 2
        samples *= np.float32(gain)
        if zone[Gen.TREMOLO_CB]:
            samples *= self._tremolo(zone, len(samples))
        return Voice(samples, min(max(zone[Gen.PAN] / 500, -1.0), 1.0), zone[Gen.EXCLUSIVE_CLASS])

    def _tone(self, zone: Zone, pitch_midi: int, frames: int) -> Samples:
        """Return the zone's sample at the note's pitch, filtered, as long as asked for if it loops.

        Nothing here depends on velocity or length, so notes of a pitch share one tone.
        """
        head = self._font.tables["shdr"][zone.sample]
        root = zone[Gen.ROOT_KEY] if zone[Gen.ROOT_KEY] >= 0 else int(head["pitch"])
        tune = zone[Gen.COARSE_TUNE] * 100 + zone[Gen.FINE_TUNE] + int(head["correction"])
        cents = (pitch_midi - root) * zone[Gen.SCALE_TUNING] + tune
        kept = self._tones.get((id(zone), cents))
        source = self._decode(zone.sample)
        loops = zone[Gen.SAMPLE_MODE] in (1, 3)
        if kept is not None and (len(kept) >= frames or not loops):
            return kept
        step = int(head["rate_hz"]) / self.rate_hz * 2 ** (cents / 1200)
        if loops:
            base = 0 if int(head["kind"]) & VORBIS else int(head["start"])
            start = int(head["loop_start"]) - base + zone[Gen.LOOP_START] + 32768 * zone[Gen.LOOP_START_COARSE]
            end = int(head["loop_end"]) - base + zone[Gen.LOOP_END] + 32768 * zone[Gen.LOOP_END_COARSE]
            start, end = max(0, start), min(end, len(source))
            if end - start > 1:
                turns = max(0, math.ceil((frames * step + 4 - end) / (end - start)))
                source = np.concatenate([source[:end], np.tile(source[start:end], turns)])
        self._tones[id(zone), cents] = tone = self._filter(zone, resample(source, step, frames if loops else 2**31))
        return tone

    def _decode(self, row: int) -> Samples:
        if row not in self._decoded:
            head = self._font.tables["shdr"][row]
            start, end = int(head["start"]), int(head["end"])
            if int(head["kind"]) & VORBIS:
                try:
                    found, _ = soundfile.read(BytesIO(self._font.samples[start:end]), dtype="float32", always_2d=True)
                except soundfile.LibsndfileError:
                    name = head["name"].decode("ascii", "replace")
                    raise BadInput(f"the sound font's sample '{name}' cannot be decoded; give another font") from None
                self._decoded[row] = np.ascontiguousarray(found[:, 0])
            else:
                words = np.frombuffer(self._font.samples, "<i2")[start:end]
                self._decoded[row] = words.astype(np.float32) / np.float32(32768)
        return self._decoded[row]

    def _filter(self, zone: Zone, samples: Samples) -> Samples:
        """Low-pass at the zone's cutoff; an envelope that moves it is followed in steps."""
        reach = zone[Gen.ENVELOPE_TO_FILTER]
        times_s = np.arange(0, len(samples) if reach else 1, _CONTROL_FRAMES) / self.rate_hz
        cents = zone[Gen.FILTER_CENTS] + reach * filter_envelope(zone, times_s)
        turns = np.concatenate([[0], np.flatnonzero(np.diff(np.round(cents / _FILTER_STEP_CENTS))) + 1])
        if len(turns) == 1 and cents[0] >= _DEFAULTS[Gen.FILTER_CENTS]:
            return samples
        filtered = np.empty_like(samples)
        state = np.zeros(2, np.float32)
        frames = turns * _CONTROL_FRAMES
        for turn, start, end in zip(turns, frames, [*frames[1:], len(samples)], strict=True):
            b, a = low_pass(_LOWEST_HZ * 2 ** (cents[turn] / 1200), zone[Gen.RESONANCE_CB] / 10, self.rate_hz)
            filtered[start:end], state = lfilter(b, a, samples[start:end], zi=state)
        return filtered

    def _tremolo(self, zone: Zone, frames: int) -> Samples:
        """Triangle of ± the zone's tremolo, as a gain."""
        time_s = np.arange(frames) / self.rate_hz - zone.seconds(Gen.TREMOLO_DELAY)
        phase = _LOWEST_HZ * 2 ** (zone[Gen.TREMOLO_RATE] / 1200) * np.maximum(time_s, 0)
        triangle = 1 - np.abs((4 * phase + 1) % 4 - 2)
        return np.asarray(10 ** (triangle * zone[Gen.TREMOLO_CB] / 200), dtype=np.float32)


def read_zones(font: Font, row: int) -> tuple[Zone, ...]:
    """Resolve a preset: instrument generators replace defaults, preset generators add to them (§9.4)."""
    found = []
    for outer in _generators(font, "p", row, INSTRUMENT):
        for inner in _generators(font, "i", outer[INSTRUMENT], SAMPLE):
            ranges = []
            for gen in (KEY_RANGE, VELOCITY_RANGE):
                low, high = zip(*(_span(zone.get(gen)) for zone in (outer, inner)), strict=True)
                ranges.append((max(low), min(high)))
            gens = dict(inner)
            for gen, amount in outer.items():
                if gen not in (INSTRUMENT, KEY_RANGE, VELOCITY_RANGE):
                    gens[gen] = gens.get(gen, _DEFAULTS.get(gen, 0)) + amount
            found.append(Zone(ranges[0], ranges[1], inner[SAMPLE], gens))
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


def volume_envelope(zone: Zone, pitch_midi: int, length_s: float, rate_hz: int) -> Samples:
    """Amplitude over time: delay, linear attack, hold, decay to sustain and release at so many dB a second.

    Decay and release times are those of a fall by 100 dB (§8.1.2, 36 and 38). The array ends where the voice is silent.
    """
    scale = 2 ** ((60 - pitch_midi) / 1200)
    onset_s = zone.seconds(Gen.DELAY)
    peak_s = onset_s + zone.seconds(Gen.ATTACK)
    decay_at_s = peak_s + zone.seconds(Gen.HOLD) * scale ** zone[Gen.KEY_TO_HOLD]
    fall_db_s = 100 / (zone.seconds(Gen.DECAY) * scale ** zone[Gen.KEY_TO_DECAY])
    sustain_db = max(0.0, zone[Gen.SUSTAIN_CB] / 10)
    if sustain_db >= SILENCE_DB:
        length_s = min(length_s, decay_at_s + SILENCE_DB / fall_db_s)
    held = max(1, round(length_s * rate_hz))
    time_s = np.arange(held, dtype=np.float32) / np.float32(rate_hz)
    down_db = np.clip((time_s - np.float32(decay_at_s)) * np.float32(fall_db_s), 0, sustain_db)
    amplitude = np.exp(down_db * np.float32(-math.log(10) / 20))
    rising = min(held, math.ceil(peak_s * rate_hz))
    amplitude[:rising] = np.clip((time_s[:rising] - onset_s) / (peak_s - onset_s), 0, 1)
    release_s = max(zone.seconds(Gen.RELEASE), SHORTEST_RELEASE_S)
    left_db = SILENCE_DB + 20 * math.log10(max(float(amplitude[-1]), 1e-9))
    falling = max(0, math.ceil(left_db / 100 * release_s * rate_hz))
    steps = np.arange(1, falling + 1, dtype=np.float32)
    release = amplitude[-1] * np.exp(steps * np.float32(-math.log(10) * 5 / (release_s * rate_hz)))
    return np.concatenate([amplitude, release]).astype(np.float32)


def filter_envelope(zone: Zone, times_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Modulation envelope 0..1 at some times; its release is left out, as the voice is fading by then."""
    turns_s = np.cumsum([zone.seconds(gen) for gen in (Gen.MOD_DELAY, Gen.MOD_ATTACK, Gen.MOD_HOLD)])
    sustain = 1 - min(max(zone[Gen.MOD_SUSTAIN] / 1000, 0.0), 1.0)
    settled_s = turns_s[2] + zone.seconds(Gen.MOD_DECAY) * (1 - sustain)
    return np.interp(times_s, [*turns_s, settled_s], [0, 1, 1, sustain])


def low_pass(cutoff_hz: float, resonance_db: float, rate_hz: int) -> tuple[Samples, Samples]:
    """Second-order low-pass (numerator, denominator); no resonance is Butterworth (Audio EQ Cookbook)."""
    angle = 2 * math.pi * min(cutoff_hz, 0.45 * rate_hz) / rate_hz
    alpha = math.sin(angle) / (2 * 10 ** ((resonance_db - 3.01) / 20))
    b = np.array([1, 2, 1]) * (1 - math.cos(angle)) / 2
    a = np.array([1 + alpha, -2 * math.cos(angle), 1 - alpha])
    return (b / a[0]).astype(np.float32), (a / a[0]).astype(np.float32)


def resample(source: Samples, step: float, frames: int) -> Samples:
    """Read `source` every `step` samples by cubic Hermite interpolation; at most `frames`, fewer where it ends."""
    padded = np.concatenate([source[:1], source, np.zeros(3, np.float32)])
    count = min(frames, int((len(source) - 1) / step) + 1)
    position = np.arange(count) * step
    index = position.astype(np.int64)
    t = (position - index).astype(np.float32)
    before, here, after, beyond = (padded[index + k] for k in range(4))
    slope, next_slope = (after - before) / 2, (beyond - here) / 2
    bend = here - after
    cubic = here + t * (slope + t * (-3 * bend - 2 * slope - next_slope + t * (2 * bend + slope + next_slope)))
    return np.asarray(cubic, dtype=np.float32)
