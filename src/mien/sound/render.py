"""A phrase becomes sound: a stem a player, and their mix (Phrase → Rendering).

Each note is sounded by the sampler and laid down at its place in time and between left and right; the desk does the
rest. All of it is linear up to one last fader, so the mix is made in one piece and a stem only when it is asked for.
The pedal is in the note lengths already. Same phrase, font and rate, same samples.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from mien.ensembles import Player, ensemble
from mien.errors import BadInput
from mien.sound.desk import USUAL_LOUDNESS, Master, add_tone_and_room, finished_lufs, key_pan, lay, master
from mien.sound.font import load_font
from mien.sound.loudness import Planes
from mien.sound.sampler import KIT_PRESET, Sampler, Voice, damped
from mien.strokes import strike_once
from mien.values import Audio, Part, Phrase

RATE_HZ = 48_000

_LONGEST_TAIL_S = 10.0
"""Room on a stem for what rings after the last note."""

_INAUDIBLE = 1e-5
"""No note of a font that plays is so soft: 100 dB below full scale."""


@dataclass(frozen=True, slots=True, eq=False)
class Stems(Mapping[str, Audio]):
    """The players of a mix by their labels, each sounded when it is asked for (a minute of one is 27 MB)."""

    _phrase: Phrase
    _font: Path | None
    _brightness: float
    _master: Master

    def __getitem__(self, label: str) -> Audio:
        band = ensemble(self._phrase.ensemble)
        players = [player for part, player in band.players.items() if band.label(part) == label]
        if not players:
            raise KeyError(label)
        planes = _sound(self._phrase, players, self._font, self._master.rate_hz, self._brightness)
        return Audio(self._master.apply(planes).T, self._master.rate_hz)

    def __iter__(self) -> Iterator[str]:
        band = ensemble(self._phrase.ensemble)
        return (band.label(part) for part in sorted(band.players))

    def __len__(self) -> int:
        return len(ensemble(self._phrase.ensemble).players)


@dataclass(frozen=True, slots=True, eq=False)
class Rendering:
    """A finished mix, and by player the stems that add up to it."""

    mix: Audio
    stems: Stems


@dataclass(frozen=True, slots=True)
class Stroke:
    """A note in seconds."""

    onset_s: float
    length_s: float
    pitch_midi: int
    velocity: int


def render(
    phrase: Phrase,
    *,
    font: Path | None = None,
    rate_hz: int = RATE_HZ,
    brightness: float = 0.5,
    loudness: float = USUAL_LOUDNESS,
) -> Rendering:
    """Render a phrase.

    Parameters
    ----------
    phrase : performed; its ensemble says who plays.
    font : any .sf2 or .sf3; None: the shipped one.
    brightness : 0 (dark) .. 1 (bright), the brief's; 0.5 leaves the instruments as they are.
    loudness : 0..1, the brief's; it moves the whole mix, so that a sad piece is softer than an angry one.

    Returns
    -------
    Mix at `mien.sound.desk.finished_lufs` of the loudness (−22 to −14 LUFS), true peaks below −1 dB; stems by the
    players' labels, those of silent players included. What stems are asked for is sounded then, again.

    Raises
    ------
    BadInput, BadAsset
        If the font cannot be used (see `load_font`), or a font of the user's sounds none of the notes.
    """
    planes = _sound(phrase, ensemble(phrase.ensemble).players.values(), font, rate_hz, brightness)
    if font and phrase.notes and np.abs(planes).max() < _INAUDIBLE:
        raise BadInput(f"the sound font {font.name} sounds none of the notes of this piece; give another font")
    fader = master(planes, rate_hz, finished_lufs(loudness))
    return Rendering(Audio(fader.apply(planes).T, rate_hz), Stems(phrase, font, brightness, fader))


def _sound(phrase: Phrase, players: Iterable[Player], font: Path | None, rate_hz: int, brightness: float) -> Planes:
    """Let some of the players of a phrase sound, in tone and room, before the master fader: (2, n)."""
    sampler = Sampler(load_font(font), rate_hz)
    planes = np.zeros((2, round((_end_s(phrase) + _LONGEST_TAIL_S) * rate_hz)), np.float32)
    for player in players:
        gain = 10 ** (player.gain_db / 20)
        for voice, onset_s, pan in _voices(sampler, player, strokes(phrase, player.part)):
            lay(planes, voice.samples, round(onset_s * rate_hz), pan, gain)
    add_tone_and_room(planes, brightness, ensemble(phrase.ensemble).reverb, rate_hz)
    return planes


def strokes(phrase: Phrase, part: Part) -> list[Stroke]:
    """Place the notes of one part in seconds, in order; no pitch is struck while it sounds."""
    notes = strike_once(phrase.part(part))
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
    """Sound a player's strokes, in the order that the sampler likes: voice, onset and pan."""
    if player.program is None:
        yield from _kit_voices(sampler, player, played)
        return
    for stroke in sorted(played, key=lambda stroke: (stroke.pitch_midi, -stroke.length_s)):
        spread = key_pan(player.program, stroke.pitch_midi)
        for voice in sampler.play((0, player.program), stroke.pitch_midi, stroke.velocity, stroke.length_s):
            yield voice, stroke.onset_s, player.pan + spread + voice.pan


def _kit_voices(sampler: Sampler, player: Player, played: list[Stroke]) -> Iterator[tuple[Voice, float, float]]:
    """Let drums and cymbals ring whatever the length of their notes, unless a stroke of their class damps them."""
    damped_s: dict[int, float] = {}
    for stroke in sorted(played, key=lambda stroke: -stroke.onset_s):
        voices = list(sampler.play(KIT_PRESET, stroke.pitch_midi, stroke.velocity, math.inf))
        for voice in voices:
            ring_s = damped_s.get(voice.chokes, math.inf) - stroke.onset_s
            held = len(voice.samples) if math.isinf(ring_s) else round(ring_s * sampler.rate_hz)
            left = replace(voice, samples=damped(voice.samples, held, sampler.rate_hz))
            yield left, stroke.onset_s, player.pan + voice.pan
        damped_s |= {voice.chokes: stroke.onset_s for voice in voices if voice.chokes}
