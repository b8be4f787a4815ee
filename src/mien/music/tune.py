"""Cues → a tune that the face plays itself: which degree of the scale comes next, and when it sounds.

`tune.toml` holds two instruments, one played by the eyes alone, one by the mouth alone. One cue held beyond a mark
steps along the scale; another is a key that sounds the degree as long as it is down. `play` is the state machine of one
player: pure, one frame at a time, and it never leaves a key down when the face goes away. Cues are distances from the
resting face, each in its own unit.

References: Davanzo, Dondi, Mosconi & Porta 2018, "Playing music with the eyes through an isomorphic interface" (gaze
chooses, something else strikes: no note by merely looking); Lyons & Tetsutani 2001, "Facing the music: a facial action
controlled musical interface"; Soukupova & Cech 2016 (how long blinks last).
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

from mien.cues.names import NAMES
from mien.errors import BadInput
from mien.vocabulary import Mode

NEAR_MIDI = 67
"""Degree 0 is the tonic nearest to this pitch."""
LONGEST_S = 8.0
"""A note held longer than this ends: somebody, or the camera, has fallen asleep."""


@dataclass(frozen=True, slots=True)
class StepRow:
    """A cue that, held beyond a mark, moves along the scale."""

    cue: str
    beyond: float
    back: float
    after_s: float
    degrees: int
    again_s: float
    source: str


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key: it is down while all its cues are beyond their mark. `unless` is a cue that must be back before it goes
    down."""

    cues: tuple[str, ...]
    beyond: float
    back: float
    after_s: float
    velocity: int
    source: str
    unless: str | None = None


@dataclass(frozen=True, slots=True)
class Tune:
    """An instrument that a face plays a tune on: how to play it, in words; the degrees it reaches (0 is the tonic); its
    rows."""

    name: str
    title: str
    says: str
    lowest: int
    highest: int
    steps: tuple[StepRow, ...]
    keys: tuple[KeyRow, ...]


@dataclass(frozen=True, slots=True)
class Playing:
    """Where a player stands: the degree chosen, the key that is down and since when, and since when each row is in
    force.

    `stepped_s` is when each step row last moved, None if it has not since it came into force.
    """

    degree: int = 0
    down: int | None = None
    down_s: float = 0.0
    steps_s: tuple[float | None, ...] = ()
    stepped_s: tuple[float | None, ...] = ()
    keys_s: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Press:
    """A note begins."""

    degree: int
    velocity: int


@dataclass(frozen=True, slots=True)
class Lift:
    """The note ends."""


def play(
    tune: Tune, moved: Mapping[str, float], time_s: float, playing: Playing
) -> tuple[tuple[Press | Lift, ...], Playing]:
    """Let one frame play.

    Parameters
    ----------
    moved : distances from the resting face by cue name, each in its unit; cues that are not seen are left out.
    time_s : of the frame, rising.
    playing : `Playing()` at the start.

    Returns
    -------
    What begins and ends now, in order, and where the player stands afterwards.
    """
    keys_s = tuple(
        _since(_is_key(row, moved, since, number == playing.down), since, time_s)
        for number, (row, since) in enumerate(zip(tune.keys, playing.keys_s or (None,) * len(tune.keys), strict=True))
    )
    playing = _stepped(tune, moved, time_s, replace(playing, keys_s=keys_s))
    acts: list[Press | Lift] = []
    if playing.down is not None and (keys_s[playing.down] is None or time_s - playing.down_s > LONGEST_S):
        acts.append(Lift())
        # A key that was held too long must come up before it sounds again.
        is_stuck = keys_s[playing.down] is not None
        playing = replace(
            playing, down=None, keys_s=_without(keys_s, playing.down, float("inf")) if is_stuck else keys_s
        )
    if playing.down is None:
        for number, (row, since) in enumerate(zip(tune.keys, playing.keys_s, strict=True)):
            if since is not None and time_s - since >= row.after_s:
                acts.append(Press(playing.degree, row.velocity))
                return tuple(acts), replace(playing, down=number, down_s=time_s)
    return tuple(acts), playing


def pitch_of(degree: int, tonic_pc: int, mode: Mode) -> int:
    """The MIDI pitch of a degree of the scale; 0 is the tonic nearest to `NEAR_MIDI`."""
    octave, step = divmod(degree, 7)
    tonic = NEAR_MIDI + (tonic_pc - NEAR_MIDI + 6) % 12 - 6
    return tonic + 12 * octave + int(mode.value[step])


def tune_named(name: str) -> Tune:
    """The instrument with this name.

    Raises
    ------
    BadInput
        If there is none.
    """
    if name not in shipped_tunes():
        raise BadInput(f"tune '{name}': choose one of {', '.join(shipped_tunes())}")
    return shipped_tunes()[name]


@cache
def shipped_tunes() -> Mapping[str, Tune]:
    """The instruments that come with the program, by name."""
    return parse_tunes(files("mien.music").joinpath("tune.toml").read_text(encoding="utf-8"))


def parse_tunes(text: str) -> Mapping[str, Tune]:
    """Read instruments from TOML.

    Raises
    ------
    BadInput
        If the text is not TOML, or a row lacks something or holds what is not allowed.
    """
    try:
        return {key: _tune(key, table) for key, table in tomllib.loads(text).items()}
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"tune.toml: not TOML ({error})") from None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadInput(f"tune.toml: {error}; see src/mien/music/tune.toml for what a row holds") from None


def _tune(name: str, table: Mapping[str, Any]) -> Tune:
    steps = tuple(StepRow(**row) for row in table["step"])
    keys = tuple(KeyRow(**{**row, "cues": tuple(row["cues"])}) for row in table["key"])
    marks = [((row.cue,), row.beyond, row.back) for row in steps] + [(row.cues, row.beyond, row.back) for row in keys]
    for cues, beyond, back in marks:
        if unknown := sorted(set(cues) - set(NAMES)):
            raise ValueError(f"[{name}] has no cue '{unknown[0]}'")
        if not 0 < back / beyond < 1:
            raise ValueError(f"[{name}] {cues[0]}: back {back:g} must lie between 0 and beyond {beyond:g}")
    return Tune(name, table["title"], table["says"], table["lowest"], table["highest"], steps, keys)


def _stepped(tune: Tune, moved: Mapping[str, float], time_s: float, playing: Playing) -> Playing:
    """Where the player stands after the steps of this frame. While a key is down, or on its way, steps wait and begin
    anew."""
    if playing.down is not None or any(_is_near(row, moved) for row in tune.keys):
        return replace(playing, steps_s=(None,) * len(tune.steps), stepped_s=(None,) * len(tune.steps))
    degree, steps_s, stepped_s = playing.degree, [], []
    rows = zip(
        tune.steps,
        playing.steps_s or (None,) * len(tune.steps),
        playing.stepped_s or (None,) * len(tune.steps),
        strict=True,
    )
    for row, before_s, last_s in rows:
        since = _since(_is_beyond(row, moved.get(row.cue), before_s is not None), before_s, time_s)
        did_s = last_s if since is not None else None
        if since is not None and time_s - since >= row.after_s and (did_s is None or time_s - did_s >= row.again_s):
            degree, did_s = min(tune.highest, max(tune.lowest, degree + row.degrees)), time_s
        steps_s.append(since)
        stepped_s.append(did_s)
    return replace(playing, degree=degree, steps_s=tuple(steps_s), stepped_s=tuple(stepped_s))


def _is_key(row: KeyRow, moved: Mapping[str, float], since: float | None, is_down: bool) -> bool:
    if row.unless is not None and not is_down:
        other = moved.get(row.unless)
        if other is None or _is_beyond(row, other, was=True):
            return False
    return all(_is_beyond(row, moved.get(cue), since is not None) for cue in row.cues)


def _is_near(row: KeyRow, moved: Mapping[str, float]) -> bool:
    """Whether a key is on its way down, or not yet fully up."""
    return any(_is_beyond(row, moved.get(cue), was=True) for cue in row.cues)


def _is_beyond(row: StepRow | KeyRow, value: float | None, was: bool) -> bool:
    """Whether a cue is beyond the row's mark; once beyond, it stays so until it is back."""
    if value is None:
        return False
    mark = row.back if was else row.beyond
    return value >= mark if mark > 0 else value <= mark


def _since(is_so: bool, since: float | None, time_s: float) -> float | None:
    if not is_so:
        return None
    return time_s if since is None else since


def _without(keys_s: Sequence[float | None], number: int, value: float) -> tuple[float | None, ...]:
    return tuple(value if place == number else since for place, since in enumerate(keys_s))
