"""What is played is loud enough, never too loud, ends in silence, and is the sum of its parts."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.ensembles import ensemble, ensembles
from mien.sound.desk import lay
from mien.sound.font import load_font
from mien.sound.loudness import loudness_lufs, true_peaks
from mien.sound.mixer import BLOCK, Mixer
from mien.sound.render import RATE_HZ, Rendering, _voices, render, strokes
from mien.sound.sampler import Sampler
from mien.values import Chord, Note, Part, Phrase
from mien.vocabulary import Mode

_CHORDS = ((0, 4, 7), (5, 9, 0), (7, 11, 2), (0, 4, 7))


def make(band: str, bars: int = 4, velocity: int = 70) -> Phrase:
    """Melody in quarters, chords in whole notes, broken chords in eighths, bass in halves."""
    players = ensemble(band).players
    notes = []

    def add(part: Part, onset: int, pitch: int, length: int) -> None:
        if part in players:
            low = players[part].low_midi
            notes.append(Note(onset, part, pitch if pitch >= low else pitch + 12, length, velocity))

    for bar in range(bars):
        start, pcs = 1920 * bar, _CHORDS[bar % 4]
        for beat in range(4):
            add(Part.MELODY, start + 480 * beat, 72 + pcs[beat % 3], 460)
        for pc in pcs[1:2] if players[Part.HARMONY].monophonic else pcs:
            add(Part.HARMONY, start, 55 + (pc - 7) % 12, 1900)
        for eighth in range(8):
            add(Part.TEXTURE, start + 240 * eighth, 60 + pcs[eighth % 3], 230)
            add(Part.KIT, start + 240 * eighth, 46 if eighth == 3 else 42, 60)
        for half in range(2):
            add(Part.RHYTHM, start + 960 * half, 36 + pcs[0], 940)
            add(Part.KIT, start + 960 * half, 38 if half else 36, 60)
    chords = tuple(Chord(1920 * bar, 1920, _CHORDS[bar % 4], 0, "", "T") for bar in range(bars))
    return Phrase(tuple(sorted(notes)), 1920 * bars, (4, 4), ((0, 108.0),), 0, Mode.IONIAN, band, 1, chords)


@pytest.fixture(scope="module", params=list(ensembles()))
def played(request: pytest.FixtureRequest) -> tuple[str, Rendering]:
    return request.param, render(make(request.param))


def decibels(amplitude: float) -> float:
    return float(20 * np.log10(max(amplitude, 1e-9)))


def test_the_mix_is_finished(played: tuple[str, Rendering]) -> None:
    _, rendering = played
    mix = rendering.mix.samples.T
    assert abs(loudness_lufs(mix, RATE_HZ) + 16) <= 1
    assert decibels(true_peaks(mix, RATE_HZ).max()) <= -1
    assert decibels(np.abs(mix).max()) <= -1
    assert abs(mix.mean()) < 1e-4


def test_stems_add_up_to_the_mix(played: tuple[str, Rendering]) -> None:
    band, rendering = played
    assert len(rendering.stems) == len(ensemble(band).players)
    total = np.sum([stem.samples for stem in rendering.stems.values()], axis=0)
    assert decibels(np.abs(total - rendering.mix.samples).max()) < -100
    assert all(np.abs(stem.samples).max() > 1e-3 for stem in rendering.stems.values())


def test_it_rings_out_and_ends_at_zero(played: tuple[str, Rendering]) -> None:
    _, rendering = played
    mix = rendering.mix.samples
    assert not mix[-1].any()
    assert rendering.mix.length_s > make("piano").length_s
    assert np.abs(mix[-RATE_HZ:]).max() > 1e-3, "more than a second of silence before the end"
    assert np.abs(mix[-480:]).max() < 1e-3, "cut off while it sounds"


def test_nothing_clicks(played: tuple[str, Rendering]) -> None:
    """A click is a step that the sound around it does not explain: look where every part should be silent or smooth."""
    _, rendering = played
    tail = rendering.mix.samples[-RATE_HZ // 2 :]
    assert np.abs(np.diff(tail, axis=0)).max() < 0.01


@pytest.mark.parametrize("band", ensembles())
def test_the_melody_leads(band: str) -> None:
    """Played as performers do, the melody some 20 above the rest, it is the loudest part, yet the others are heard."""
    phrase = make(band, velocity=60)
    sung = tuple(replace(n, velocity=80) if n.part is Part.MELODY else n for n in phrase.notes)
    stems = render(replace(phrase, notes=sung)).stems
    loudness = {
        part: loudness_lufs(stems[ensemble(band).label(part)].samples.T, RATE_HZ) for part in ensemble(band).players
    }
    below = [loudness[Part.MELODY] - loudness[part] for part in loudness if part is not Part.MELODY]
    assert min(below) > 2
    assert max(below) < 14


def test_a_key_that_is_down_is_struck_anew_not_twice() -> None:
    phrase = replace(make("piano", 1), notes=(Note(0, Part.MELODY, 60, 1900, 80), Note(480, Part.MELODY, 60, 460, 80)))
    struck = (replace(phrase.notes[0], length_ticks=480), phrase.notes[1])
    assert np.array_equal(render(phrase).mix.samples, render(replace(phrase, notes=struck)).mix.samples)


def test_stems_are_known_by_the_labels_of_the_players() -> None:
    stems = render(make("piano", 1)).stems
    assert list(stems) == [f"Piano ({part.name.lower()})" for part in sorted(ensemble("piano").players)]
    with pytest.raises(KeyError):
        stems["Trombone"]


def test_same_phrase_same_samples() -> None:
    first, second = (render(make("quartet", 1)).mix.samples for _ in range(2))
    assert np.array_equal(first, second)


def test_louder_strokes_sound_louder_within_a_phrase() -> None:
    phrase = make("piano", 2)
    crescendo = replace(
        phrase, notes=tuple(replace(n, velocity=40 if n.onset_ticks < 1920 else 100) for n in phrase.notes)
    )
    mix = render(crescendo).mix.samples
    half = int(phrase.length_s / 2 * RATE_HZ)
    assert decibels(np.std(mix[half : 2 * half])) - decibels(np.std(mix[:half])) > 10


def test_brightness_lifts_the_highs() -> None:
    def highs(brightness: float) -> float:
        spectrum = np.abs(np.fft.rfft(render(make("quartet", 1), brightness=brightness).mix.samples.sum(axis=1)))
        hz = np.fft.rfftfreq(2 * len(spectrum) - 1, 1 / RATE_HZ)
        return float(np.square(spectrum[hz > 3000]).sum() / np.square(spectrum).sum())

    assert highs(0.1) * 2 < highs(0.5) < highs(0.9) / 2


def test_an_open_hi_hat_is_damped_by_the_closed_one() -> None:
    def ring(*strokes: tuple[int, int]) -> float:
        notes = tuple(sorted(Note(onset, Part.KIT, pitch, 10, 90) for onset, pitch in strokes))
        phrase = Phrase(notes, 1920, (4, 4), ((0, 120.0),), 0, Mode.IONIAN, "electronic", 1)
        dry = render(phrase).stems["Kit"].samples
        return float(np.std(dry[RATE_HZ : RATE_HZ * 3 // 2]) / np.abs(dry).max())

    assert ring((0, 46), (240, 42)) < ring((0, 46)) / 4


@settings(max_examples=6, deadline=None)
@given(
    st.lists(
        st.builds(Note, st.integers(0, 900), st.sampled_from(Part), st.integers(0, 127), st.integers(1, 2000),
                  st.integers(1, 127)),
        max_size=12,
    ),
    st.floats(0, 1),
)  # fmt: skip
def test_anything_renders_finite_and_below_the_ceiling(notes: list[Note], brightness: float) -> None:
    phrase = Phrase(tuple(sorted(notes)), 960, (4, 4), ((0, 120.0),), 0, Mode.IONIAN, "electronic", 1)
    mix = render(phrase, brightness=brightness).mix.samples
    assert np.isfinite(mix).all()
    assert decibels(np.abs(mix).max(initial=0)) <= -1
    assert not mix[-1:].any()


@pytest.mark.parametrize(("band", "part", "spreads"), [("piano", Part.MELODY, True), ("quartet", Part.MELODY, False)])
def test_the_live_band_has_the_stereo_image_of_the_file(band: str, part: Part, spreads: bool) -> None:
    """A keyboard's pitches lie from left to right, offline and live alike; a violin stands in one place."""
    player = ensemble(band).players[part]
    assert player.program is not None

    def side(planes: np.ndarray) -> float:
        """From −1, all left, to 1, all right, of the sound before the room answers."""
        left, right = np.square(planes[:, : RATE_HZ // 10], dtype=np.float64).sum(axis=1)
        return float((right - left) / (left + right))

    found = []
    for pitch in (60, 90):
        phrase = replace(make(band, 1), notes=(Note(0, part, pitch, 1900, 80),))
        dry = np.zeros((2, RATE_HZ), np.float32)
        for voice, _, pan in _voices(Sampler(load_font(), RATE_HZ), player, strokes(phrase, part)):
            lay(dry, voice.samples, 0, pan)
        mixer = Mixer(Sampler(load_font(), RATE_HZ))
        mixer.program(0, player.program, {10: round(64 + 63 * player.pan), 91: 0})
        mixer.strike(0, pitch, 80)
        live = np.concatenate([mixer.block() for _ in range(RATE_HZ // BLOCK)], axis=1)
        assert side(live) == pytest.approx(side(dry), abs=0.02)
        found.append(side(dry))
    assert (found[1] - found[0] > 0.2) is spreads
