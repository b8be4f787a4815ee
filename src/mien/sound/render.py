"""A phrase becomes sound: a stem a player, and their mix (Phrase → Rendering).

Each note is sounded by the sampler and laid on its player's stem at its place in time and in the room; the desk does
the rest. The pedal is in the note lengths already. Same phrase, font and rate, same samples.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from mien.ensembles import Player, ensemble
from mien.sound.desk import channel, finish, impulse_response, pan_gains
from mien.sound.font import load_font
from mien.sound.loudness import Planes
from mien.sound.sampler import Sampler, Voice
from mien.values import Audio, Part, Phrase

RATE_HZ = 48_000

_KIT_PRESET = (128, 0)
_CHOKE_S = 0.02
"""Fade of a cymbal that is damped by the next stroke of its class (closed and open hi-hat)."""

_LONGEST_TAIL_S = 10.0
"""Room on a stem for what rings after the last note."""

_KEYBOARD_PAN = 0.35 / 36
"""A keyboard, harp or mallet instrument spreads its pitches from left to right: pan a semitone from middle C."""


@dataclass(frozen=True, slots=True, eq=False)
class Rendering:
    """A finished mix, and by player the stems that add up to it."""

    mix: Audio
    stems: Mapping[str, Audio]


@dataclass(frozen=True, slots=True)
class Stroke:
    """A note in seconds."""

    onset_s: float
    length_s: float
    pitch_midi: int
    velocity: int


def render(phrase: Phrase, *, font: Path | None = None, rate_hz: int = RATE_HZ, brightness: float = 0.5) -> Rendering:
    """Render a phrase.

    Parameters
    ----------
    phrase : performed; its ensemble says who plays.
    font : any .sf2 or .sf3; None: the shipped one.
    brightness : 0 (dark) .. 1 (bright), the brief's; 0.5 leaves the instruments as they are.

    Returns
    -------
    Mix at −16 LUFS, true peaks below −1 dB; stems by the players' labels, those of silent players included.

    Raises
    ------
    BadInput, BadAsset
        If the font cannot be used (see `load_font`).
    """
    band = ensemble(phrase.ensemble)
    sampler = Sampler(load_font(font), rate_hz)
    impulse = impulse_response(band.reverb, rate_hz)
    frames = round((_end_s(phrase) + _LONGEST_TAIL_S) * rate_hz)
    stems: dict[str, Planes] = {}
    for part, player in sorted(band.players.items()):
        dry = np.zeros((2, frames), np.float32)
        for voice, onset_s, pan in _voices(sampler, player, strokes(phrase, part)):
            _lay(dry, voice, round(onset_s * rate_hz), pan)
        stems[band.label(part)] = channel(dry, player.gain_db, brightness, impulse, band.reverb, rate_hz)
    labels = list(stems)
    mix, finished = finish([stems.pop(label) for label in labels], rate_hz)
    finished.reverse()
    heard = {label: Audio(finished.pop().T, rate_hz) for label in labels}  # one copy at a time: memory
    return Rendering(Audio(mix.T, rate_hz), heard)


def strokes(phrase: Phrase, part: Part) -> list[Stroke]:
    """Place the notes of one part in seconds, in order."""
    notes = phrase.part(part)
    onsets = phrase.seconds_at(np.array([note.onset_ticks for note in notes], dtype=np.int64))
    ends = phrase.seconds_at(np.array([note.end_ticks for note in notes], dtype=np.int64))
    return [
        Stroke(float(onset), float(end - onset), note.pitch_midi, note.velocity)
        for onset, end, note in zip(onsets, ends, notes, strict=True)
    ]


def _end_s(phrase: Phrase) -> float:
    end_ticks = max((note.end_ticks for note in phrase.notes), default=0)
    return float(phrase.seconds_at(np.array([max(end_ticks, phrase.length_ticks)]))[0])


def _voices(sampler: Sampler, player: Player, played: list[Stroke]) -> Iterator[tuple[Voice, float, float]]:
    """Sound a player's strokes, longest first (so each tone is tuned once): voice, onset and pan."""
    if player.program is None:
        yield from _kit_voices(sampler, player, played)
        return
    for stroke in sorted(played, key=lambda stroke: -stroke.length_s):
        spread = 0.0 if player.monophonic else _KEYBOARD_PAN * (stroke.pitch_midi - 60)
        for voice in sampler.play((0, player.program), stroke.pitch_midi, stroke.velocity, stroke.length_s):
            yield voice, stroke.onset_s, player.pan + spread + voice.pan


def _kit_voices(sampler: Sampler, player: Player, played: list[Stroke]) -> Iterator[tuple[Voice, float, float]]:
    """Let drums and cymbals ring whatever the length of their notes, unless a stroke of their class damps them."""
    damped_s: dict[int, float] = {}
    for stroke in sorted(played, key=lambda stroke: -stroke.onset_s):
        for voice in sampler.play(_KIT_PRESET, stroke.pitch_midi, stroke.velocity, math.inf):
            ring_s = damped_s.get(voice.chokes, math.inf) - stroke.onset_s
            yield _damp(voice, ring_s, sampler.rate_hz), stroke.onset_s, player.pan + voice.pan
            if voice.chokes:
                damped_s[voice.chokes] = stroke.onset_s


def _damp(voice: Voice, ring_s: float, rate_hz: int) -> Voice:
    if ring_s * rate_hz >= len(voice.samples):
        return voice
    held, fade = round(ring_s * rate_hz), round(_CHOKE_S * rate_hz)
    samples = voice.samples[: held + fade].copy()
    samples[held:] *= np.linspace(1, 0, len(samples) - held, dtype=np.float32)
    return replace(voice, samples=samples)


def _lay(stem: Planes, voice: Voice, start: int, pan: float) -> None:
    """Add a voice to a stem at a frame and a place."""
    samples = voice.samples[: stem.shape[1] - start]
    for plane, gain in zip(stem, pan_gains(pan), strict=True):
        plane[start : start + len(samples)] += samples * np.float32(gain)
