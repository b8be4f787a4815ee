"""How a note swells, dims and sways: the envelopes and the tremolo of a zone, over time (Zone → gains).

Times are seconds or output frames, levels decibels.

Reference: SoundFont Technical Specification 2.04 §8.1.2 (generators), §9.1.7 (envelopes).
"""

import math

import numpy as np
from numpy.typing import NDArray

from mien.sound.filters import Samples
from mien.sound.zones import Gen, Zone

SILENCE_DB = 90.0
"""A voice that is this far down has ended."""

SHORTEST_RELEASE_S = 0.08
"""Fade over the 100 dB of a release; shorter ones click."""

LOWEST_HZ = 8.176
"""Frequency of 0 absolute cents: MIDI note 0."""


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


def tremolo(zone: Zone, frames: int, rate_hz: int) -> Samples:
    """Triangle of ± the zone's tremolo, as a gain."""
    time_s = np.arange(frames, dtype=np.float32) / np.float32(rate_hz) - np.float32(zone.seconds(Gen.TREMOLO_DELAY))
    phase = np.float32(4 * LOWEST_HZ * 2 ** (zone[Gen.TREMOLO_RATE] / 1200)) * np.maximum(time_s, 0)
    triangle = 1 - np.abs((phase + 1) % 4 - 2)
    return np.asarray(np.exp(triangle * np.float32(zone[Gen.TREMOLO_CB] * math.log(10) / 200)))
