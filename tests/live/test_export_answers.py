"""What is answered to who asks for a file: their mistakes in a sentence, ours in the log."""

import asyncio
import json
from types import SimpleNamespace

import pytest
from starlette.requests import Request

from mien.app.server import _export
from mien.errors import BadInput
from mien.live.station import Busy, NothingPlayed, Station


def asked(station: object, query: str = "") -> tuple[int, str]:
    """Status and sentence of an export of the session "s"."""
    places = {"session": "s", "kind": "mid"}
    scope = {"type": "http", "headers": [], "query_string": query.encode(), "path_params": places}
    answer = asyncio.run(_export(station, Request(scope), None))  # type: ignore[arg-type]
    return answer.status_code, json.loads(answer.body)["error"]


def station_that(raises: Exception) -> SimpleNamespace:
    async def export(*_: object) -> None:
        raise raises

    return SimpleNamespace(sessions={"s": object()}, export=export)


@pytest.mark.parametrize(
    ("raises", "status"), [(NothingPlayed("press start"), 409), (BadInput("no such kind"), 400), (Busy(), 503)]
)
def test_what_cannot_be_had_is_answered_in_a_sentence(raises: Exception, status: int) -> None:
    assert asked(station_that(raises)) == (
        status,
        str(raises) or "another export of this session is running; wait for it",
    )


@pytest.mark.parametrize("fault", [KeyError("leg"), ValueError("an index"), RuntimeError("a thread")])
def test_a_fault_of_ours_is_told_to_the_log_alone(fault: Exception, caplog: pytest.LogCaptureFixture) -> None:
    status, said = asked(station_that(fault))
    assert (status, str(fault) in said) == (500, False)
    assert caplog.records[0].exc_info[1] is fault


@pytest.mark.parametrize("number", ["two", "-1", "1.5", "", "²", "9" * 5000])
def test_a_movement_that_is_no_number_is_refused_with_what_is_wanted(number: str) -> None:
    status, said = asked(station_that(AssertionError("not asked")), f"movement={number}")
    assert status == 400
    assert "give its number, counted from 1" in said
    assert len(said) < 120


def test_a_movement_that_is_not_there_is_refused_with_how_many_there_are() -> None:
    async def export() -> None:
        performance = SimpleNamespace(heard=lambda _: ["movement"])
        session = SimpleNamespace(session_id="s", performance=performance, now_s=0.0)
        await Station(1).export(session, "mid", 7)  # type: ignore[arg-type]

    with pytest.raises(BadInput, match="movement 7: there is only one"):
        asyncio.run(export())
