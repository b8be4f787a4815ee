"""One session: frames and commands in, messages out; it joins watching, performing and the ports.

A session belongs to one event loop and has no socket of its own: `attach` gives it somewhere to tell things, `detach`
takes that away, and the music goes on. Three clocks run in it: gestures at once with each reading, structure in
`_tick`, mood in the target that `_tick` asks for. Nothing that a page, a picture or a port does ends it; what fails
is told and mended.
"""

import asyncio
import contextlib
import logging
from collections.abc import Mapping
from typing import Any

from mien.clock import Clock
from mien.errors import BadInput
from mien.live import messages
from mien.live.answers import Answer
from mien.live.calibration import rest_of
from mien.live.commands import Command, NotNow, code_of, parse_command
from mien.live.face_tune import FaceTune
from mien.live.frames import parse_frame
from mien.live.gesture_clock import GestureClock
from mien.live.messages import Tell
from mien.live.meters import Meters
from mien.live.mood import COLOUR_HALF_LIFE_S, Target
from mien.live.notices import Notices, port_notice
from mien.live.options import USUAL, SessionOptions
from mien.live.performance import Performance
from mien.live.player import Opener, Player
from mien.live.readers import ReadingProcess, Waiting
from mien.live.seats import SEATS, resting_parts
from mien.live.session_file import SessionFile
from mien.live.settings import changed, next_seed
from mien.live.video import Video
from mien.live.watching import Watching
from mien.live.wishes import Wishes
from mien.values import Part

TICK_S = 0.03
BRIEF_S = 0.25
"""Briefs are told no oftener."""
CLOCKS_S = 1.0

log = logging.getLogger(__name__)


class Session:
    """A player at the instrument.

    Parameters
    ----------
    session_id : its secret.
    clock : starts with the session.
    started : ISO date and time of the start.
    openers : ports to play on, by name; empty while another session has them, None where there are none.
    options : what holds for all sessions of the server.
    """

    def __init__(
        self,
        session_id: str,
        clock: Clock,
        started: str,
        openers: Mapping[str, Opener] | None = None,
        options: SessionOptions = USUAL,
    ) -> None:
        self.session_id = session_id
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._listener: Tell | None = None
        self._choice = options.choice
        self._wishes = Wishes(options.mapping, self._choice.classes, options.settings)
        self._notices = Notices(self._notice)
        self._state: dict[str, Any] = {}
        self._brief_s = self._clocks_s = 0.0
        self._told_brief: Any = None
        self.watching = Watching(self._choice.classes, self._choice.weights)
        self.file = SessionFile(started, self._choice.classes)
        folder = options.keep_video
        self.video = Video(folder, started, self.file, self._notice) if folder else None
        self._player = Player(openers or {}, clock, self._port_changed)
        self._ports_there_are = openers is not None
        self.performance = Performance(self._tell, self._player, self.file)
        self._meters = Meters()
        self._tune = FaceTune(self.watching, self.performance, self._tell)
        self._gestures = GestureClock(
            clock, self.watching, self.performance, self._player, self.file, self._meters, self._tune, self._tell
        )
        self._reading: ReadingProcess | None = None
        self.is_stopped = False
        """Whether somebody asked the music to end; it holds until the music is started."""
        self._last_tick_s = clock.now_s
        self._task = self._loop.create_task(self._run())

    @property
    def now_s(self) -> float:
        """Session time."""
        return self._clock.now_s

    # What the page does.

    def attach(self, listener: Tell, hello: Mapping[str, Any], *, resumed: bool) -> None:
        """Tell a page everything from now on; settings and profile of its greeting are taken over.

        Raises
        ------
        BadInput
            If one of them is not allowed.
        """
        wanted = hello.get("settings", {})
        changed(self._wishes.settings, wanted)  # refused before anything is told
        if resumed:  # what the page was told last is no wish of its own: others may have chosen since
            wanted = {name: value for name, value in wanted.items() if self._state.get(name) != value}
        if hello.get("profile") and not resumed:
            self.watching.own = rest_of(hello["profile"])
        self._listener = listener
        self._gestures.forget()
        self._told_brief = None
        self._state = self.state()
        own = {"session": self.session_id, "resumed": resumed, "keeps_video": self.video is not None}
        own |= {"state": self._state, "ports": self._state["ports"], "default_mode": self._wishes.default_mode}
        self._tell(messages.welcome_told(self.watching.classes, self._wishes.mapping) | own)
        self._set(wanted)
        if self._reading is None:
            told_to = (self._answered, self._reader_changed, self._choice)
            self._reading = ReadingProcess(self._wishes.reads_affect, self._clock, *told_to)
        if resumed:
            self.performance.resume(self.now_s)

    def detach(self) -> None:
        """Tell nobody anything from now on."""
        self._listener = None

    def hear_frame(self, message: bytes) -> bool:
        """Take a binary message; False if it was no frame."""
        try:
            frame = parse_frame(message)
        except BadInput as error:
            self.refuse("bad-frame", str(error))
            return False
        if self._reading:
            self._reading.submit(frame)
        return True

    def hear(self, text: str) -> str | None:
        """Take a text message; its type, or None if it was none of the protocol. `bye` is left to the socket."""
        try:
            command = parse_command(text)
        except BadInput as error:
            self.refuse("bad-message", str(error))
            return None
        try:
            self.do(command)
        except BadInput as error:
            self.refuse(code_of(error, command.kind), str(error), command.kind)
        return command.kind

    def do(self, command: Command) -> None:
        """Obey a command, whoever gives it; where the composer stumbles over it, the music begins anew.

        Raises
        ------
        BadInput
            If it cannot be obeyed; nothing has changed then.
        """
        try:
            getattr(self, f"_on_{command.kind}")(command.fields)
            self._tell_state()
        except BadInput:
            raise
        except Exception:
            self._recover()

    def start(self) -> None:
        """Let the music begin."""
        self.is_stopped = False
        self._wishes.begin()
        now_s = self.now_s
        self.performance.start(now_s, self._wishes.settings.seed, self._wanted().aim, self._resting(now_s))

    def finish(self) -> None:
        """Let the music come to its end."""
        self.performance.close(self.now_s, self._wanted().aim)
        self._tell_state()

    def silence(self) -> None:
        """End the music at once, if any plays."""
        if self.performance.is_playing:
            self.performance.silence(self.now_s, "stop")

    def take_ports(self, openers: Mapping[str, Opener]) -> None:
        """Play on ports that another session has left."""
        self._player.take_ports(openers)
        self._gestures.forget()
        self.performance.plan_anew(self.now_s)
        self._tell_state()

    async def close(self) -> None:
        """End the session: silence, ports closed, processes ended."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self.silence()
        if self._reading:
            self._reading.close()
        await asyncio.to_thread(self._player.close)
        if self.video:
            self.video.close(await asyncio.to_thread(self.file.content, self.now_s))

    # Commands.

    def _on_hello(self, _: Mapping[str, Any]) -> None:
        raise NotNow("hello: the session has begun already")

    def _on_bye(self, _: Mapping[str, Any]) -> None:
        return  # the socket's business

    def _on_ping(self, fields: Mapping[str, Any]) -> None:
        self._tell(messages.pong_told(fields["id"], fields["sent_s"]))

    def _on_start(self, _: Mapping[str, Any]) -> None:
        self.start()

    def _on_stop(self, fields: Mapping[str, Any]) -> None:
        how = fields.get("how", "close")
        if how not in ("close", "now"):
            raise BadInput(f"stop: how {how!r}; 'close' or 'now' wanted")
        self.is_stopped = True
        if how == "now":
            self.performance.silence(self.now_s, "stop")
        else:
            self.finish()

    def _on_panic(self, _: Mapping[str, Any]) -> None:
        self.is_stopped = True
        self.performance.silence(self.now_s, "panic")

    def _on_settings(self, fields: Mapping[str, Any]) -> None:
        self._set(fields)
        self.file.keep("settings", self.now_s, settings=self._wishes.settings.told())

    def _on_hold(self, fields: Mapping[str, Any]) -> None:
        self._wishes.hold(fields["fields"])
        self.file.keep("hold", self.now_s, held=dict(self._wishes.held))

    def _on_hand(self, fields: Mapping[str, Any]) -> None:
        self._wishes.point(fields)

    def _on_lead(self, fields: Mapping[str, Any]) -> None:
        self._wishes.take_lead(fields)
        self.file.keep("lead", self.now_s, lead=self._wishes.lead.told() if self._wishes.lead else None)

    def _on_calibrate(self, fields: Mapping[str, Any]) -> None:
        if forgotten := self.watching.calibrate(fields["do"], self.now_s):
            self._tell(forgotten)

    def _on_mapping(self, fields: Mapping[str, Any]) -> None:
        self._wishes.map_by(fields["toml"])
        self._tell(messages.mapping_told(self._wishes.mapping))

    def _on_record(self, fields: Mapping[str, Any]) -> None:
        self.file.keeps_readings = fields["on"]

    # What happens by itself.

    async def _run(self) -> None:
        while True:
            due_s = self._clock.now_s + TICK_S
            await asyncio.sleep(TICK_S)
            self._meters.loop(self._clock.now_s - due_s)
            try:
                self._tick()
            except Exception:
                self._recover()

    def _tick(self) -> None:
        now_s = self.now_s
        seconds, self._last_tick_s = now_s - self._last_tick_s, now_s
        self._wishes.pass_time(seconds)
        if learnt := self.watching.learnt(now_s):
            self._tell(learnt)
            if learnt["state"] == "done":
                self.file.keep("calibrated", now_s, step=learnt["step"])
        if self._wishes.follows_faces:
            self._notices.faces(self.watching.is_alone(now_s))
        is_due = now_s - self._brief_s >= BRIEF_S
        wanted = self._wanted() if is_due or self.performance.is_playing else None
        if wanted and self.performance.is_playing:
            self.performance.rest(now_s, self._resting(now_s))
            self.performance.advance(now_s, wanted.aim)
        if wanted and is_due:
            self._brief_s = now_s
            self._tell_brief(now_s, wanted)
            self._tell_state()
        if now_s - self._clocks_s >= CLOCKS_S:
            self._clocks_s = now_s
            self._tell(self._meters.told(now_s, self.performance.led_s, COLOUR_HALF_LIFE_S))

    def _recover(self) -> None:
        """The composer stumbled: silence, and begin anew from another seed; if that fails too, stay silent."""
        log.exception("the composer stumbled")
        was_playing = self.performance.is_playing
        self.performance.silence(self.now_s, "restart")
        self._notice("composer-restarted", "the composer stumbled" + (" and begins anew" if was_playing else ""))
        if was_playing:
            try:
                self._wishes.set({"seed": next_seed(self._wishes.settings.seed)})
                self.start()
            except Exception:
                log.exception("the composer stumbled again; the music stops")
                self.performance.silence(self.now_s, "restart")

    def _wanted(self) -> Target:
        """What is wanted from now on."""
        return self._wishes.follow(self.watching, self.now_s, self.performance.aim)

    def _resting(self, now_s: float) -> frozenset[Part]:
        """The parts that nobody plays, or that a face plays itself."""
        return resting_parts(self.watching.seats_taken()) | self._tune.rests(now_s)

    def _set(self, asked: Mapping[str, Any]) -> None:
        self._wishes.set(asked)
        self._tune.choose(self._wishes.settings.tune, self.now_s)
        self.watching.seat(SEATS if self._wishes.settings.mode == "ensemble" else 1)
        if self._reading:
            self._reading.change(self._wishes.reads_affect)
        self._tell_state()

    def _answered(self, said: Answer, waiting: Waiting) -> None:
        """The reading process has read a frame."""
        if "error" in said:
            self.refuse("bad-frame", said["error"])
        elif self._reading:
            if self.video:
                self.video.keep(waiting.frame, waiting.arrived_s)
            wishes = self._wishes
            dropped = self._reading.dropped()
            self._gestures.answered(said, waiting, dropped, wishes.reads_affect, wishes.settings.ensemble)

    def _reader_changed(self, how: str) -> None:
        self._notices.reader(how)
        if how == "ready":
            self.watching.resume(self.now_s)
        else:
            self.watching.pause(self.now_s)
        self._tell_state()

    def _port_changed(self, name: str, is_alive: bool, why: str) -> None:
        """From the player's thread."""
        with contextlib.suppress(RuntimeError):  # the loop has ended, and the session with it
            self._loop.call_soon_threadsafe(self._notice, *port_notice(name, is_alive, why))

    # What is told.

    @property
    def follows_faces(self) -> bool:
        """Whether it matters to the music if nobody is seen."""
        return self._wishes.follows_faces

    def state(self) -> dict[str, Any]:
        """As the message `state`."""
        ports = self._player.alive()
        return messages.state_told(
            is_playing=self.performance.is_playing,
            is_closing=self.performance.is_closing,
            settings=self._wishes.settings,
            is_recording=self.file.keeps_readings,
            movements=self.performance.movements(self.now_s),
            held=self._wishes.held,
            is_calibrated=self.watching.own is not None,
            lead=self._wishes.lead,
            reader=self._notices.reader_is,
            ports=ports,
            lacks_ports=self._ports_there_are and not ports,
        )

    def _tell(self, message: dict[str, Any]) -> None:
        if self._listener:
            self._listener({**message, "server_s": round(self._clock.now_s, 4)})

    def _tell_state(self) -> None:
        state = self.state()
        if self._listener and state != self._state:
            self._state = state
            self._tell(state)

    def _tell_brief(self, now_s: float, wanted: Target) -> None:
        message = messages.brief_told(self.performance.brief_at(now_s), wanted)
        if message != self._told_brief:
            self._told_brief = message
            self._tell(message)

    def _notice(self, code: str, text: str) -> None:
        self._tell(messages.notice_told(code, text))

    def refuse(self, code: str, text: str, about: str | None = None) -> None:
        """Tell that something was refused, and why."""
        log.warning("refused (%s): %s", code, text)
        self._tell(messages.error_told(code, text, about))
