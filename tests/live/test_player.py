import threading

import pytest

from mien.clock import OfflineClock, WallClock
from mien.errors import CannotWrite
from mien.live.plan import PlannedNote
from mien.live.player import FORESIGHT_S, RETRY_S, Player
from mien.ports.port import PortLost, Program, Release, SilentTwin, Strike
from mien.values import Part


def note(note_id: int, onset_s: float, end_s: float) -> PlannedNote:
    return PlannedNote(note_id, onset_s, end_s, Strike(0, Part.MELODY, 60 + note_id, 80))


def test_a_lost_port_is_told_of_tried_again_and_silenced_first() -> None:
    clock, twin, plugged = OfflineClock(), SilentTwin("twin"), [False]
    told: list[tuple[str, bool]] = []
    causes: list[str] = []

    def opening() -> SilentTwin:
        if not plugged[0]:
            raise PortLost("twin: unplugged")
        return twin

    def tell(name: str, up: bool, why: str) -> None:
        told.append((name, up))
        causes.append(why)

    player = Player({"twin": opening}, clock, tell, runs=False)
    for _ in range(3):
        player.play_due()
        clock.wait(RETRY_S)
    assert (player.alive(), told, causes) == ({"twin": False}, [("twin", False)], ["unplugged"]), "once, with the cause"
    told.clear()
    plugged[0] = True
    clock.wait(RETRY_S)
    player.play_due()
    assert (told, twin.panics) == ([("twin", True)], 1)
    player.replace(0, [note(1, clock.now_s, clock.now_s + 10)], {})
    twin.breaks = True
    player.play_due()
    assert told[-1] == ("twin", False)
    twin.breaks = False
    clock.wait(RETRY_S)
    player.play_due()
    assert (told[-1], twin.panics) == (("twin", True), 2)


def test_silence_upon_silence_still_owes_what_was_not_sent() -> None:
    clock, twin = OfflineClock(), SilentTwin()
    player = Player({"twin": lambda: twin}, clock, runs=False)
    player.replace(0, [note(1, 0, 9)], {})
    player.play_due()
    player.silence()
    player.silence()
    player.play_due()
    assert twin.sent[-1] == Release(0, Part.MELODY, 61)


def test_the_thread_plays_and_leaves_nothing_sounding() -> None:
    struck = threading.Event()

    class Listening(SilentTwin):
        def send(self, events):  # type: ignore[no-untyped-def]
            super().send(events)
            struck.set()

    twin, clock = Listening(), WallClock()
    player = Player({"twin": lambda: twin}, clock)
    player.replace(0, [note(1, clock.now_s, clock.now_s + 60)], {})
    assert struck.wait(10)
    player.close()
    assert twin.sent == [Strike(0, Part.MELODY, 61, 80), Release(0, Part.MELODY, 61)]
    assert (twin.is_closed, twin.panics) == (True, 2)  # one at its opening, one at its end


def test_without_ports_there_is_no_thread() -> None:
    before = threading.active_count()
    player = Player({}, WallClock())
    player.send([])
    assert threading.active_count() == before
    player.close()


def test_a_port_that_fails_is_closed_and_keeps_no_other_from_its_end(caplog: pytest.LogCaptureFixture) -> None:
    class Unwritable(SilentTwin):
        def close(self) -> None:
            super().close()
            raise CannotWrite("no room")

    clock, lost, last = OfflineClock(), SilentTwin(), SilentTwin()
    player = Player({"lost": lambda: lost, "file": Unwritable, "last": lambda: last}, clock, runs=False)
    player.play_due()
    lost.breaks = True
    player.replace(0, [note(1, 0, 9)], {})
    player.play_due()
    assert (lost.is_closed, player.alive()["lost"]) == (True, False)
    player.close()
    assert last.is_closed
    assert [record.getMessage() for record in caplog.records] == ["port file could not be closed: no room"]


def test_a_port_that_gets_ready_is_told_what_comes_once() -> None:
    class Ready(SilentTwin):
        def foresee(self, coming):  # type: ignore[no-untyped-def]
            told.extend(coming)

    told: list[PlannedNote | Program] = []
    clock, plain = OfflineClock(), SilentTwin()
    player = Player({"ready": Ready, "plain": lambda: plain}, clock, runs=False)
    piano, strings = Program(0, 0, {}), Program(0, 48, {})
    soon, later, never, instead = note(1, 0.5, 3), note(2, FORESIGHT_S + 1, 9), note(3, 9, 10), note(4, 9, 11)
    player.play_due()
    player.replace(0, [later, soon, never], {}, [(0.5, piano), (FORESIGHT_S + 1, strings)])
    for _ in range(2):
        player.play_due()
        assert told == [piano, soon]
    player.replace(5, [instead], {})
    clock.wait(1.0)
    player.play_due()
    assert told == [piano, soon, strings, later]
    assert plain.sent == [piano, soon.strike], "what is foreseen is not sent"
    clock.wait(8.0)
    player.play_due()
    assert never not in told


class Faulty(SilentTwin):
    """A port with a fault in its code: it raises what no port should, as often as it is told to."""

    def __init__(self, name: str, times: int) -> None:
        super().__init__(name)
        self.left, self.is_closed = times, False

    def send(self, events):  # type: ignore[no-untyped-def]
        if self.left > 0:
            self.left -= 1
            raise RuntimeError("a fault")
        super().send(events)


def test_a_port_with_a_fault_ends_neither_the_others_nor_the_thread() -> None:
    clock, told = OfflineClock(), []
    bad, good = Faulty("bad", 1), SilentTwin("good")
    openers = {"bad": lambda: bad, "good": lambda: good}
    player = Player(openers, clock, lambda name, up, _: told.append((name, up)), runs=False)
    player.replace(0, [note(1, 0, 9)], {})
    player.play_due()
    assert player.alive() == {"bad": False, "good": True}
    assert told[-1] == ("bad", False)
    clock.wait(RETRY_S)
    player.play_due()
    assert told[-1] == ("bad", True), "it is tried again like one that was lost"
    bad.left = 9
    player.close()
    assert good.is_closed
    assert good.sent[-1] == Release(0, Part.MELODY, 61)
