"""What happens in a session ↔ JSON lines, and the lines → the same music again.

The composer is pure, so the music is its seed and the steps it was asked for (`mien.live.conductor.Step`); `replayed`
takes them again and `differences` holds the notes against those that sounded. Readings, those of frames and those that
led to steps, are kept if asked for: values, never pictures. The format is that of `docs/wire.md`; times are session
seconds.
"""

import io
import json
import math
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from mien import __version__
from mien.errors import BadInput, cause_of
from mien.live.conductor import Aim, Conductor, Step, begin, kept_s, late, stepped
from mien.live.performance import START_S
from mien.live.plan import PlannedNote
from mien.live.schedule import planned_notes
from mien.live.solo import with_solo
from mien.live.take import Rests, Take, without_resting
from mien.ports.port import Strike, part_word
from mien.values import Affect, Brief, Note, Part, Reason
from mien.vocabulary import EIGHT, Classes, classes_of, meter_name, meter_named, mode_named, mode_word

FORMAT = 1
MOST_READINGS = 15 * 60 * 30
"""Readings that are kept: half an hour of one face at 15 a second, less of several; the oldest go first."""
LARGEST_BYTES = 512 * 2**20
PACKED = 256
"""Lines that are packed together."""
RECORDED = "as it was when this sounded"
"""Why a recorded brief is as it is: a session's file holds values, not reasons."""

Line = dict[str, Any]

_BROKEN = (AttributeError, KeyError, OverflowError, TypeError, ValueError, BadInput)
"""What a line raises that holds what no session does."""

_RECORDED_FIELDS = tuple(field.name for field in fields(Brief) if field.name != "reasons")

_PLACES = 3
"""Decimals of seconds in which two notes are held against each other."""


class PackedLines:
    """Lines of text in the order in which they came, in a tenth of the memory: an installation plays for days."""

    def __init__(self) -> None:
        self._packed: list[bytes] = []
        self._open: list[str] = []

    def append(self, line: str) -> None:
        """Add a line."""
        self._open.append(line)
        if len(self._open) == PACKED:
            self._packed.append(zlib.compress("\n".join(self._open).encode()))
            self._open.clear()

    def copy(self) -> "PackedLines":
        """The lines as they are now."""
        other = PackedLines()
        other._packed, other._open = list(self._packed), list(self._open)
        return other

    def __len__(self) -> int:
        return PACKED * len(self._packed) + len(self._open)

    def __iter__(self) -> Iterator[str]:
        for pack in self._packed:
            yield from zlib.decompress(pack).decode().split("\n")
        yield from self._open


class SessionFile:
    """The lines of one session, in memory.

    Parameters
    ----------
    started : ISO date and time of the session's second 0.
    classes : of the reader, in the order of the readings' probabilities.
    """

    def __init__(self, started: str, classes: Classes = EIGHT) -> None:
        head = {"kind": "session", "format": FORMAT, "version": __version__, "started": started}
        named = {"emotions": [one.name for one in classes], "classes": [one.row() for one in classes]}
        self._head: Line = head | named
        self._lines = PackedLines()
        self._readings: list[tuple[int, str]] = []
        self.keeps_readings = False

    def keep(self, kind: str, time_s: float, **what: Any) -> None:
        """Keep one thing that happened; readings, controls and the affect of a step only while `keeps_readings`."""
        if kind not in ("reading", "controls"):
            line = _plain(what, reads=self.keeps_readings)
            self._lines.append(json.dumps({"kind": kind, "time_s": kept_s(time_s)} | line))
        elif self.keeps_readings:
            row = json.dumps({"kind": kind, "time_s": kept_s(time_s)} | what)
            self._readings.append((len(self._lines), row))
            del self._readings[: max(0, len(self._readings) - 2 * MOST_READINGS)]

    def copy(self) -> "SessionFile":
        """The file as it is now: a moment's work, and another thread may make its content while the session goes on."""
        other = SessionFile("")
        other._head, other._lines, other._readings = self._head, self._lines.copy(), list(self._readings)
        other.keeps_readings = self.keeps_readings
        return other

    def content(self, now_s: float) -> bytes:
        """The whole file, as of now: tens of megabytes after half an hour of readings.

        It grows row by row: joined at once it would keep the interpreter, and with it the event loop, for long.
        """
        out = io.BytesIO()
        for row in self._rows(now_s):
            out.write(row.encode() + b"\n")
        return out.getvalue()

    def _rows(self, now_s: float) -> Iterator[str]:
        """All lines, each reading where it came."""
        yield json.dumps(self._head)
        at = 0
        for place, line in enumerate(self._lines):
            while at < len(self._readings) and self._readings[at][0] <= place:
                yield self._readings[at][1]
                at += 1
            yield line
        yield from (row for _, row in self._readings[at:])
        yield json.dumps({"kind": "end", "time_s": kept_s(now_s)})


def read_session(path: Path) -> list[Line]:
    """Read a session file.

    Raises
    ------
    BadInput
        If it cannot be read or is none.
    """
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise BadInput(f"{path}: larger than {LARGEST_BYTES // 2**20} MB; give a session file of mien live")
        return parse_session(path.read_bytes(), str(path))
    except OSError as error:
        raise BadInput(f"{path}: cannot be read ({cause_of(error)}); give a session file of mien live") from None


def parse_session(content: bytes, name: str) -> list[Line]:
    """Read the lines of a session; `name` is what messages call it.

    Raises
    ------
    BadInput
        If it is no text, a line is no JSON object, or the first is not the head of a session file of this format.
    """
    try:
        rows = content.decode().splitlines()
    except UnicodeDecodeError as error:
        raise BadInput(f"{name}: cannot be read ({cause_of(error)}); give a session file of mien live") from None
    lines: list[Line] = []
    for number, row in enumerate(rows, start=1):
        try:
            line = json.loads(row)
            if not isinstance(line, dict) or not isinstance(line.get("kind"), str):
                raise ValueError("not an object with a kind")
        except (ValueError, RecursionError) as error:
            is_cut = 1 < number == len(rows) and not content.endswith(b"\n")
            wrong = f"is cut short in line {number}" if is_cut else f"line {number} is no line of a session ({error})"
            raise BadInput(f"{name}: {wrong}; export the session again") from None
        lines.append(line)
    if not lines or lines[0].get("kind") != "session" or lines[0].get("format") != FORMAT:
        raise BadInput(f"{name}: not a session file of format {FORMAT}; give one that mien live exported")
    return lines


def replayed(lines: Sequence[Line], name: str = "session") -> Take:
    """Ask the composer the same again; where the file kept no affect with a step, none is known.

    Raises
    ------
    BadInput
        If a line holds what no session does, or nothing was played.
    """
    take = Take(kept_s=math.inf)
    conductor: Conductor | None = None
    rests: list[tuple[float, frozenset[Part]]] = []
    tune, classes = _tune(lines, name), _classes(lines, name)
    for number, line in enumerate(lines, start=1):
        try:
            if line["kind"] == "start":
                _end(take, conductor, math.inf, rests, tune)
                rests = []
                take.begin(int(line["seed"]))
                start_s = float(line["time_s"]) + START_S
                conductor = begin(int(line["seed"]), _brief(line["brief"]), start_s, int(line["next_id"]))
            elif line["kind"] == "step" and conductor is not None:
                conductor = stepped(conductor, _step(line, classes))
            elif line["kind"] == "gap" and conductor is not None:
                conductor = late(conductor, float(line["time_s"]))
            elif line["kind"] == "rest":
                rests.append((float(line["time_s"]), frozenset(Part[name.upper()] for name in line["parts"])))
            elif line["kind"] in ("silence", "end"):
                _end(take, conductor, float(line["time_s"]), rests, tune)
                conductor = None
        except _BROKEN as error:
            raise BadInput(
                f"{name}: line {number} cannot be replayed ({_why(error)}); export the session again"
            ) from None
    _end(take, conductor, math.inf, rests, tune)
    if not take.movements:
        raise BadInput(f"{name}: nothing was played in this session")
    return take


def notes_of(take: Take) -> list[PlannedNote]:
    """The notes of a take, by onset."""
    return [note for movement in take.movements for note in planned_notes(movement.legs, 0.0)]


def differences(lines: Iterable[Line], take: Take, name: str = "session") -> list[str]:
    """What a replay plays otherwise than the session: one sentence a note, none if it is the same.

    Raises
    ------
    BadInput
        If a note lacks what a note has, or holds what none does.
    """
    again = {note.note_id: _told(note) for note in notes_of(take)}
    found = []
    for number, line in enumerate(lines, start=1):
        if line["kind"] == "note":
            keys = ("id", "onset_s", "length_s", "part", "pitch_midi", "velocity")
            if absent := [key for key in keys if key not in line]:
                raise BadInput(f"{name}: line {number}: a note without '{absent[0]}'; export the session again")
            then = {key: line[key] for key in keys[1:]}
            if wrong := [key for key in keys if not isinstance(line[key], str if key == "part" else int | float)]:
                raise BadInput(
                    f"{name}: line {number}: '{wrong[0]}' {line[wrong[0]]!r:.60} of a note; export the session again"
                )
            now = again.get(line["id"])
            if now is None:
                found.append(f"note {line['id']} at {line['onset_s']} s is missing")
            elif any(not _same(then[key], now[key]) for key in then):
                found.append(f"note {line['id']}: {then} then, {now} now")
    return found


def _why(error: Exception) -> str:
    """What a line that cannot be replayed lacks or holds."""
    return f"{error} is missing or unknown" if isinstance(error, KeyError) else str(error)


def _end(take: Take, conductor: Conductor | None, until_s: float, rests: Rests, tune: Sequence[PlannedNote]) -> None:
    if conductor:
        for leg in conductor.legs:
            take.add(with_solo(without_resting(leg, rests), tune), until_s)


def _tune(lines: Sequence[Line], name: str) -> list[PlannedNote]:
    """The notes that the player played."""
    notes = []
    for number, line in enumerate(lines, start=1):
        if line["kind"] == "tune":
            try:
                key = Note(0, Part[line["part"].upper()], int(line["pitch_midi"]), 1, int(line["velocity"]))
                strike = Strike(0, key.part, key.pitch_midi, key.velocity)
                onset_s = float(line["onset_s"])
                notes.append(PlannedNote(int(line["id"]), onset_s, round(onset_s + float(line["length_s"]), 4), strike))
            except _BROKEN as error:
                raise BadInput(f"{name}: line {number} cannot be replayed ({_why(error)}); export it again") from None
    return notes


def _classes(lines: Sequence[Line], name: str) -> Classes:
    """The reader's classes, and those of the eight that it does not have: a lead may go there."""
    try:
        own = classes_of(lines[0].get("classes", ()))
    except BadInput as error:
        raise BadInput(f"{name}: line 1: {error}; export the session again") from None
    return own + tuple(one for one in EIGHT if one.name not in {known.name for known in own})


def _plain(what: Mapping[str, Any], *, reads: bool) -> Line:
    line: Line = {}
    for key, value in what.items():
        if isinstance(value, Brief):
            line[key] = _brief_line(value)
        elif isinstance(value, Step):
            target = _brief_line(value.aim.brief) if value.aim else None
            line |= {"do": value.do, "leg": value.leg, "tick": value.tick, "target": target}
            if reads:
                affect = value.aim.affect if value.aim else None
                line["affect"] = _affect_line(affect) if affect else None
        elif isinstance(value, PlannedNote):
            line |= {"id": value.note_id} | _told(value)
        else:
            line[key] = value
    return line


def _told(note: PlannedNote) -> Line:
    return {
        "onset_s": round(note.onset_s, 4),
        "length_s": round(note.end_s - note.onset_s, 4),
        "part": part_word(note.strike.part),
        "pitch_midi": note.strike.pitch_midi,
        "velocity": note.strike.velocity,
    }


def _same(then: Any, now: Any) -> bool:
    return abs(then - now) < 10**-_PLACES if isinstance(then, float) else bool(then == now)


def _brief_line(brief: Brief) -> Line:
    line = {name: value for name in _RECORDED_FIELDS if (value := getattr(brief, name)) is not None}
    return line | {"mode": mode_word(brief.mode), "meter": meter_name(brief.meter)}


def _brief(line: Mapping[str, Any]) -> Brief:
    told = (name for name in _RECORDED_FIELDS if name in line and name != "tonic_fifths")
    reasons = tuple(Reason(name, RECORDED, "the session's file") for name in told)
    return Brief(
        **{**line, "mode": mode_named(str(line["mode"])), "meter": meter_named(line["meter"])}, reasons=reasons
    )


def _affect_line(affect: Affect) -> Line:
    return {
        "probs": {name: round(p, 6) for name, p in zip(affect.names, affect.probs, strict=True)},
        "valence": round(affect.valence, 6),
        "arousal": round(affect.arousal, 6),
        "doubt": round(affect.doubt, 6),
        "shares": [round(share, 6) for share in affect.shares],
    }


def _affect(line: Mapping[str, Any], classes: Classes) -> Affect:
    named = {one.name: one for one in classes}
    probs = {str(name): float(p) for name, p in line["probs"].items()}
    valence, arousal, doubt = (float(line[name]) for name in ("valence", "arousal", "doubt"))
    shares = tuple(map(float, line["shares"]))
    return Affect(0.0, tuple(probs.values()), valence, arousal, doubt, shares, tuple(named[name] for name in probs))


def _step(line: Mapping[str, Any], classes: Classes) -> Step:
    affect = _affect(line["affect"], classes) if line.get("affect") else None
    aim = Aim(_brief(line["target"]), affect) if line.get("target") else None
    return Step(str(line["do"]), int(line["leg"]), int(line["tick"]), aim)
