"""The process that reads faces: there is one at a time, also when the mode changes while a lost one is awaited."""

import asyncio
import multiprocessing

from mien.clock import WallClock
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
