"""An answer of the reading process → controllers and reading, told at once: the fastest of the three clocks.

Controllers go out before anything else is done with a frame; then the page gets the reading, the session file its
values, the ports their numbers. Latencies are measured from a frame's arrival.
"""

from collections.abc import Callable, Mapping
from typing import Any

from mien.clock import Clock
from mien.ensembles import Ensemble
from mien.live.face_tune import FaceTune
from mien.live.meters import Meters
from mien.live.performance import Keeper
from mien.live.player import Player
from mien.live.readers import Waiting
from mien.live.told import joined, port_values
from mien.live.touch import Touch, control_rows, gesture_told
from mien.live.watching import Watching
from mien.ports.port import Happened
from mien.values import Gesture

Tell = Callable[[dict[str, Any]], None]


class GestureClock:
    """The gesture clock of one session.

    Parameters
    ----------
    clock, watching, player, keeper, meters, tune : the session's.
    tell : where messages go.
    """

    def __init__(
        self,
        clock: Clock,
        watching: Watching,
        player: Player,
        keeper: Keeper,
        meters: Meters,
        tune: FaceTune,
        tell: Tell,
    ) -> None:
        self._clock = clock
        self._watching = watching
        self._player = player
        self._keeper = keeper
        self._meters = meters
        self._tune = tune
        self._tell = tell
        self._touch = Touch()

    def forget(self) -> None:
        """Tell every controller anew: another ensemble plays, or another page listens."""
        self._touch.forget()

    def answered(
        self, said: Mapping[str, Any], waiting: Waiting, dropped: int, reads_affect: bool, band: Ensemble
    ) -> None:
        """Take in a frame that was read.

        Parameters
        ----------
        said : an answer of `mien.live.worker` without an error.
        dropped : frames dropped since the last.
        band : who plays.
        """
        sight = self._watching.see(said, self._clock.now_s, reads_affect)
        self._tune.play(sight.moved, self._clock.now_s)
        if gesture := joined(sight.gestures):
            self._move(self._tune.quieted(gesture), waiting, band)
        past_s = self._clock.now_s - waiting.arrived_s
        self._meters.gesture(past_s, dropped)
        waited_ms = max(0.0, 1e3 * past_s - sum(said["ms"].values()))
        self._tell(
            {
                "type": "reading",
                "seq": said["seq"],
                "captured_s": said["captured_s"],
                "dropped": dropped,
                "faces": list(sight.faces),
                "ms": {"waited": round(waited_ms, 2), **said["ms"], "server": round(1e3 * past_s, 2)},
            }
        )
        for face in sight.faces:
            kept = {key: face[key] for key in ("seat", "score", "pose_deg", "cues", "coefficients", "affect")}
            box_px = [
                round(share * side, 1) for share, side in zip(face["box"], 2 * list(said["size_px"]), strict=True)
            ]
            self._keeper.keep("reading", waiting.arrived_s, seq=said["seq"], box_px=box_px, **kept)
        if self._player.alive():
            happened = [
                Happened(seat, what, past_s) for seat, gesture in sight.gestures.items() for what in gesture.events
            ]
            self._player.send([*port_values(sight.faces, said["size_px"], past_s, self._watching.names), *happened])

    def _move(self, gesture: Gesture, waiting: Waiting, band: Ensemble) -> None:
        moved = self._touch.moved(gesture, band)
        if not moved and not gesture.events:
            return
        self._player.send(moved)
        channels, events = control_rows(moved), list(gesture.events)
        self._tell(
            {
                "type": "controls",
                "captured_s": waiting.frame.captured_s,
                "channels": channels,
                "gesture": gesture_told(gesture),
                "events": events,
            }
        )
        self._keeper.keep("controls", waiting.arrived_s, channels=channels, events=events)
