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


@pytest.fixture(scope="module")
def silent(browser: Any, server: Server) -> Iterator[Person]:
    """Someone who has not pressed start."""
    with visit(browser) as person:
        person.enter(server.url, "hand").until("i.view.sound === 'on'")
        yield person


def strike(person: Person, times_s: list[float], for_s: float) -> tuple[NDArray[np.float64], int]:
    """Strike a key at some times; give the last two thirds of a second of what is heard then, and its rate."""
    told = person.page.evaluate(probe("strike"), [72, times_s, for_s])
    return np.array(told["heard"]), told["rate_hz"]


def test_nothing_sounds_before_the_start(silent: Person):
    heard, _ = strike(silent, [], 0.2)
    assert np.abs(heard).max() < 1e-4


def test_notes_begin_within_a_quantum_of_when_they_are_due(silent: Person):
    apart_s = 0.3217
    strike(silent, [0.0], 0.5)  # the first stroke of a key waits for its sample to be decoded
    heard, rate_hz = strike(silent, [0.0, apart_s], 0.45)
    apart = round(apart_s * rate_hz)
    loud = np.abs(heard) > 0.25 * np.abs(heard).max()
    first = int(np.argmax(loud))
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
