"""What goes wrong is told in words, with what helps; and the music goes on."""

from collections.abc import Iterator
from typing import Any

import pytest

from browser.conftest import CHROMIUM, QUIET, Person, Server, probe, visit

pytestmark = pytest.mark.slow


@pytest.fixture
def fragile(playwright: Any) -> Iterator[Server]:
    """A server that may be killed."""
    running = Server(sessions=1)
    running.start()
    yield running
    running.kill()


def words(person: Person, line: str) -> str:
    return person.page.locator(f"mien-remarks #{line}").inner_text()


def test_a_camera_that_is_not_allowed(browser: Any, server: Server):
    with visit(browser, permissions=[]) as person:
        person.enter(server.url)
        person.until("i.view.camera === 'denied'")
        assert "not allowed" in words(person, "camera")
        person.page.get_by_role("button", name="Steer by hand").click()
        person.until("i.view.state.mode === 'hand'")
        person.page.locator("mien-remarks #camera").wait_for(state="detached")


def test_no_camera(playwright: Any, server: Server):
    bare = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=[*QUIET])
    try:
        with visit(bare) as person:
            person.enter(server.url)
            person.until("i.view.camera === 'missing'")
            assert "No camera was found" in words(person, "camera")
    finally:
        bare.close()


def test_a_camera_that_is_lost_while_it_plays(browser: Any, server: Server):
    with visit(browser) as person:
        person.enter(server.url).play()
        person.until("i.view.camera === 'on'")
        person.page.context.clear_permissions()
        person.until("i.view.camera === 'lost'")
        assert "was lost" in words(person, "camera")
        assert person.get("i.view.state.playing")
        person.until("i.player.sound.level() > 0.002")
        person.page.context.grant_permissions(["camera"])  # nobody presses “Camera again”
        person.until("i.view.camera === 'on' && i.view.reading?.faces.length === 1")


def test_one_of_two_cameras_is_chosen(playwright: Any, server: Server):
    two = "--use-fake-device-for-media-stream=device-count=2"
    launched = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=[*QUIET, two])
    try:
        with visit(launched) as person:
            person.enter(server.url)
            person.until("i.view.camera === 'on' && i.view.cameras.length === 2")
            which = person.page.locator("#which-camera")
            first, second = (option.get_attribute("value") for option in which.locator("option").all())
            assert which.input_value() == person.get("i.camera.id") == first
            which.select_option(second)
            person.until(f"i.view.camera === 'on' && i.camera.isOpen && i.camera.id === '{second}'")
            seq = person.get("i.view.reading?.seq ?? 0")
            person.until(f"i.view.reading?.seq > {seq}")
            person.page.click("#leave")
            person.page.click("#enter-emotion")
            person.until(f"i.view.camera === 'on' && i.camera.id === '{second}'")
    finally:
        launched.close()


def test_no_sound_until_a_click(browser: Any, server: Server):
    with visit(browser) as person:
        person.page.goto(server.url)
        assert person.get("i.player.sound.context.state") == "suspended", "nobody has clicked yet"
        person.enter(server.url, "hand")
        person.until("i.view.sound === 'on'")
        person.page.evaluate("document.querySelector('mien-page').instrument.player.sound.context.suspend()")
        person.until("i.view.sound === 'waiting'")
        assert "silent" in words(person, "sound")
        person.page.get_by_role("button", name="Let it sound").click()
        person.until("i.view.sound === 'on'")


def test_a_socket_that_drops_is_taken_up_again(browser: Any, server: Server):
    with visit(browser) as person:
        sockets: list[Any] = []

        def between(route: Any) -> None:
            sockets.append(route)
            route.connect_to_server()

        person.page.route_web_socket("**/live", between)
        person.enter(server.url, "hand").play()
        session = person.get("i.link.id")
        person.page.evaluate(probe("struck"))
        sockets[-1].close(code=4000)
        person.until("i.view.link === 'waiting'")
        person.until("window.struck.length > 0")  # what was sent ahead plays on
        person.until("i.view.link === 'open'")
        assert person.get("i.link.id") == session
        assert person.get("i.view.welcome.resumed")
        before = person.page.evaluate("window.struck.length")
        person.until(f"window.struck.length > {before} + 12")
        struck = person.page.evaluate("window.struck")
        assert len(struck) == len(set(struck)), "no note twice"


def test_a_server_that_is_killed_and_started_again(browser: Any, fragile: Server):
    with visit(browser) as person:
        person.enter(fragile.url, "hand").play()
        person.until("i.player.timeline.until_s - i.session_s > 2")
        fragile.kill()
        person.until("i.view.link === 'waiting'")
        assert "does not answer. What was sent ahead still plays" in words(person, "link")
        assert person.get("i.player.sound.level()") > 1e-4, "what was sent ahead still plays"
        fragile.start()
        person.until("i.view.link === 'open' && i.view.state.playing")
        assert not person.get("i.view.welcome.resumed")
        assert person.get("i.view.state.mode") == "hand"
        person.until(
            "i.player.timeline.notes.some((note) => note.stage === 'sounding') && i.player.sound.level() > 0.002"
        )


def test_a_server_that_is_ended_says_that_nothing_plays(browser: Any, fragile: Server):
    with visit(browser) as person:
        person.enter(fragile.url, "hand").play()
        fragile.stop()
        person.until("i.view.link === 'waiting' && !i.player.timeline.isBusy")
        person.page.locator("mien-remarks #link", has_text="Nothing plays").wait_for()
        fragile.start()
        person.until("i.view.link === 'open' && i.view.state.playing")
        fragile.kill()
        person.page.locator("mien-remarks #link", has_text="still plays").wait_for()
        person.page.locator("mien-remarks #link", has_text="Nothing plays").wait_for()  # when it has come to its end


def test_a_station_that_is_full(browser: Any, fragile: Server):
    with visit(browser) as first, visit(browser) as second:
        first.enter(fragile.url, "hand")
        second.page.goto(fragile.url)
        second.page.click("#enter-hand")
        second.until("i.view.link === 'full'")
        assert "full" in words(second, "link")
        assert second.page.locator("mien-remarks li", has_text="place").count() == 1, "said once"
        first.leave()
        second.until("i.view.link === 'open'")


def test_who_leaves_while_the_socket_is_away_leaves_the_next_visitor_nothing(browser: Any, fragile: Server):
    with visit(browser) as person:
        sockets: list[Any] = []
        is_away = False

        def between(route: Any) -> None:
            if is_away:
                route.close(code=4000)
                return
            sockets.append(route)
            route.connect_to_server()

        person.page.route_web_socket("**/live", between)
        person.enter(fragile.url, "hand").play()
        person.page.select_option("mien-choices #tonic", "D")
        person.page.fill("#seed", "7")
        person.page.locator("mien-brief input#tempo_bpm").press("Home")
        person.until("i.view.state.tonic === 'D' && i.view.state.seed === 7 && i.view.state.held.tempo_bpm === 40")
        session = person.get("i.link.id")
        is_away = True
        sockets[-1].close(code=4000)
        person.until("i.view.link === 'waiting'")
        person.page.click("#leave")
        is_away = False
        person.page.click("#enter-hand")
        person.until("i.view.link === 'open' && i.view.state")  # the only place of the station is free again
        assert person.get("i.link.id") != session
        person.page.wait_for_timeout(500)  # longer than a slider waits until it is told
        assert person.get("[i.view.state.tonic, i.view.state.seed, i.view.state.playing]") == [None, 1, False]
        assert person.get("i.view.state.held") == person.get("i.view.held") == {}


def test_choices_show_what_was_chosen_elsewhere(browser: Any, server: Server):
    with visit(browser) as person:
        person.enter(server.url, "hand")
        tonic = person.page.locator("mien-choices #tonic")
        tonic.select_option("D")
        person.until("i.view.state.tonic === 'D'")
        person.get("i.choose({ tonic: 'Ab' })")
        person.until("i.view.state.tonic === 'Ab'")
        assert tonic.input_value() == "Ab"
        person.get("i.choose({ tonic: 'A#' })")
        person.until("i.view.state.tonic === 'A#'")
        assert tonic.input_value() == "A#"
