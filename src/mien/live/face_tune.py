"""Where the face has moved → notes of a tune, in the key that is in force, at once.

The tune needs the person's own resting face: without it narrow eyes would be a key held down. While somebody who is
known sits before the camera the composer's melody rests, and theirs takes its place; when they leave it comes back,
and what was learnt of their face is forgotten: who comes next is asked anew.
"""

from collections.abc import Mapping
from typing import Any

from mien.live.messages import Tell, tune_told
from mien.live.performance import Performance
from mien.live.watching import LEFT_S, Watching
from mien.music.gesture import at_rest
from mien.music.tune import Lift, Playing, Press, Tune, play, tune_named
from mien.values import Gesture, Part


class FaceTune:
    """The tune of one session; the face in the first seat plays it.

    Parameters
    ----------
    watching, performance : the session's.
    tell : where messages go.
    """

    def __init__(self, watching: Watching, performance: Performance, tell: Tell) -> None:
        self._watching = watching
        self._performance = performance
        self._tell = tell
        self._tune: Tune | None = None
        self._playing = Playing()
        self._told: dict[str, Any] = {}
        self._is_there = False
        self._seen_s = 0.0

    def choose(self, tune: str | None, now_s: float) -> None:
        """Take up an instrument, or none; what sounds ends. Who is not known yet is asked to rest their face first."""
        if tune == (self._tune.name if self._tune else None):
            return
        self._performance.lift(now_s)
        self._tune, self._playing, self._told = (tune_named(tune) if tune else None), Playing(), {}
        self._ask(now_s)

    def rests(self, now_s: float) -> frozenset[Part]:
        """The part that the face plays, so that the composer does not; none while its seat is empty, whoever else is
        there."""
        is_there = 0 in self._watching.seats_taken() and not self._watching.is_alone(now_s)
        is_played = self._is_ready and is_there
        return frozenset({Part.MELODY}) if is_played else frozenset()

    def play(self, moved: Mapping[int, Mapping[str, float]], now_s: float) -> None:
        """Take in a frame: by seat, how far each cue is from rest."""
        was_there = self._is_there and now_s - self._seen_s <= LEFT_S  # else pictures failed to come for so long
        self._is_there, self._seen_s = 0 in moved, now_s
        if self._tune is None:
            return
        if self._is_there and not was_there:
            self._ask(now_s)
        acts, self._playing = play(self._tune, moved.get(0, {}) if self._is_ready else {}, now_s, self._playing)
        for act in acts:
            match act:
                case Press(degree, velocity):
                    self._performance.strike(now_s, degree, velocity)
                case Lift():
                    self._performance.lift(now_s)
        self._tell_place(now_s)

    def quieted(self, gesture: Gesture) -> Gesture:
        """A gesture that does not shape the sound of what the same face plays: a shut eye would soften its own note."""
        if not self._is_ready:
            return gesture
        rest = at_rest(Part.MELODY)
        controls = tuple((part, rest if part is Part.MELODY else numbers) for part, numbers in gesture.controls)
        return Gesture(gesture.time_s, controls, gesture.events)

    def _ask(self, now_s: float) -> None:
        """Ask who is there, would play and is not known to rest their face: when an instrument is taken up, and
        whenever somebody appears. While nobody is there the time to rest does not begin."""
        if self._tune and self._is_there and self._watching.own is None and self._watching.calibration is None:
            self._tell(self._watching.calibrate("start", now_s, leaves=True) or {})

    @property
    def _is_ready(self) -> bool:
        return self._tune is not None and self._watching.own is not None and self._watching.calibration is None

    def _tell_place(self, now_s: float) -> None:
        """Tell which note comes next, if that is news."""
        brief = self._performance.brief_at(now_s)
        told = tune_told(self._playing.degree, brief, self._playing.down is not None, self._is_ready)
        if told != self._told:
            self._told = told
            self._tell(told)
