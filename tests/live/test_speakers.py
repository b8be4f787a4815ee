"""Sound without a browser, heard by a silent twin of the sound card."""

import sys
import threading
import types

import numpy as np
import pytest

from mien.ensembles import ensemble, ensembles
from mien.errors import BadInput
from mien.live import speakers
from mien.live.music_messages import programs_of
from mien.live.plan import PlannedNote
from mien.live.prefetch import Prefetcher
from mien.live.speakers import (
    AHEAD_S,
    FAREWELL_BLOCKS,
    KEPT_FRAMES,
    RATE_HZ,
    Ring,
    SilentCard,
    SoundCard,
    Speakers,
    check_audio,
)
from mien.music.midi import channels
from mien.ports.port import Beat, Control, PortLost, Program, Release, Strike
from mien.sound import sampler
from mien.sound.font import load_font
from mien.sound.mixer import BLOCK, Mixer
from mien.sound.sampler import Sampler
from mien.values import Part

AHEAD = round(AHEAD_S * RATE_HZ)


class Stage:
    """Speakers whose time is that of the frames played."""

    def __init__(self) -> None:
        self.cards: list[SilentCard] = []
        self.played = 0
        mixer = Mixer(Sampler(load_font(None), RATE_HZ, KEPT_FRAMES))
        self.mixer = mixer
        self.port = Speakers(mixer, self.open, lambda: self.played / RATE_HZ, runs=False)

    def open(self, ring: Ring) -> SilentCard:
        self.cards.append(SilentCard(ring))
        return self.cards[-1]

    def play(self, seconds: float) -> np.ndarray:
        heard = []
        for _ in range(round(seconds * RATE_HZ / BLOCK)):
            self.port.mix()
            heard.append(self.cards[0].play(BLOCK))
            self.played += BLOCK
        return np.concatenate(heard)


@pytest.fixture
def stage() -> Stage:
    return Stage()


def first_sound(heard: np.ndarray) -> int:
    return int(np.argmax(np.abs(heard).max(axis=1) > 1e-4))


def level(heard: np.ndarray) -> float:
    return float(np.sqrt(np.square(heard, dtype=np.float64).mean()))


def test_a_note_sounds_the_same_time_after_it_was_sent_and_dies_away(stage: Stage) -> None:
    stage.play(0.3)
    onsets = []
    for shift in (0, 137, 400):  # wherever in a block it is sent
        stage.played += shift
        stage.port.send([Strike(0, Part.MELODY, 60, 90), Beat(1, 1, 90)])
        stage.played -= shift
        heard = stage.play(0.5)
        onsets.append(first_sound(heard) - shift)
        stage.port.panic()
        stage.play(3.0)
    assert onsets[0] == pytest.approx(AHEAD, abs=80)
    assert max(onsets) - min(onsets) <= 2, "no jitter"
    stage.port.send([Strike(0, Part.MELODY, 60, 90)])
    held = level(stage.play(0.6))
    stage.port.send([Release(0, Part.MELODY, 60)])
    stage.play(1.5)
    assert level(stage.play(0.2)) < held / 20
    assert stage.mixer.voices == 0
    assert stage.port.ring.missed == 0


def test_a_released_note_is_the_sampler_s_own(stage: Stage) -> None:
    own = Sampler(load_font(None), RATE_HZ)
    mixer = Mixer(own)
    mixer.strike(0, 64, 90)
    (held,) = mixer._sounding
    for _ in range(30):
        mixer.block()
    mixer.release(0, 64)
    (voice,) = own.play((0, 0), 64, 90, 30 * BLOCK / RATE_HZ)
    assert (held.samples == voice.samples).all()


@pytest.mark.parametrize("blocks", [30, 400], ids=["short", "long"])
def test_a_held_note_stays_its_instrument_s_when_the_channel_gets_another(blocks: int) -> None:
    sampler = Sampler(load_font(None), RATE_HZ)
    mixer = Mixer(sampler)
    mixer.program(0, 73, {})  # a flute
    mixer.strike(0, 72, 90)
    (held,) = mixer._sounding
    mixer.program(0, 40, {})  # a violin
    for _ in range(blocks):
        mixer.block()
    mixer.release(0, 72)
    (voice,) = sampler.play((0, 73), 72, 90, blocks * BLOCK / RATE_HZ)
    assert (held.samples == voice.samples).all()


def test_a_key_that_is_held_for_long_sounds_on(stage: Stage) -> None:
    stage.port.send([Program(0, 48, {}), Strike(0, Part.MELODY, 60, 90)])  # strings
    early = level(stage.play(1.5)[-RATE_HZ // 2 :])
    stage.play(3.0)
    assert level(stage.play(0.5)) > early / 3


def test_controls_move_channels(stage: Stage) -> None:
    stage.port.send([Program(0, 48, {7: 100, 10: 1, 11: 127, 91: 0}), Strike(0, Part.MELODY, 60, 90)])
    left, right = np.abs(stage.play(1.0)[-RATE_HZ // 2 :]).mean(axis=0)
    assert left > 5 * right
    stage.port.send([Control(0, Part.MELODY, "pan", 1.0), Control(0, Part.MELODY, "expression", 0.5)])
    soft_left, soft_right = np.abs(stage.play(1.0)[-RATE_HZ // 2 :]).mean(axis=0)
    assert soft_right > 5 * soft_left
    assert soft_right < left / 2


def test_panic_is_silence(stage: Stage) -> None:
    stage.port.send([Strike(channel, Part.MELODY, 50 + channel, 100) for channel in range(4)])
    assert level(stage.play(0.5)) > 1e-3
    stage.port.panic()
    stage.play(AHEAD_S + 0.2)
    assert np.abs(stage.play(0.2)).max() < 1e-4
    assert stage.mixer.voices == 0


def test_drums_ring_and_choke(stage: Stage) -> None:
    stage.port.send([Strike(9, Part.KIT, 46, 100), Release(9, Part.KIT, 46)])  # an open hi-hat
    stage.play(AHEAD_S + 0.1)
    assert stage.mixer.voices > 0
    stage.port.send([Strike(9, Part.KIT, 42, 100)])  # the closed one damps it
    stage.play(AHEAD_S + 0.1)
    assert all(one.pitch_midi == 42 for one in stage.mixer._sounding)


def test_however_much_sounds_nothing_clips(stage: Stage) -> None:
    stage.port.send([Strike(channel, Part.MELODY, pitch, 127) for channel in range(4) for pitch in range(40, 80, 3)])
    assert np.abs(stage.play(0.5)).max() <= 1.0


def test_the_thread_fills_the_ring_and_ends() -> None:
    cards: list[SilentCard] = []
    before = threading.active_count()
    port = Speakers(Mixer(Sampler(load_font(None), RATE_HZ)), lambda ring: cards.append(SilentCard(ring)) or cards[-1])
    port.send([Strike(0, Part.MELODY, 60, 90)])
    for _ in range(2000):
        while port.ring.waiting < BLOCK:
            pass
        if np.abs(cards[0].play(BLOCK)).max() > 1e-3:
            break
    else:
        raise AssertionError("nothing sounded")
    port.close()
    assert not cards[0].is_alive
    assert threading.active_count() == before


def test_what_sounds_when_it_is_closed_fades_and_does_not_break_off(stage: Stage) -> None:
    stage.port.send([Strike(channel, Part.MELODY, 48 + channel, 110) for channel in range(4)])
    stage.play(0.5)
    stage.port.panic()
    stage.port.send([Strike(0, Part.MELODY, 70, 110)])  # too late
    loud = level(stage.cards[0].heard[-1])
    stage.port.close()
    last = stage.cards[0].play(stage.port.ring.waiting)
    fade = len(last) - (1 + FAREWELL_BLOCKS) * BLOCK
    assert level(last[fade - BLOCK : fade]) > loud / 4, "what was mixed is heard"
    assert np.abs(np.diff(last, axis=0)).max() < 4 * np.abs(np.diff(last[:fade], axis=0)).max()
    assert np.abs(last[-FAREWELL_BLOCKS * BLOCK - 8 :]).max() < 0.01
    assert np.abs(last[-FAREWELL_BLOCKS * BLOCK :]).max() < 1e-4


def test_a_card_plays_to_the_end_before_it_is_closed() -> None:
    left: list[int] = []

    class Slow(SilentCard):
        @property
        def is_alive(self) -> bool:
            self.play(BLOCK)  # whenever somebody looks
            return True

        @is_alive.setter
        def is_alive(self, _: bool) -> None:
            pass

        def close(self) -> None:
            left.append(self._ring.waiting)

    Speakers(Mixer(Sampler(load_font(None), RATE_HZ)), Slow, runs=False).close()
    assert left == [0]


@pytest.mark.parametrize("name", ["ambient", "electronic"])
def test_what_is_foreseen_is_ready_when_it_is_struck(name: str, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """To tune a key takes 10 to 70 ms: more of that at a time than the card waits for, and the sound would drop out."""
    made: list[int] = []
    resample = sampler.resample
    monkeypatch.setattr(sampler, "resample", lambda *given: made.append(1) or resample(*given))
    band = ensemble(name)
    programs = programs_of(band)
    strikes = [
        Strike(channel, part, pitch, 80)
        for part, channel in channels(band.players).items()
        for pitch in ((36, 38) if part is Part.KIT else (60, 67))
    ]
    notes = [PlannedNote(number, 0.0, 4.0, strike) for number, strike in enumerate(strikes)]
    stage.port.foresee([*programs, *notes])
    stage.port.prefetcher.work_off()
    before = len(made)
    assert before >= len(strikes)
    stage.port.send([*programs, *strikes])
    stage.play(4.0)
    stage.port.send([Release(strike.channel, strike.part, strike.pitch_midi) for strike in strikes])
    assert level(stage.play(0.5)) > 1e-3
    assert len(made) == before


def test_every_player_is_made_ready_when_there_is_time(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    presets: list[tuple[int, int]] = []
    play = stage.mixer._sampler.play
    monkeypatch.setattr(stage.mixer._sampler, "play", lambda *given: presets.append(given[0]) or play(*given))
    stage.port.prefetcher.warm()
    stage.port.foresee([Program(3, 5, {}), PlannedNote(1, 0.0, 9.0, Strike(3, Part.MELODY, 60, 80))])
    stage.port.prefetcher.work_off()
    programs = {player.program for band in ensembles().values() for player in band.players.values()}
    assert set(presets) == {(0, 5), *((128, 0) if program is None else (0, program) for program in programs)}
    assert presets[0] == presets[-1] == (0, 5), "what comes soon is first, how it goes on last"


def test_what_cannot_be_made_ready_is_in_the_log_and_the_music_goes_on(
    stage: Stage, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, tried = threading.Event(), []

    def prefetch(*_: object) -> None:
        tried.append(1)
        if len(tried) == 1:
            raise BadInput("the sound font's sample 'x' cannot be decoded")
        made.set()

    monkeypatch.setattr(stage.mixer, "prefetch", prefetch)
    prefetcher = Prefetcher(stage.mixer)
    prefetcher.foresee([PlannedNote(number, 0.0, 1.0, Strike(0, Part.MELODY, 60, 80)) for number in range(2)])
    assert made.wait(20)
    prefetcher.close()
    assert "cannot be decoded" in caplog.text


def test_a_card_that_goes_is_a_lost_port(stage: Stage) -> None:
    stage.cards[0].is_alive = False
    with pytest.raises(PortLost, match="gone"):
        stage.port.send([Strike(0, Part.MELODY, 60, 80)])


def test_a_ring_that_runs_dry_is_silent_and_counts() -> None:
    ring = Ring(1024)
    out = np.ones((300, 2), np.float32)
    ring.take(out)
    assert (np.abs(out).max(), ring.missed) == (0, 0)
    for number in range(5):  # round and round
        ring.put(np.full((2, 512), number + 1, np.float32))
        ring.take(out)
        assert (out == number + 1).all()
        rest = np.empty((212, 2), np.float32)
        ring.take(rest)
        assert (rest == number + 1).all()
    ring.take(out)
    assert (np.abs(out).max(), ring.missed) == (0, 1)


class Stream:
    """What `sounddevice.OutputStream` does, without a card."""

    is_there = True
    is_busy = False
    open = 0

    def __init__(self, **options: object) -> None:
        if not Stream.is_there:
            raise RuntimeError("Error querying device -1")
        self.callback, self.active = options["callback"], False
        Stream.open += 1

    def start(self) -> None:
        if Stream.is_busy:
            raise RuntimeError("Device unavailable")
        self.active = True

    def close(self) -> None:
        self.active = False
        Stream.open -= 1


def test_the_audio_thread_copies_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", types.SimpleNamespace(OutputStream=Stream))
    ring = Ring()
    card = SoundCard(ring)
    assert card.is_alive
    ring.put(np.full((2, 512), 0.5, np.float32))
    out = np.zeros((512, 2), np.float32)
    card._stream.callback(out, 512, None, None)  # type: ignore[attr-defined]
    assert (out == 0.5).all()
    card.close()
    assert not card.is_alive
    monkeypatch.setattr(Stream, "is_there", False)
    with pytest.raises(PortLost, match="querying device"):
        SoundCard(ring)


def test_a_card_that_does_not_start_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", types.SimpleNamespace(OutputStream=Stream))
    monkeypatch.setattr(Stream, "is_busy", True)
    for _ in range(3):
        with pytest.raises(PortLost, match="unavailable"):
            SoundCard(Ring())
    assert Stream.open == 0


def test_without_sounddevice_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speakers.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(BadInput, match=r"\.\[audio\]"):
        check_audio()
