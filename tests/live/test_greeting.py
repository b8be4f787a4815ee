"""A greeting that is partly refused: what was wished otherwise holds, and no place is lost."""

import json
from collections.abc import Iterator

import pytest
from page import Page, Server, serving

from mien.cues.neutral import average_neutral
from mien.live.calibration import Rest, profile_of
from mien.live.greeting import sort_greeting

HUGE = 10**400
"""A number that JSON can hold and no float."""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving("--sessions", "1") as one:
        yield one


@pytest.fixture
def page(server: Server) -> Iterator[Page]:
    one = Page(server, {})
    yield one
    one.leave()


OWN = profile_of(Rest(average_neutral()))


@pytest.mark.parametrize(
    ("hello", "taken", "refused"),
    [
        ({}, {"settings": {}, "profile": None}, []),
        ({"settings": {"ensemble": "organ trio"}, "profile": OWN}, {"settings": {}, "profile": OWN}, ["organ trio"]),
        (
            {"settings": {"mode": "gesture", "seed": -1, "tune": "mouth", "colour": "red"}, "profile": {"format": 1}},
            {"settings": {"mode": "gesture", "tune": "mouth"}, "profile": None},
            ["seed -1", "'colour'", "profile"],
        ),
    ],
)
def test_of_a_greeting_each_thing_stands_for_itself(hello: dict, taken: dict, refused: list[str]) -> None:
    found, told = sort_greeting(hello)
    assert found == taken
    assert [word in text for word, text in zip(refused, told, strict=True)] == [True] * len(refused)


@pytest.mark.parametrize("profile", [{"cues": {}}, {"cues": {"gaze_x": {"mean": HUGE, "spread": 1}}}])
def test_who_wished_movements_only_gets_no_emotions_for_an_old_profile(server: Server, profile: dict) -> None:
    page = Page(server, {"settings": {"mode": "gesture"}, "profile": profile})
    page.wait_for("state", mode="gesture")
    (refused,) = [message for message in page.heard if message["type"] == "error"]
    assert (refused["about"], "calibrate again" in refused["text"]) == ("hello", True)
    page.leave()


def test_settings_that_are_refused_are_told_once_and_cost_no_place(server: Server) -> None:
    page = Page(server, {"settings": {"seed": HUGE}})
    assert [m["code"] for m in page.heard if m["type"] == "error"] == ["bad-message"]
    assert json.loads(server.get("/health")[2])["sessions"] == 1
    page.leave()


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("hold", {"fields": {"tempo_bpm": HUGE}}),
        ("hand", {"valence": HUGE, "arousal": 0}),
        ("mapping", {"toml": "a = " + "[" * 900}),
        ("mapping", {"toml": f"[tempo_bpm]\norigin = {HUGE}"}),
    ],
)
def test_numbers_without_end_and_brackets_without_end_change_nothing(page: Page, kind: str, fields: dict) -> None:
    page.say("start")
    page.wait_for("notes")
    page.say(kind, **fields)
    refused = page.wait(lambda m: m["type"] in ("error", "hush", "notice"))
    assert (refused["type"], refused["about"]) == ("error", kind)


def test_both_names_of_the_page_are_the_page(server: Server) -> None:
    assert server.get("/")[2] == server.get("/index.html")[2]


def test_the_mode_of_a_station_is_what_a_session_begins_in_and_the_page_offers() -> None:
    with serving("--mode", "gesture") as server:
        assert b'<html data-mode="gesture"' in server.get("/")[2], "before there is a session"
        page = Page(server, {})
        assert (page.welcome["default_mode"], page.welcome["state"]["mode"]) == ("gesture", "gesture")
        page.close()
        page = Page(server, {"settings": {"mode": "hand"}})
        page.wait_for("state", mode="hand")
        page.close()


def test_what_a_station_plays_is_what_a_session_begins_with() -> None:
    words = ["--ensemble", "quartet", "--tune", "eyes", "--key", "Eb", "--meter", "3/4", "--seed", "7"]
    with serving(*words) as server:
        page = Page(server, {"settings": {"meter": "4/4"}})
        page.wait_for("state", ensemble="quartet", tune="eyes", tonic="Eb", meter="4/4", seed=7)
        page.close()
