"""The page can be used by anybody: on a phone, by keyboard, in dark and light, printed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from browser.conftest import POLL_MS, Person, Server, probe, visit

pytestmark = pytest.mark.slow

WIDEST_PHONE = {"width": 360, "height": 740}
AA, AA_LARGE = 4.5, 3.0


@pytest.fixture(params=["light", "dark"])
def phone(request: pytest.FixtureRequest, browser: Any, server: Server) -> Iterator[Person]:
    with visit(browser, viewport=WIDEST_PHONE, color_scheme=request.param) as person:
        yield person


def is_within(person: Person) -> bool:
    return person.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def too_faint(person: Person) -> list[Any]:
    return [t for t in person.page.evaluate(probe("contrasts")) if t["contrast"] < (AA_LARGE if t["large"] else AA)]


def test_a_phone_shows_all_of_it_legibly(phone: Person, server: Server):
    phone.page.goto(server.url)
    phone.page.wait_for_selector("#enter-emotion")
    assert is_within(phone)
    assert too_faint(phone) == []
    phone.enter(server.url)
    phone.until("i.view.reading?.faces.length === 1")
    for details in phone.page.locator("summary").all():
        details.click()
    assert is_within(phone)
    assert too_faint(phone) == []


def test_nothing_is_cut_off_at_any_width(browser: Any, server: Server):
    with visit(browser) as person:
        person.enter(server.url, "hand").play()
        person.page.locator("mien-roll .said", has_text="cadence").wait_for()
        for width in (320, 390, 768, 960, 1000, 1024, 1100, 1180, 1440):
            person.page.set_viewport_size({"width": width, "height": 780})
            person.page.wait_for_timeout(200)
            found = person.page.evaluate(probe("cut_off"))
            assert is_within(person), width
            assert (found["cut"], found["weights"]) == ([], 0), width
            assert found["slider_px"] >= 60 and found["clocks_px"] >= 230 and found["select_px"] >= 165, (width, found)


def test_files_of_music_wait_for_music(browser: Any, server: Server):
    with visit(browser) as person:
        person.enter(server.url, "hand")
        assert person.page.locator("#export-wav").is_disabled()
        assert person.page.locator("#export-session").is_enabled()
        person.play()
        person.page.locator("#export-wav:enabled").wait_for()


def test_by_hand_nothing_speaks_of_a_face(browser: Any, server: Server):
    with visit(browser) as person:
        person.enter(server.url, "hand")
        person.until("i.view.state?.mode === 'hand'")
        panels = [person.page.locator(name) for name in ("mien-shares", "mien-calibration", "mien-journey")]
        assert not any(panel.is_visible() for panel in panels)
        person.page.click("#mode-emotion")
        panels[0].wait_for()
        panels[1].wait_for()


def test_what_is_drawn_takes_any_room(browser: Any, server: Server):
    with visit(browser) as person:
        person.enter(server.url, "hand").play()
        person.until("i.view.brief")
        for name in ("mien-plane", "mien-roll", "mien-face"):
            for width in ("0", "10px"):
                inside = f"document.querySelector('mien-page').shadowRoot.querySelector('{name}')"
                person.page.evaluate(f"{inside}.style.width = '{width}'")
                person.page.wait_for_timeout(150)
        assert person.complaints == []


def test_the_keyboard_is_enough(browser: Any, server: Server):
    with visit(browser) as person:
        person.page.goto(server.url)
        person.page.wait_for_selector("#enter-hand")
        press_until(person, "enter-hand")
        person.page.keyboard.press("Enter")
        person.until("i.view.link === 'open' && i.view.sound === 'on'")
        press_until(person, "play")
        person.page.keyboard.press("Enter")
        person.until("i.view.state.playing")
        press_until(person, "plane")
        for _ in range(6):
            person.page.keyboard.press("ArrowRight")
            person.page.keyboard.press("ArrowUp")
        person.until(
            "i.view.brief?.mood.source === 'hand' && i.view.brief.mood.valence > 0.5 && i.view.brief.mood.arousal > 0.5"
        )
        assert "valence 0.60" in person.page.locator("#plane").get_attribute("aria-valuetext")


def press_until(person: Person, target: str, most: int = 60) -> None:
    """Press Tab until the element with that id has the focus, through the shadows."""
    for _ in range(most):
        if person.page.evaluate(probe("focused")) == target:
            return
        person.page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {target}")


def test_every_control_has_a_name(browser: Any, server: Server):
    with visit(browser) as person:
        person.enter(server.url, "hand")
        assert person.page.evaluate(probe("nameless")) == []


def test_the_notice_for_a_venue_prints_on_one_page(browser: Any, server: Server):
    with visit(browser) as person:
        person.page.goto(server.url)
        person.page.wait_for_selector("#enter-emotion")
        person.page.emulate_media(media="print")
        assert person.page.get_by_text("A camera here reads facial expressions").is_visible()
        assert not person.page.locator("#enter-emotion").is_visible()
        assert person.page.pdf(format="A4").count(b"/Type /Page\n") == 1


def test_leaving_forgets_everything(browser: Any, server: Server):
    with visit(browser) as person:
        person.enter(server.url)
        person.until("i.view.reading?.faces.length === 1")
        session = person.get("i.link.id")
        person.page.click("#leave")
        person.page.wait_for_selector("#enter-emotion")
        assert not person.get("i.camera.isOpen")
        person.page.wait_for_function(  # “bye” goes by socket, so what is asked at once may be answered before it
            f"() => fetch('/sessions/{session}/export/session').then((a) => a.status === 404)", polling=POLL_MS
        )
        assert person.page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]


def test_the_theme_that_was_chosen_holds_when_the_page_is_loaded_anew(browser: Any, server: Server):
    with visit(browser, color_scheme="light") as person:
        person.enter(server.url, "hand")
        theme = person.page.locator("#theme")
        scheme = "getComputedStyle(document.documentElement).colorScheme"
        for name in ("light", "dark"):
            theme.click()
            assert theme.inner_text() == f"Theme: {name}"
        person.enter(server.url, "hand")
        assert theme.inner_text() == "Theme: dark"
        assert person.page.evaluate(scheme) == "dark"
        assert person.page.evaluate("Object.keys(localStorage)") == ["mien.theme"]
        theme.click()
        assert theme.inner_text() == "Theme: system"
        assert person.page.evaluate("localStorage.length") == 0


def test_leaving_asks_first_while_something_is_recorded(browser: Any, server: Server):
    with visit(browser) as person:
        person.enter(server.url, "hand")
        person.page.click("#record")
        person.until("i.view.state?.recording")
        person.page.once("dialog", lambda asked: asked.dismiss())
        person.page.click("#leave")
        assert person.get("i.view.entered")
        person.page.once("dialog", lambda asked: asked.accept())
        person.page.click("#leave")
        person.page.wait_for_selector("#enter-emotion")


def test_loading_anew_asks_first_while_something_is_recorded(browser: Any, server: Server):
    with visit(browser, accept_downloads=True) as person:
        asked: list[str] = []
        person.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
        person.enter(server.url, "hand").page.reload()
        assert asked == [], "nothing is lost"
        person.enter(server.url, "hand").page.click("#record")
        person.until("i.view.state?.recording")
        person.page.reload()
        assert asked == ["beforeunload"]
        person.enter(server.url, "hand").page.click("#record")
        person.until("i.view.state?.recording")
        person.page.click("#record")
        person.until("!i.view.state.recording")
        with person.page.expect_download():
            person.page.click("#export-session")
        person.until("!i.view.exporting")
        person.page.reload()
        assert asked == ["beforeunload"], "a file holds it"


def test_the_way_past_the_header_keeps_the_address(browser: Any, server: Server):
    with visit(browser) as person:
        person.enter(f"{server.url}/#kept", "hand")
        person.page.keyboard.press("Tab")
        person.page.keyboard.press("Enter")
        inside = "document.querySelector('mien-page').shadowRoot.activeElement.id"
        assert person.page.evaluate(inside) == "stage"
        assert person.page.url.endswith("#kept")


def test_a_station_offers_its_own_mode_first(browser: Any):
    station = Server(1, "--mode", "gesture")
    station.start()
    try:
        with visit(browser) as person:
            person.page.goto(station.url)
            ways = person.page.locator(".ways button")
            assert [ways.nth(place).get_attribute("id") for place in range(3)] == [
                "enter-gesture",
                "enter-emotion",
                "enter-hand",
            ]
            assert person.page.locator(".ways .first").get_attribute("id") == "enter-gesture"
            assert too_faint(person) == []
            person.enter(station.url, "gesture")
            assert person.get("[i.view.welcome.default_mode, i.view.state.mode]") == ["gesture", "gesture"]
    finally:
        station.stop()


def test_a_station_that_keeps_pictures_says_so(browser: Any, tmp_path: Path):
    station = Server(1, "--keep-video", str(tmp_path))
    station.start()
    try:
        with visit(browser) as person:
            person.page.goto(station.url)
            assert "the pictures too" in person.page.locator("#keeps-video").inner_text()
            person.enter(station.url)
            person.until("i.view.reading?.faces.length === 1")
            assert person.page.locator("mien-remarks #video").count() == 0
            person.page.click("#record")
            person.page.get_by_text("Pictures of whoever is seen are being kept.").wait_for()
            assert too_faint(person) == []
            seq = person.get("i.view.reading.seq")
            person.until(f"i.view.reading.seq > {seq}")
            person.page.click("#show")
            assert person.page.locator("mien-remarks #video").is_visible(), "an audience must know it too"
            person.page.keyboard.press("Escape")
            person.page.click("#record")
            person.page.locator("mien-remarks #video").wait_for(state="detached")
        (video,) = tmp_path.glob("*.mjpeg")
        assert video.stat().st_size > 0
    finally:
        station.stop()
