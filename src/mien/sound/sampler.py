"""One note of a sound font becomes samples (Font, preset, pitch, velocity, length → mono voices).

A voice is a zone's sample at the note's pitch, shaped by the zone's volume envelope, velocity, low-pass filter (which
its modulation envelope may open) and tremolo. Pan is handed on to the mixing desk. Vibrato, pitch envelopes and the
font's own modulators, chorus and reverb are left out. Times are seconds or output frames, attenuations decibels,
intervals cents.

References: SoundFont Technical Specification 2.04 §8.1.2 (generators), §8.4.1 (velocity); de Boor 1978, cubic Hermite
interpolation; Allen & Rabiner 1977, "A unified approach to short-time Fourier analysis and synthesis" (the moving
filter: overlapping windowed blocks, each through a response of its own).
"""

import math
import threading
from collections import OrderedDict
from dataclasses import dataclass
from io import BytesIO

import numpy as np
import soundfile
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from mien.errors import BadInput
from mien.sound.envelopes import LOWEST_HZ, filter_envelope, tremolo, volume_envelope
from mien.sound.filters import Samples, fft_frames, filtered, low_pass, low_pass_ring_s
from mien.sound.soundfont import ROM, VORBIS, Font
from mien.sound.zones import DEFAULTS, Gen, Zone, read_zones

KIT_PRESET = (128, 0)
"""Bank and program of the drum kit."""
CHOKE_S = 0.02
"""Fade of a cymbal that is damped by the next stroke of its class (closed and open hi-hat)."""
LONGEST_RING_S = 8.0
"""How long a struck voice (kit) may ring."""

_LONGEST_TONE_S = 60.0
"""A sample that does not loop is not played for longer, however low it is tuned."""
_FASTEST = 2.0**16
"""Frames of a sample a frame of sound, at most: a font may ask for any number."""
_LONGEST_FILTER_S = 4.0
"""A filter may ring for longer; what is left of it then is lost."""

_KEPT_FRAMES = 4_000_000
"""How much decoded and, usually, how much tuned sound is kept for the notes to come (16 MB each)."""

_FILTER_HOP = 256
"""Frames in which a moving filter moves; it acts on blocks of twice the length, faded into each other."""
_FILTER_FFT = 2048
_LOWEST_CUTOFF_CENTS, _SETTLED_CENTS = 1500, 5

_TONE_GENS = (
    Gen.SAMPLE_MODE, Gen.LOOP_START, Gen.LOOP_START_COARSE, Gen.LOOP_END, Gen.LOOP_END_COARSE, Gen.FILTER_CENTS,
    Gen.RESONANCE_CB, Gen.ENVELOPE_TO_FILTER, Gen.MOD_DELAY, Gen.MOD_ATTACK, Gen.MOD_HOLD, Gen.MOD_DECAY,
    Gen.MOD_SUSTAIN,
)  # fmt: skip
"""What shapes a tone; zones that differ elsewhere only (velocity layers) share it."""


@dataclass(frozen=True, slots=True, eq=False)
class Voice:
    """What one zone sounds for one note: mono float32 samples, pan −1..1, and the class it chokes (0: none)."""

    samples: Samples
    pan: float
    chokes: int


class _Kept:
    """Sounds by key; what was wanted least lately goes first, once all together are longer than so many frames."""

    def __init__(self, most_frames: int) -> None:
        self._most_frames = most_frames
        self._sounds: OrderedDict[tuple[int, ...], Samples] = OrderedDict()
        self._frames = 0
        self._lock = threading.Lock()

    def find(self, key: tuple[int, ...]) -> Samples | None:
        with self._lock:
            if key in self._sounds:
                self._sounds.move_to_end(key)
            return self._sounds.get(key)

    def keep(self, key: tuple[int, ...], samples: Samples) -> Samples:
        with self._lock:
            before = self._sounds.pop(key, samples[:0])
            self._sounds[key] = samples
            self._frames += len(samples) - len(before)
            while len(self._sounds) > 1 and self._frames > self._most_frames:
                self._frames -= len(self._sounds.popitem(last=False)[1])
        return samples


class Sampler:
    """Plays the presets of a font, one note at a time; keeps some of what it decoded and tuned for the notes to come.

    Notes that come pitch by pitch, the longest first, are decoded and tuned once. Several threads may play.

    Parameters
    ----------
    kept_frames : how much tuned sound is kept.
    """

    def __init__(self, font: Font, rate_hz: int, kept_frames: int = _KEPT_FRAMES) -> None:
        self._font = font
        self.rate_hz = rate_hz
        self._zones: dict[tuple[int, int], tuple[Zone, ...]] = {}
        self._decoded = _Kept(_KEPT_FRAMES)
        self._tones = _Kept(kept_frames)

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
            samples *= tremolo(zone, len(samples), self.rate_hz)
        return Voice(samples, min(max(zone[Gen.PAN] / 500, -1.0), 1.0), zone[Gen.EXCLUSIVE_CLASS])

    def _tone(self, zone: Zone, pitch_midi: int, frames: int) -> Samples:
        """Return the zone's sample at the note's pitch, filtered, as long as asked for if it loops.

        Nothing here depends on velocity or length, so notes of a pitch share one tone.
        """
        head = self._font.tables["shdr"][zone.sample]
        root = zone[Gen.ROOT_KEY] if zone[Gen.ROOT_KEY] >= 0 else int(head["pitch"])
        tune = zone[Gen.COARSE_TUNE] * 100 + zone[Gen.FINE_TUNE] + int(head["correction"])
        cents = (pitch_midi - root) * zone[Gen.SCALE_TUNING] + tune
        key = (zone.sample, cents, *(zone[gen] for gen in _TONE_GENS))
        loops = zone[Gen.SAMPLE_MODE] in (1, 3)
        kept = self._tones.find(key)
        if kept is not None and (len(kept) >= frames or not loops):
            return kept
        source = self._decode(zone.sample)
        if not len(source):
            return source
        step = min(int(head["rate_hz"]) / self.rate_hz * 2 ** (cents / 1200), _FASTEST)
        loop = None
        if loops:
            base = 0 if int(head["kind"]) & VORBIS else int(head["start"])
            start = int(head["loop_start"]) - base + zone[Gen.LOOP_START] + 32768 * zone[Gen.LOOP_START_COARSE]
            end = int(head["loop_end"]) - base + zone[Gen.LOOP_END] + 32768 * zone[Gen.LOOP_END_COARSE]
            start, end = max(0, start), min(end, len(source))
            loop = (start, end) if end - start > 1 else None
        tone = resample(source, step, frames if loops else round(_LONGEST_TONE_S * self.rate_hz), loop)
        self._filter(zone, tone)
        return self._tones.keep(key, tone)

    def _decode(self, row: int) -> Samples:
        kept = self._decoded.find((row,))
        if kept is not None:
            return kept
        head = self._font.tables["shdr"][row]
        start, end = int(head["start"]), int(head["end"])
        if start == end or int(head["kind"]) & ROM:
            return np.zeros(0, np.float32)
        if int(head["kind"]) & VORBIS:
            try:
                found, _ = soundfile.read(BytesIO(self._font.samples[start:end]), dtype="float32", always_2d=True)
            except soundfile.LibsndfileError:
                name = head["name"].decode("ascii", "replace")
                raise BadInput(f"the sound font's sample '{name}' cannot be decoded; give another font") from None
            return self._decoded.keep((row,), np.ascontiguousarray(found[:, 0]))
        words = np.frombuffer(self._font.samples[2 * start : 2 * end], "<i2")
        return self._decoded.keep((row,), words.astype(np.float32) / np.float32(32768))

    def _filter(self, zone: Zone, tone: Samples) -> None:
        """Low-pass a tone at the zone's cutoff, in place; an envelope that moves it is followed until it settles."""
        times_s = (np.arange(len(tone) // _FILTER_HOP + 1) + 0.5) * _FILTER_HOP / self.rate_hz
        cents = zone[Gen.FILTER_CENTS] + zone[Gen.ENVELOPE_TO_FILTER] * filter_envelope(zone, times_s)
        cents = np.maximum(cents, _LOWEST_CUTOFF_CENTS)
        if cents.min() >= DEFAULTS[Gen.FILTER_CENTS]:
            return
        cutoff_hz, resonance_db = LOWEST_HZ * 2 ** (cents / 1200), zone[Gen.RESONANCE_CB] / 10
        unsettled = np.flatnonzero(np.abs(cents - cents[-1]) > _SETTLED_CENTS)
        moving = self._follow(tone, cutoff_hz[: unsettled[-1] + 2], resonance_db) if len(unsettled) else None
        ring_s = min(low_pass_ring_s(cutoff_hz[-1], resonance_db), _LONGEST_FILTER_S)
        ring = math.ceil(ring_s * self.rate_hz)
        size = fft_frames(max(16 * 1024, 4 * ring))
        hz = np.fft.rfftfreq(size, 1 / self.rate_hz)
        response = low_pass(hz, cutoff_hz[-1], resonance_db, self.rate_hz).astype(np.complex64)
        for frames, steady in filtered(tone, lambda spectra: spectra * response, size, ring):
            tone[frames] = steady
        if moving is not None:
            tone[: len(moving)] += moving[: len(tone)]

    def _follow(self, tone: Samples, cutoff_hz: NDArray[np.float64], resonance_db: float) -> Samples:
        """Take the beginning of a tone out of it, through a filter whose cutoff moves once a hop; (frames,)."""
        hop, blocks = _FILTER_HOP, len(cutoff_hz)
        head = np.zeros((blocks + 1) * hop, np.float32)
        begun = tone[: blocks * hop]
        head[hop : hop + len(begun)] = begun
        window = (0.5 - 0.5 * np.cos(np.pi * np.arange(2 * hop) / hop)).astype(np.float32)
        spectra = np.fft.rfft(sliding_window_view(head, 2 * hop)[::hop] * window, _FILTER_FFT)
        hz = np.fft.rfftfreq(_FILTER_FFT, 1 / self.rate_hz)
        spectra *= low_pass(hz, cutoff_hz[:, None], resonance_db, self.rate_hz)
        sounding = np.fft.irfft(spectra, _FILTER_FFT)
        begun[: (blocks - 1) * hop] = 0
        passing = begun[(blocks - 1) * hop :]
        passing *= 1 - window[hop : hop + len(passing)]
        moved = np.zeros((blocks + _FILTER_FFT // hop) * hop, np.float32)
        for block, heard in enumerate(sounding):
            moved[block * hop : block * hop + _FILTER_FFT] += heard
        return moved[hop:]


def damped(samples: Samples, held: int, rate_hz: int) -> Samples:
    """What is left of a sound that is damped after so many frames."""
    if held >= len(samples):
        return samples
    left = samples[: held + round(CHOKE_S * rate_hz)].copy()
    left[held:] *= np.linspace(1, 0, len(left) - held, dtype=np.float32)
    return left


def resample(source: Samples, step: float, frames: int, loop: tuple[int, int] | None = None) -> Samples:
    """Read `source` every `step` samples by cubic Hermite interpolation; at most `frames`, fewer where it ends: where
    it has no `loop` (start, end) to go round in."""
    start, end = loop or (0, 0)
    if loop:
        source = np.concatenate([source[:end], source[start:end], np.resize(source[start:end], 3)])
    padded = np.concatenate([source[:1], source, np.zeros(3, np.float32)])
    count = frames if loop else min(frames, int((len(source) - 1) / step) + 1)
    position = np.arange(count) * step
    index = position.astype(np.int64)
    t = (position - index).astype(np.float32)
    if loop:
        beyond_end = index >= end
        index[beyond_end] = end + (index[beyond_end] - end) % (end - start)
    before, here, after, beyond = (padded[index + k] for k in range(4))
    slope, next_slope = (after - before) / 2, (beyond - here) / 2
    bend = here - after
    cubic = here + t * (slope + t * (-3 * bend - 2 * slope - next_slope + t * (2 * bend + slope + next_slope)))
    return np.asarray(cubic, dtype=np.float32)
