"""The sampler in the page: notes begin when they are due, and what is not asked for is not heard."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from browser.conftest import Person, Server, probe, visit

pytestmark = pytest.mark.slow

QUANTUM = 128
"""Samples that a browser renders at a time (Web Audio API)."""

TRIES = 20


@pytest.fixture(scope="module")
def silent(browser: Any, server: Server) -> Iterator[Person]:
    """Someone who has not pressed start."""
    with visit(browser) as person:
        person.enter(server.url, "hand").until("i.view.sound === 'on'")
        yield person


def strike(person: Person, times_s: list[float], for_s: float) -> tuple[NDArray[np.float64], int]:
    """Strike a key at some times; give the last two thirds of a second of what is heard then, and its rate.

    Again where the machine was too busy to look before the first stroke was forgotten.
    """
    for _ in range(TRIES):
        told = person.page.evaluate(probe("strike"), [72, times_s, for_s])
        if told["before_s"] > 0:
            return np.array(told["heard"]), told["rate_hz"]
    raise AssertionError(f"looked too late {TRIES} times")


def test_nothing_sounds_before_the_start(silent: Person):
    heard, _ = strike(silent, [], 0.2)
    assert np.abs(heard).max() < 1e-4


def test_notes_begin_within_a_quantum_of_when_they_are_due(silent: Person):
    apart_s = 0.3217
    strike(silent, [0.0], 0.5)  # the first stroke of a key waits for its sample to be decoded
    for _ in range(TRIES):  # again where a busy machine began so late that the second stroke is not heard whole
        heard, rate_hz = strike(silent, [0.0, apart_s], 0.5)
        apart = round(apart_s * rate_hz)
        loud = np.abs(heard) > 0.25 * np.abs(heard).max()
        first = int(np.argmax(loud))
        if first + apart + 1500 + 2048 <= len(heard):
            break
    stroke = heard[first : first + 2048]
    offsets = range(apart - 1500, apart + 1500)
    likeness = [float(stroke @ heard[first + offset : first + offset + len(stroke)]) for offset in offsets]
    assert offsets[int(np.argmax(likeness))] == pytest.approx(apart, abs=QUANTUM)


def test_panic_reaches_notes_that_the_sampler_holds_already(silent: Person):
    silent.page.evaluate(probe("hushed"))
    silent.page.wait_for_timeout(1200)
    silent.page.evaluate("document.querySelector('mien-page').instrument.player.sound.unmute()")
    heard, _ = strike(silent, [], 0.2)
    assert np.abs(heard).max() < 1e-3, "a note hangs"


def test_midi_of_the_browser_gets_the_same_notes(browser: Any, server: Server):
    with visit(browser) as person:
        person.enter(server.url, "hand")
        person.page.evaluate(probe("pretended_midi"))
        person.page.click("#midi-ask")
        person.page.select_option("#midi-out", "p1")
        person.play().until("window.sent.filter(([bytes]) => bytes[0] >> 4 === 9).length > 8")
        person.page.keyboard.press("Escape")
        person.until("!i.view.state.playing")
        person.page.wait_for_timeout(400)
        sounding: dict[tuple[int, int], int] = {}
        sent = person.page.evaluate("window.sent")
        for status, *data in [data for data, _ in sorted(sent, key=lambda message: message[1] or 0)]:
            key = (status & 15, data[0])
            if status >> 4 == 9:
                sounding[key] = 1
            elif status >> 4 == 8:
                sounding[key] = 0
        assert len(sounding) > 3
        assert sum(sounding.values()) == 0, "every note has its end"
        assert {data[0] for (status, *data), _ in sent if status >> 4 == 11} >= {64, 120, 123}
        assert any(status >> 4 == 12 for (status, *_), _ in sent), "the instruments are told"
