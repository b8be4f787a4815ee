"""The view for an audience: the screen belongs to face, music and mood, and stays lit; one key or click leads back."""

from collections.abc import Iterator
from typing import Any

import pytest

from browser.conftest import Person, Server, probe, visit

pytestmark = pytest.mark.slow

PROJECTION = {"width": 1920, "height": 1080}
SHOWN = "mien-face", "mien-roll", "mien-plane"
HIDDEN = "mien-transport", "mien-shares", "mien-choices", "mien-files", "mien-brief", "mien-mapping", "#leave"


@pytest.fixture
def stage(browser: Any, server: Server) -> Iterator[Person]:
    with visit(browser, viewport=PROJECTION) as person:
        person.page.add_init_script(f"({probe('lights')})()")
        yield person.enter(server.url, "hand").play()


def is_shown(person: Person) -> bool:
    return person.page.evaluate("document.querySelector('mien-page').hasAttribute('show')")


def test_an_audience_sees_face_music_and_mood_as_large_as_the_screen(stage: Person):
    usual_px = stage.page.locator("#chord").bounding_box()["height"]
    stage.page.click("#show")
    stage.page.wait_for_function("() => document.fullscreenElement !== null", polling=50)
    assert not any(stage.page.locator(name).is_visible() for name in (*HIDDEN, "mien-face"))
    stage.page.evaluate("document.querySelector('mien-page').instrument.choose({ mode: 'emotion' })")
    stage.until("i.view.reading?.faces.length === 1")
    boxes = [stage.page.locator(name).bounding_box() for name in SHOWN]
    assert all(box["x"] >= 0 and box["y"] >= 0 for box in boxes)
    assert all(box["y"] + box["height"] <= PROJECTION["height"] for box in boxes)
    assert max(box["x"] + box["width"] for box in boxes) > 0.95 * PROJECTION["width"]
    assert stage.page.locator("#chord").bounding_box()["height"] > 3 * usual_px
    assert stage.get("i.view.state.playing")


def test_escape_leads_back_and_only_then_is_panic(stage: Person):
    stage.page.locator("#show").press("Enter")
    assert is_shown(stage)
    stage.page.keyboard.press("Tab")
    assert stage.page.evaluate(probe("focused")) == "back"
    stage.page.keyboard.press("Escape")
    assert not is_shown(stage)
    stage.page.wait_for_function("() => document.fullscreenElement === null", polling=50)
    assert stage.page.evaluate(probe("focused")) == "show"
    assert stage.get("i.view.state.playing")
    stage.page.keyboard.press("Escape")
    stage.until("!i.view.state.playing")


def test_a_click_leads_back_unless_it_leads_the_music(stage: Person):
    stage.page.click("#show")
    plane = stage.page.locator("#plane").bounding_box()
    stage.page.mouse.click(plane["x"] + 0.75 * plane["width"], plane["y"] + 0.5 * plane["height"])
    stage.until("Math.abs(i.view.brief.mood.valence - 0.52) < 0.02")
    assert is_shown(stage)
    stage.page.click("#roll")
    assert not is_shown(stage)


def test_the_screen_stays_lit_while_music_plays(stage: Person):
    stage.page.wait_for_function("() => window.lit === 1", polling=50)
    stage.page.click("#play")
    stage.until("!i.view.state.playing")
    stage.page.wait_for_function("() => window.lit === 0", polling=50)
