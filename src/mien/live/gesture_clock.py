"""An answer of the reading process → controllers and reading, told at once: the fastest of the three clocks.

Controllers go out before anything else is done with a frame; then the page gets the reading, the session file its
values, the ports their numbers. Latencies are measured from a frame's arrival.
"""

from mien.clock import Clock
from mien.ensembles import Ensemble, ensemble
from mien.live.answers import FrameRow
from mien.live.face_tune import FaceTune
from mien.live.face_values import port_values
from mien.live.messages import Tell, control_rows, controls_told, reading_told
from mien.live.meters import Meters
from mien.live.performance import Keeper, Performance
from mien.live.player import Player
from mien.live.readers import Waiting
from mien.live.seats import joined
from mien.live.set_ups import SetUp
from mien.live.touch import Touch
from mien.live.watching import Watching
from mien.ports.port import Happened
from mien.values import Gesture

KEPT = ("seat", "score", "pose_deg", "cues", "coefficients", "affect")
"""What the session's file keeps of a face."""
SET_UP_S = 0.05
"""So long after a set-up was due everybody has obeyed it."""


class GestureClock:
    """The gesture clock of one session.

    Parameters
    ----------
    clock, watching, performance, player, keeper, meters, tune : the session's.
    tell : where messages go.
    """

    def __init__(
        self,
        clock: Clock,
        watching: Watching,
        performance: Performance,
        player: Player,
        keeper: Keeper,
        meters: Meters,
        tune: FaceTune,
        tell: Tell,
    ) -> None:
        self._clock = clock
        self._watching = watching
        self._performance = performance
        self._player = player
        self._keeper = keeper
        self._meters = meters
        self._tune = tune
        self._tell = tell
        self._touch = Touch()
        self._set_up: SetUp | None = None

    def forget(self) -> None:
        """Tell every controller anew: another ensemble plays, or another page listens."""
        self._touch.forget()

    def answered(self, said: FrameRow, waiting: Waiting, dropped: int, reads_affect: bool, wished: str) -> None:
        """Take in a frame that was read.

        Parameters
        ----------
        said : what the reading process says of it.
        dropped : frames dropped since the last.
        wished : the ensemble that plays where none has been set up.
        """
        sight = self._watching.see(said, self._clock.now_s, reads_affect)
        self._tune.play(sight.moved, self._clock.now_s)
        if gesture := joined(sight.gestures, self._watching.seats_taken(), self._clock.now_s):
            self._move(self._tune.quieted(gesture), waiting, self._band(wished))
        past_s = self._clock.now_s - waiting.arrived_s
        self._meters.gesture(past_s, dropped)
        self._tell(reading_told(said, sight.faces, dropped, past_s))
        for face in sight.faces:
            kept = {name: value for name, value in face.items() if name in KEPT}
            box_px = [round(share * side, 1) for share, side in zip(face["box"], 2 * said["size_px"], strict=True)]
            self._keeper.keep("reading", waiting.arrived_s, seq=said["seq"], box_px=box_px, **kept)
        if self._player.alive():
            happened = [
                Happened(seat, what, past_s) for seat, gesture in sight.gestures.items() for what in gesture.events
            ]
            watching = self._watching
            values = port_values(sight.faces, said["size_px"], past_s, watching.names, watching.seats)
            self._player.send([*values, *happened])

    def _band(self, wished: str) -> Ensemble:
        """Who plays; every controller is told anew to who has just been set up, which set them to rest."""
        set_up = self._performance.set_up_at(self._clock.now_s - SET_UP_S) or SetUp(0.0, wished)
        if set_up != self._set_up:
            self._set_up = set_up
            self._touch.forget()
        return ensemble(set_up.ensemble)

    def _move(self, gesture: Gesture, waiting: Waiting, band: Ensemble) -> None:
        moved = self._touch.moved(gesture, band)
        if not moved and not gesture.events:
            return
        self._player.send(moved)
        channels = control_rows(moved)
        self._tell(controls_told(waiting.frame.captured_s, channels, gesture))
        self._keeper.keep("controls", waiting.arrived_s, channels=channels, events=list(gesture.events))
