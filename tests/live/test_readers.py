"""The process that reads faces: there is one at a time, also when the mode changes while a lost one is awaited; and one
that the machine cannot start is tried again."""

import asyncio
import json
import multiprocessing
from types import SimpleNamespace

import pytest

from mien.clock import OfflineClock, WallClock
from mien.live import readers
from mien.live.notices import Notices
from mien.live.readers import FIRST_WAIT_S, ReaderChoice, ReadingProcess


async def change_after_a_loss() -> int:
    lost, ready = asyncio.Event(), asyncio.Event()
    events = {"lost": lost, "ready": ready}

    def told(what: str, *_: object) -> None:
        if what in events:
            events[what].set()

    before = set(multiprocessing.active_children())
    reading = ReadingProcess(True, WallClock(), lambda *_: None, told, ReaderChoice.of(None, False))
    try:
        await asyncio.wait_for(ready.wait(), 60)
        (child,) = set(multiprocessing.active_children()) - before
        child.kill()
        await asyncio.wait_for(lost.wait(), 60)
        reading.change(False)
        await asyncio.sleep(4 * FIRST_WAIT_S)
        return len(set(multiprocessing.active_children()) - before)
    finally:
        reading.close()


def test_one_process_reads_after_a_loss_and_a_change() -> None:
    assert asyncio.run(change_after_a_loss()) == 1


class Crowded:
    """A machine that can start no process twice, and then can; the process says that it is ready and ends."""

    def __init__(self) -> None:
        self.refusals = 2
        self.Pipe = multiprocessing.Pipe

    def Process(self, args: tuple, **_: object) -> SimpleNamespace:
        def start() -> None:
            self.refusals -= 1
            if self.refusals >= 0:
                raise OSError(11, "Resource temporarily unavailable")
            args[0].send_bytes(json.dumps({"ready": True, "affect_modules": []}).encode())

        return SimpleNamespace(start=start, join=lambda _: None, is_alive=lambda: False, kill=lambda: None)


async def states_on(machine: Crowded) -> list[str]:
    states, ready = [], asyncio.Event()

    def told(how: str) -> None:
        states.append(how)
        if how == "ready":
            ready.set()

    reading = ReadingProcess(False, OfflineClock(), lambda *_: None, told)
    try:
        await asyncio.wait_for(ready.wait(), 60)
    finally:
        reading.close()
    return states


def test_a_process_that_cannot_be_started_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Crowded()
    monkeypatch.setattr(readers.multiprocessing, "get_context", lambda _: machine)
    monkeypatch.setattr(readers, "FIRST_WAIT_S", 0.001)
    assert asyncio.run(states_on(machine))[:4] == ["lost", "lost", "starting", "ready"]


def test_a_reader_that_stays_lost_is_told_once() -> None:
    told = []
    notices = Notices(lambda code, _: told.append(code))
    for how in ("ready", "lost", "lost", "starting", "ready"):
        notices.reader(how)
    assert told == ["reader-lost", "reader-back"]
