"""No stuck notes in a whole session: commands, faces that play, drops, exceptions, lost ports, the end, as they come.

`test_performance` does the same for the music alone; here the session itself runs, with modes, wishes and tune. Time is
an offline clock's, the reading process a stand-in that says what the faces of a frame look like.
"""

import asyncio
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from mien.clock import OfflineClock
from mien.cues.names import NAMES
from mien.cues.neutral import average_neutral
from mien.live import session as session_module
from mien.live.commands import Command
from mien.live.frames import CameraFrame
from mien.live.player import RETRY_S, InTime, Player
from mien.live.readers import Waiting
from mien.live.session import Session
from mien.live.session_file import differences, parse_session, replayed
from mien.live.settings import MODES
from mien.ports.midi import MidiPort
from mien.ports.port import PortLost

STEP_S = 0.06
REST = dict(zip(NAMES, average_neutral().mean.tolist(), strict=True))
POSES = (
    {},
    {"mouth_openness": 0.5},
    {"mouth_width": 0.13},
    {"eye_openness_left": -0.25},
    {"eye_openness_left": -0.25, "eye_openness_right": -0.25},
    {"gaze_x": -0.14},
)
SEATS = ((0.1, 0.2, 0.4, 0.8), (0.6, 0.2, 0.9, 0.8))


class Reader:
    """Instead of the reading process."""

    affect_modules = ()

    def __init__(self, *_: Any) -> None:
        return

    def submit(self, _: CameraFrame) -> None:
        return

    def dropped(self) -> int:
        return 0

    def change(self, _: bool) -> None:
        return

    def close(self) -> None:
        return


class Device:
    """A MIDI device: which keys it believes to be down, and whether its clock runs."""

    def __init__(self) -> None:
        self.down: set[tuple[int, int]] = set()
        self.is_there, self.runs = True, False

    def send(self, message: Any) -> None:
        if not self.is_there:
            raise OSError("unplugged")
        match message.type:
            case "note_on":
                assert (message.channel, message.note) not in self.down, "a key struck twice"
                self.down.add((message.channel, message.note))
            case "note_off":
                self.down.discard((message.channel, message.note))
            case "control_change" if message.control in (120, 123):
                self.down = {key for key in self.down if key[0] != message.channel}
            case "start" | "continue":
                self.runs = True
            case "stop":
                self.runs = False
            case "clock":
                assert self.runs, "a pulse to who was not started"

    def close(self) -> None:
        return


class Evening(RuleBasedStateMachine):
    """A session and all that may happen to it."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.clock, self.device = OfflineClock(), Device()
        self.told: list[dict[str, Any]] = []
        self.session: Session = self.loop.run_until_complete(self.begin())

    async def begin(self) -> Session:
        def player(openers: Any, clock: Any, on_change: Callable[[str, bool, str], None]) -> Player:
            return Player(openers, clock, on_change, runs=False)

        def plug() -> MidiPort:
            if not self.device.is_there:
                raise PortLost("unplugged")
            return MidiPort("x", self.device, keeps_time=True)

        with patch.object(session_module, "Player", player):
            one = Session("x", self.clock, "now", {"midi": InTime(plug)})
        one._task.cancel()
        with patch.object(session_module, "ReadingProcess", Reader):
            one.attach(self.told.append, {}, resumed=False)
        return one

    def do(self, kind: str, **fields: Any) -> None:
        self.run(lambda: self.session.do(Command(kind, fields)))

    def run(self, work: Callable[[], Any]) -> None:
        async def now() -> None:
            try:
                work()
            except session_module.NotNow:
                return
            except RuntimeError:
                self.session._recover()

        self.loop.run_until_complete(now())
        self.session._player.play_due()

    @rule()
    def start(self) -> None:
        self.do("start")

    @rule(how=st.sampled_from(["close", "now"]))
    def stop(self, how: str) -> None:
        self.do("stop", how=how)

    @rule()
    def panic(self) -> None:
        self.do("panic")
        assert not self.device.down or not self.device.is_there
        assert not self.session.performance.is_playing

    @rule(mode=st.sampled_from(MODES))
    def change_mode(self, mode: str) -> None:
        self.do("settings", mode=mode)

    @rule(ensemble=st.sampled_from(["piano", "quartet", "electronic"]), meter=st.sampled_from(["4/4", "3/4", "6/8"]))
    def change_band(self, ensemble: str, meter: str) -> None:
        self.do("settings", ensemble=ensemble, meter=meter)

    @rule(tune=st.sampled_from(["eyes", "mouth", None]))
    def take_up_a_tune(self, tune: str | None) -> None:
        self.do("settings", tune=tune)

    @rule(valence=st.sampled_from([-0.9, 0.0, 0.9]), arousal=st.sampled_from([-0.8, 0.8]))
    def point(self, valence: float, arousal: float) -> None:
        self.do("hand", valence=valence, arousal=arousal)

    @rule(seconds=st.sampled_from([0.1, 1.0, 6.0]), poses=st.lists(st.sampled_from(POSES), max_size=2))
    def faces_do(self, seconds: float, poses: list[dict[str, float]]) -> None:
        """Some faces, or none, hold a pose for a while."""
        end_s = self.clock.now_s + seconds
        while self.clock.now_s < end_s:
            self.clock.wait(STEP_S)
            faces = [
                {
                    "score": 1.0, "box": box, "pose_deg": [0.0, 0.0, 0.0], "points": [], "irises": [], "affect": None,
                    "cues": [REST[name] + pose.get(name, 0.0) for name in NAMES], "coefficients": None,
                }
                for box, pose in zip(SEATS, poses, strict=False)
            ]  # fmt: skip
            said = {"seq": 1, "captured_s": 0.0, "size_px": [640, 480], "faces": faces, "ms": {}}
            waiting = Waiting(CameraFrame(1, 0.0, b""), self.clock.now_s)
            self.run(lambda said=said, waiting=waiting: self.session._answered(said, waiting))
            self.run(self.session._tick)

    @rule()
    def socket_drops_and_comes_back(self) -> None:
        self.session.detach()
        self.faces_do(1.0, [])
        self.run(lambda: self.session.attach(self.told.append, {}, resumed=True))

    @rule(where=st.sampled_from(["advance", "strike", "rest"]))
    def composer_stumbles(self, where: str) -> None:
        def stumble(*_: Any) -> None:
            raise RuntimeError("no idea")

        with patch.object(self.session.performance, where, stumble):
            self.faces_do(0.2, [{"mouth_openness": 0.5}])

    @rule()
    def lose_port(self) -> None:
        self.device.is_there = False

    @rule()
    def plug_in_again(self) -> None:
        self.device.is_there = True
        self.clock.wait(RETRY_S)
        self.run(self.session._tick)

    @invariant()
    def the_page_owes_no_end(self) -> None:
        """Notes are told with their lengths; what a face plays is lifted or ends by itself."""
        if self.told and self.told[-1]["type"] == "hush":
            struck = {m["note"][0] for m in self.told if m["type"] == "strike"}
            lifted = {row[0] for m in self.told if m["type"] == "lift" for row in m["ends"]}
            assert struck == lifted

    def teardown(self) -> None:
        self.session._player.play_due()
        self.loop.run_until_complete(self.session.close())  # as SIGTERM does
        assert not self.device.down or not self.device.is_there
        assert not self.device.runs or not self.device.is_there
        lines = parse_session(self.session.file.content(self.clock.now_s), "session")
        if any(line["kind"] == "note" for line in lines):
            assert differences(lines, replayed(lines)) == []
        self.loop.close()


TestEvening = Evening.TestCase
TestEvening.settings = settings(
    max_examples=15, stateful_step_count=20, deadline=None, phases=(Phase.reuse, Phase.generate)
)
