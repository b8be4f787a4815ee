"""Notes that come soon → sound that lies ready: what costs most is done before it is needed (events → the sampler).

A key that is struck for the first time has its sample decoded, brought to its pitch and filtered, 10 to 70 ms a voice,
and a chord of a whole band has more of that than the sound card waits for. The music is known ahead, so a thread of
its own does it then; how long notes go on is made ready last, since they begin before. What was not foreseen is made
when it is struck, as late as it may be.
"""

import logging
import threading
from collections import deque
from collections.abc import Sequence

from mien.ensembles import ensembles
from mien.live.plan import PlannedNote
from mien.music.midi import channels
from mien.ports.port import Program, Strike
from mien.sound.mixer import LONG_S, Mixer

DRUM_MIDI, USUAL_VELOCITY = 38, 80

log = logging.getLogger(__name__)


class Prefetcher:
    """Makes ready what a band is about to play.

    Parameters
    ----------
    mixer : the band.
    runs : in a thread of its own; otherwise somebody calls `work_off`.
    """

    def __init__(self, mixer: Mixer, *, runs: bool = True) -> None:
        self._mixer = mixer
        self._programs: dict[int, int] = {}
        self._coming: deque[PlannedNote | Program] = deque()
        self._later: deque[tuple[int, PlannedNote]] = deque()
        self._wake = threading.Event()
        self._is_over = False
        self._thread = threading.Thread(target=self._run, name="mien-prefetch", daemon=True) if runs else None
        if self._thread:
            self._thread.start()

    def foresee(self, coming: Sequence[PlannedNote | Program]) -> None:
        """Take in what will be sent soon, in order."""
        self._coming.extend(coming)
        self._wake.set()

    def warm(self) -> None:
        """Once there is nothing more urgent, make ready a note of every player of every ensemble."""
        for band in ensembles().values():
            channel_of = channels(band.players)
            for part, player in band.players.items():
                pitch = DRUM_MIDI if player.program is None else (player.low_midi + player.high_midi) // 2
                strike = Strike(channel_of[part], part, pitch, USUAL_VELOCITY)
                self._later.append((player.program or 0, PlannedNote(0, 0.0, 0.0, strike)))
        self._wake.set()

    def work_off(self) -> None:
        """Make ready all that was taken in."""
        while (self._coming or self._later) and not self._is_over:
            if not self._coming:
                program, note = self._later.popleft()
                self._make(program, note, note.end_s - note.onset_s)
                continue
            match self._coming.popleft():
                case Program(channel, program):
                    self._programs[channel] = program
                case PlannedNote(_, onset_s, end_s, strike) as note:
                    program = self._programs.get(strike.channel, 0)
                    self._make(program, note, 0.0)
                    if end_s - onset_s > LONG_S:
                        self._later.append((program, note))

    def close(self) -> None:
        """End, with what is in hand."""
        self._is_over = True
        self._wake.set()
        if self._thread:
            self._thread.join()

    def _make(self, program: int, note: PlannedNote, length_s: float) -> None:
        strike = note.strike
        self._mixer.prefetch(strike.channel, program, strike.pitch_midi, strike.velocity, length_s)

    def _run(self) -> None:
        while not self._is_over:
            self._wake.wait()
            self._wake.clear()
            try:
                self.work_off()
            except Exception:  # whoever strikes it meets it again, and tells
                log.exception("audio: what comes cannot be made ready")
                self._wake.set()
