"""Ports belong to one session at a time, and go to another when it ends; exports are made elsewhere."""

import asyncio
import threading
from functools import partial
from typing import Any

import pytest

from mien.live import station as module
from mien.live.commands import Command
from mien.live.options import SessionOptions
from mien.live.session import Session
from mien.live.session_file import SessionFile, parse_session
from mien.live.station import Station
from mien.live.take import Movement, piece_of
from mien.piece import Piece
from mien.ports.port import PortLost, Program, SilentTwin, Strike, Transport

HAND = {"settings": {"mode": "hand"}}


async def until(there: Any) -> None:
    async with asyncio.timeout(30):
        while not there():
            await asyncio.sleep(0.01)


def test_ports_go_to_the_oldest_that_is_there_when_their_session_ends() -> None:
    twins: list[SilentTwin] = []

    def twin() -> SilentTwin:
        twins.append(SilentTwin("twin"))
        return twins[-1]

    async def evening() -> None:
        station = Station(3, {"twin": twin})
        told: dict[str, list[dict[str, Any]]] = {"first": [], "away": [], "last": []}
        sessions: dict[str, Session] = {}
        for name, heard in told.items():
            sessions[name], _ = station.enter(None)
            sessions[name].attach(heard.append, HAND, resumed=False)
        station.leave(sessions["away"])
        sessions["last"].start()
        await until(lambda: any(message["type"] == "notes" for message in told["last"]))
        assert [list(one.state()["ports"]) != [] for one in sessions.values()] == [True, False, False]
        assert [one.state()["lacks_ports"] for one in sessions.values()] == [False, True, True]
        await until(lambda: twins)
        await station.end(sessions["first"])
        await until(lambda: len(twins) == 2 and any(isinstance(event, Strike) for event in twins[1].sent))
        assert twins[0].is_closed, "one session's at a time"
        assert not any(isinstance(event, Transport) for event in twins[1].sent), "the music has not begun anew"
        assert any(isinstance(event, Program) for event in twins[1].sent), "the ports are told who plays"
        assert sum(message["type"] == "setup" for message in told["last"]) == 1, "the page knew"
        assert [one.state()["ports"] != [] for one in (sessions["away"], sessions["last"])] == [False, True]
        assert [one.state()["lacks_ports"] for one in (sessions["away"], sessions["last"])] == [True, False]
        assert any(message["type"] == "state" and message["ports"] for message in told["last"])
        await station.end(sessions["last"])
        resumed, was = station.enter(sessions["away"].session_id)
        assert was
        await until(lambda: len(twins) == 3)
        assert twins[1].is_closed and not twins[2].is_closed, "who comes back is given what nobody has"
        assert [port["name"] for port in resumed.state()["ports"]] == ["twin"]
        await station.close()
        assert twins[2].is_closed and len(twins) == 3

    asyncio.run(evening())


def test_a_station_may_draw_each_session_a_seed_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    seeds = iter((17, 23))
    monkeypatch.setattr(module, "drawn_seed", lambda: next(seeds))

    async def evening() -> list[int]:
        station = Station(3, options=SessionOptions(draws_seed=True))
        drawn = [station.enter(None)[0].state()["seed"] for _ in range(2)]
        await station.close()
        return drawn

    assert asyncio.run(evening()) == [17, 23]


def test_whose_ending_fails_keeps_no_place_and_no_ports(caplog: pytest.LogCaptureFixture) -> None:
    async def evening() -> None:
        station = Station(1, {"twin": partial(SilentTwin, "twin")})
        station._away_s = 0.0
        session, _ = station.enter(None)
        session.attach(lambda _: None, HAND, resumed=False)
        session.start()

        def stumble(*_: Any) -> None:
            raise RuntimeError("no ending")

        session.performance.close = stumble  # type: ignore[method-assign]
        station.leave(session)
        await until(lambda: not station.sessions)
        other, was = station.enter(session.session_id)
        assert not was
        await until(lambda: [port["name"] for port in other.state()["ports"]] == ["twin"])
        await station.close()

    asyncio.run(evening())
    assert "no ending" in caplog.text


def test_a_port_that_cannot_be_had_is_told_of_once_with_the_cause(caplog: pytest.LogCaptureFixture) -> None:
    name = "osc nohost:7400"

    def absent() -> SilentTwin:
        raise PortLost(f"{name}: no such host")

    async def evening() -> None:
        station, told = Station(1, {name: absent}), list[dict[str, Any]]()
        session, _ = station.enter(None)
        session.attach(told.append, HAND, resumed=False)
        await until(lambda: any(message["type"] == "notice" for message in told))
        await station.close()
        texts = [message["text"] for message in told if message["type"] == "notice"]
        wanted = "osc nohost:7400 is not there (no such host): check its name and whether it is on"
        assert [text.partition("; ")[0] for text in texts] == [wanted]

    asyncio.run(evening())
    assert sum("no such host" in line for line in caplog.messages) == 1


def test_a_table_of_readings_is_made_in_another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any) -> Any:
        raise AssertionError("the event loop waits for this")

    monkeypatch.setattr(module, "parse_session", never)
    monkeypatch.setattr(module, "readings_csv", never)

    async def evening() -> None:
        station = Station(1)
        session, _ = station.enter(None)
        try:
            content, movements = await station.export(session, "csv", None)
            again, _ = await station.export(session, "session", None)
        finally:
            await station.close()
        assert (content.decode().split(",")[:3], movements) == (["frame", "face_id", "timestamp"], 1)
        assert again.startswith(b'{"kind": "session"')

    asyncio.run(evening())


def test_the_event_loop_puts_no_export_together_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    made_by, content = [], SessionFile.content

    def write(file: SessionFile, now_s: float) -> bytes:
        made_by.append(threading.current_thread())
        return content(file, now_s)

    def put_together(movement: Movement, name: str) -> Piece:
        made_by.append(threading.current_thread())
        return piece_of(movement, name)

    monkeypatch.setattr(SessionFile, "content", write)
    monkeypatch.setattr(module, "piece_of", put_together)

    async def evening() -> None:
        station = Station(1)
        session, _ = station.enter(None)
        try:
            session.attach(lambda _: None, HAND, resumed=False)
            session.start()
            await until(lambda: session.performance.movements(session.now_s))
            for kind in ("session", "csv", "json"):
                await station.export(session, kind, None)
        finally:
            await station.close()

    asyncio.run(evening())
    assert len(made_by) == 3
    assert threading.main_thread() not in made_by


def test_the_account_tells_the_mood_that_the_music_was_asked_to_follow() -> None:
    async def evening() -> tuple[list[dict[str, Any]], Piece]:
        station = Station(1)
        session, _ = station.enter(None)
        try:
            session.attach(lambda _: None, HAND, resumed=False)
            session.do(Command("record", {"on": True}))
            session.do(Command("hand", {"valence": -0.6, "arousal": 0.7}))
            session.start()
            await until(lambda: session.performance.movements(session.now_s))
            session.do(Command("hand", {"valence": 0.5, "arousal": -0.6}))
            (movement,), content = session.performance.heard(session.now_s), session.file.content(session.now_s)
        finally:
            await station.close()
        return parse_session(content, "session"), piece_of(movement, "session")

    lines, piece = asyncio.run(evening())
    steps = [line for line in lines if line["kind"] == "step"]
    assert {(line["affect"]["valence"], line["affect"]["arousal"]) for line in steps} == {(-0.6, 0.7)}
    account = piece.account()
    assert (account["reading"]["valence"], account["reading"]["arousal"]) == (-0.6, 0.7), "not where it is now"
    assert {bar["valence"] for bar in account["bars"]} == {-0.6}
