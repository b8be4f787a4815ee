"""A text message of the page → a checked command (JSON → `Command`); anything else is refused in a sentence.

Only the frame of a message is checked here: its size, that it is an object, that its type and the kinds of its fields
are those of `docs/wire.md`. What the values may be is the business of those who use them.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mien.errors import BadInput

MAX_BYTES = 65536
MAX_DEPTH = 8

_NUMBER = (int, float)
_FIELDS: Mapping[str, Mapping[str, tuple[type, ...]]] = {
    "hello": {"protocol": (int,), "session": (str, type(None)), "settings": (dict,), "profile": (dict, type(None))},
    "ping": {"id": (int,), "sent_s": _NUMBER},
    "start": {},
    "stop": {"how": (str,)},
    "panic": {},
    "settings": {},
    "hold": {"fields": (dict,)},
    "hand": {"valence": _NUMBER, "arousal": _NUMBER},
    "lead": {"do": (str,), "to": (str, dict), "minutes": _NUMBER},
    "calibrate": {"do": (str,)},
    "mapping": {"toml": (str, type(None))},
    "record": {"on": (bool,)},
    "bye": {},
}
_NEEDED: Mapping[str, tuple[str, ...]] = {
    "hello": ("protocol",),
    "ping": ("id", "sent_s"),
    "hold": ("fields",),
    "hand": ("valence", "arousal"),
    "lead": ("do",),
    "calibrate": ("do",),
    "mapping": ("toml",),
    "record": ("on",),
}


class NotNow(BadInput):
    """A command that makes no sense at this moment."""


def code_of(error: BadInput, kind: str) -> str:
    """By what code a page is told that a command of a kind was refused."""
    if isinstance(error, NotNow):
        return "not-now"
    return "bad-mapping" if kind == "mapping" else "bad-message"


@dataclass(frozen=True, slots=True)
class Command:
    """What the page asks: `kind` is the message's type."""

    kind: str
    fields: Mapping[str, Any]


def parse_command(text: str) -> Command:
    """Read a text message.

    Raises
    ------
    BadInput
        If it is no message of the protocol.
    """
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise BadInput(f"message of {len(text)} characters: at most {MAX_BYTES} bytes are read")
    if text.count("[") + text.count("{") > 2000:
        raise BadInput("message: more brackets than any message of the protocol has")
    try:
        message = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"message: not JSON ({error})") from None
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise BadInput("message: an object with a 'type' is wanted")
    if _is_deeper(message, MAX_DEPTH):
        raise BadInput(f"message: nested deeper than {MAX_DEPTH}")
    kind = message.pop("type")
    if kind not in _FIELDS:
        raise BadInput(f"type {kind[:40]!r}: one of {', '.join(_FIELDS)} is understood")
    for name in _NEEDED.get(kind, ()):
        if name not in message:
            raise BadInput(f"{kind}: '{name}' is missing")
    for name, allowed in _FIELDS[kind].items():
        if name in message and (type(message[name]) not in allowed):
            wanted = " or ".join("null" if one is type(None) else one.__name__ for one in allowed)
            raise BadInput(f"{kind}: {name} {message[name]!r:.60} given; {wanted} wanted")
    return Command(kind, message)


def _is_deeper(value: Any, levels: int) -> bool:
    """Whether objects and lists lie deeper in each other than so many levels; it looks no deeper than that."""
    if not isinstance(value, dict | list):
        return False
    within = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_is_deeper(one, levels - 1) for one in within)
