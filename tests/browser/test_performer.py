"""A rendered performer before the camera: what they do is read, and they play a tune with their eyes."""

from collections.abc import Iterator
from typing import Any

import pytest

from browser.conftest import CHROMIUM, QUIET, Person, Server, probe, visit
from browser.film import MARK_STEP, PERFORMED, has_performer, make_performance

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not has_performer(), reason="needs ict_face.npz in shared/data beside the checkout"),
]

FIRST, LAST = 0, len(PERFORMED) - 1
NUMBER = {what: number for number, (what, _, _) in reversed(list(enumerate(PERFORMED)))}


@pytest.fixture(scope="module")
def stage(playwright: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    film = tmp_path_factory.mktemp("camera") / "performer.mjpeg"
    make_performance(film)
    camera = ("--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}")
    running = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=[*QUIET, *camera])
    yield running
    running.close()


@pytest.fixture
def person(stage: Any, server: Server) -> Iterator[Person]:
    with visit(stage) as someone:
        yield someone


def during(number: int) -> str:
    """That a reading came while the film showed so many-th of what is performed."""
    return f"Math.abs(s.mark - {number * MARK_STEP * 255 / 219:.0f}) < {MARK_STEP / 2 - 2}"


def while_they(what: str) -> str:
    return during(NUMBER[what])


def test_what_the_performer_does_is_read(person: Person, server: Server):
    person.enter(server.url).play()
    person.page.evaluate(probe("watch"))
    for what, reads in (("happy", "happiness"), ("sad", "sadness"), ("angry", "anger"), ("neutral", "neutral")):
        person.until(f"window.seen.some((s) => {while_they(what)} && s.reads === '{reads}')")
    person.until(f"window.seen.some((s) => {while_they('look')} && s.gaze_x < -0.05)")
    person.until("window.seen.some((s) => s.events.includes('blink'))")
    person.until("window.seen.some((s) => s.events.includes('wink_left'))")
    person.until("i.player.sound.level() > 0.002")


def test_the_performer_plays_a_tune_with_their_eyes(person: Person, server: Server):
    person.enter(server.url, "gesture")
    person.until("i.view.state?.mode === 'gesture'")
    person.page.get_by_text("None is read").wait_for()
    person.page.locator("mien-mapping #cues", has_text="Tempo").wait_for()  # the table that is in force
    person.page.evaluate(probe("watch"))
    for number in (LAST, FIRST):  # from the first picture of the long rest on
        person.until(f"window.seen.slice(-1).some((s) => {during(number)})")
    person.page.select_option("mien-choices #tune", "eyes")
    person.until("i.view.calibration?.state === 'done'")
    person.play().until("i.view.tune?.ready && i.view.tune.name")
    assert person.page.locator("#tune-next").inner_text().startswith("Next: ")
    person.until("i.view.tune.degree > 0")
    person.until("i.player.timeline.notes.some((note) => note.id < 0 && note.stage === 'sounding')")
    person.until(
        "i.player.timeline.notes.some((note) => note.id < 0 && note.stage === 'over' && note.end_s - note.onset_s < 2)"
    )
    person.page.select_option("mien-choices #tune", "")
    person.until(
        "i.player.timeline.notes.some((note) => note.id > 0 && note.channel === 0 && note.onset_s > i.session_s)"
    )
