"""What the player chooses, checked (JSON objects → values).

The words are those of `docs/wire.md`. A value that is not allowed is refused with what is; nothing changes then.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from types import MappingProxyType
from typing import Any

from mien.ensembles import ensemble as look_up
from mien.errors import BadInput
from mien.music.brief import with_tonic_named
from mien.music.key import parse_key
from mien.music.spelling import pc_of
from mien.music.tune import tune_named
from mien.values import Brief
from mien.vocabulary import BRIEF_NUMBERS, meter_name, meter_named, mode_named, mode_word

MODES = ("emotion", "gesture", "hand", "trajectory", "ensemble")

LARGEST_SEED = 2**31 - 1


def next_seed(seed: int) -> int:
    """Another seed: the next one, after the largest the smallest."""
    return (seed + 1) % (LARGEST_SEED + 1)


@dataclass(frozen=True, slots=True)
class Settings:
    """How a session plays; None leaves a choice to the composer."""

    mode: str = "emotion"
    ensemble: str = "piano"
    seed: int = 1
    tonic: str | None = None
    meter: tuple[int, int] | None = None
    tune: str | None = None

    @property
    def tonic_fifths(self) -> int | None:
        """Place on the line of fifths of the tonic asked for."""
        return parse_key(self.tonic)[0] if self.tonic is not None else None

    @property
    def tonic_pc(self) -> int | None:
        """Pitch class of the tonic asked for."""
        fifths = self.tonic_fifths
        return pc_of(fifths) if fifths is not None else None

    def told(self) -> dict[str, Any]:
        """As plain data."""
        return {**asdict(self), "meter": meter_name(self.meter) if self.meter else None}


USUAL_SETTINGS = Settings()


def changed(settings: Settings, asked: Mapping[str, Any]) -> Settings:
    """Settings with what was asked for.

    Raises
    ------
    BadInput
        If a field is unknown or its value is not allowed.
    """
    if unknown := sorted(set(asked).difference(CHECKS)):
        raise BadInput(f"settings: '{unknown[0]}' is unknown; {', '.join(sorted(CHECKS))} can be set")
    return replace(settings, **{name: check(asked[name]) for name, check in CHECKS.items() if name in asked})


def held(before: Mapping[str, float | str], asked: Mapping[str, Any]) -> dict[str, float | str]:
    """The held fields after some were given a value, or let go by None.

    All numbers of a brief can be held, and the mode by its name; the tonic is a setting.

    Raises
    ------
    BadInput
        If a field cannot be held or its value is not allowed.
    """
    fields = dict(before)
    for name, value in asked.items():
        if name != "mode" and name not in BRIEF_NUMBERS:
            raise BadInput(f"hold: '{name}' is no field; {', '.join([*BRIEF_NUMBERS, 'mode'])} can be held")
        if value is None:
            fields.pop(name, None)
        elif name == "mode":
            fields[name] = mode_word(mode_named(str(value)))
        else:
            fields[name] = number(f"hold: {name}", value, *BRIEF_NUMBERS[name])
    return fields


def with_held(brief: Brief, fields: Mapping[str, float | str]) -> Brief:
    """A brief with the held fields put in; their reasons say so."""
    if not fields:
        return brief
    values = {name: mode_named(str(value)) if name == "mode" else value for name, value in fields.items()}
    reasons = tuple(
        replace(reason, because="held by hand", source="the player") if reason.field in fields else reason
        for reason in brief.reasons
    )
    return with_tonic_named(replace(brief, reasons=reasons, **values))  # type: ignore[arg-type]


def number(name: str, given: Any, low: float, high: float) -> float:
    """A number from a message.

    Raises
    ------
    BadInput
        If it is none, not finite or out of range.
    """
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise BadInput(f"{name}: {given!r:.60} given; a number from {low:g} to {high:g} wanted")
    if not low <= given <= high:  # nor not a number at all
        raise BadInput(f"{name}: {given!r:.60} given; {low:g} to {high:g} allowed")
    return float(given)


def _mode(given: object) -> str:
    if str(given) not in MODES:
        raise BadInput(f"mode {given!r}: choose one of {', '.join(MODES)}")
    return str(given)


def _ensemble(given: object) -> str:
    return look_up(str(given)).name


def _seed(given: Any) -> int:
    whole = not isinstance(given, bool) and isinstance(given, int | float) and given % 1 == 0
    if not whole or not 0 <= given <= LARGEST_SEED:
        raise BadInput(f"seed {given!r:.60}: give a whole number from 0 to {LARGEST_SEED}")
    return int(given)


def _tonic(given: object) -> str | None:
    if given is None:
        return None
    text = str(given)
    if parse_key(text)[1] is not None:
        raise BadInput(
            f"tonic {text!r}: give the tonic alone, with a capital, as in Eb; the mode follows the mood, or is held"
        )
    return text


def _meter(given: object) -> tuple[int, int] | None:
    return None if given is None else meter_named(str(given))


def _tune(given: object) -> str | None:
    return None if given is None else tune_named(str(given)).name


CHECKS: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {"mode": _mode, "ensemble": _ensemble, "seed": _seed, "tonic": _tonic, "meter": _meter, "tune": _tune}
)
"""What each field of the settings takes of a message: its value, or a refusal."""
