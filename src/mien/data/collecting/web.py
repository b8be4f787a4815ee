"""A list of addresses becomes finds: fetched one by one, politely (text file or one address → iterator of Find).

A line is an address, or an address and a class with a comma, semicolon or tab between; lines that begin with # and a
head line are passed over, so that the origin's `emotional-class-datasheet.csv` is such a list. Only http and https are
spoken, after redirects too. A picture is given up where it claims, or turns out, to be larger than what is read.
A server that has not given all of it after two minutes is given up too, however steadily it drips.
Between two requests a pause is kept; a server that asks for patience (429 or 503 with Retry-After) gets it, up to a
minute. Nothing else in mien opens a connection of its own accord.
"""

import csv
import re
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from email.message import Message
from http.client import HTTPException
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

from mien import __version__
from mien.clock import Clock, WallClock
from mien.data.collecting.finds import Addresses, Find, Known
from mien.errors import BadInput
from mien.face.pictures import MAX_BYTES

TIMEOUT_S = 30.0
"""Longest silence."""
MOST_SECONDS = 120.0
"""Longest time in which a picture must have come, from the head of the answer on."""
MOST_PATIENCE_S = 60.0
BLOCK = 1 << 16
AGENT = f"mien/{__version__} (collects pictures that its user listed)"


class _Answer(Protocol):
    """What is read of an answer."""

    def read1(self, n: int, /) -> bytes: ...


def is_address(word: str) -> bool:
    """Whether a word is an address of the web."""
    return word.lower().startswith(("http://", "https://"))


def read_list(listed: str, known: Known, pause_s: float) -> Iterator[Find]:
    """Fetch what a list names; `listed` is the path of the file, or a single address.

    Raises
    ------
    BadInput
        If the file cannot be read or holds no address.
    """
    rows = [(listed, None)] if is_address(listed) else list(_rows(Path(listed)))
    if not rows:
        raise BadInput(f"{listed}: no address in this list; give one a line, as in  https://example.org/a.jpg,happy")
    address_of, wait_until = Addresses(), 0.0
    for url, shown in rows:
        address = address_of(url)
        if known(address):
            continue
        time.sleep(max(0.0, wait_until - time.monotonic()))
        content, problem, patience_s = fetch(url)
        wait_until = time.monotonic() + max(pause_s, patience_s)
        yield Find(address, content, problem, shown)


def _rows(path: Path) -> Iterator[tuple[str, str | None]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for line in file:
                if not line.strip() or line.startswith("#"):
                    continue
                divider = next((d for d in "\t;," if re.search(rf"{d}[^/?&=]*$", line.strip())), ",")
                url, *rest = next(csv.reader([line.strip()], delimiter=divider))
                if re.match(r"[a-z][a-z0-9+.-]*:", url.strip(), re.IGNORECASE):
                    yield url.strip(), (rest[0].strip() or None) if rest else None
    except (OSError, UnicodeDecodeError, csv.Error) as cause:
        raise BadInput(f"{path}: cannot be read as a list of addresses ({cause})") from None


def fetch(url: str, clock: Clock | None = None) -> tuple[bytes | None, str | None, float]:
    """Fetch one picture: its bytes or the problem, and the patience in seconds that the server asks for."""
    if not is_address(url):
        return None, "only addresses that begin with http:// or https:// are fetched", 0.0
    try:
        asked = urllib.request.Request(_quoted(url), headers={"User-Agent": AGENT, "Accept": "image/*"})
        with urllib.request.build_opener(_StaysOnTheWeb).open(asked, timeout=TIMEOUT_S) as answer:
            return *_read(answer, answer.headers, clock or WallClock()), 0.0
    except urllib.error.HTTPError as cause:
        with cause:
            asks = cause.headers.get("Retry-After", "") if cause.code in (429, 503) else ""
        return None, f"the server answers {cause.code} ({cause.reason})", _patience(asks)
    except (OSError, HTTPException, ValueError) as cause:
        return None, f"cannot be fetched ({getattr(cause, 'reason', None) or cause or type(cause).__name__})", 0.0


def _read(answer: _Answer, headers: Message, clock: Clock) -> tuple[bytes | None, str | None]:
    claimed = headers.get("Content-Length", "")
    too_large = f"larger than the {MAX_BYTES / 2**20:.0f} MB that are read"
    if claimed.isdigit() and int(claimed) > MAX_BYTES:
        return None, too_large
    content = bytearray()
    until_s = clock.now_s + MOST_SECONDS
    while block := answer.read1(BLOCK):  # what is there: `read` would wait for a whole block
        content += block
        if clock.now_s > until_s:
            return None, f"not all there after {MOST_SECONDS:.0f} seconds"
        if len(content) > MAX_BYTES:
            return None, too_large
    if claimed.isdigit() and len(content) < int(claimed):
        return None, "the connection broke off"
    return bytes(content), None


def _patience(asks: str) -> float:
    return min(float(asks), MOST_PATIENCE_S) if asks.isdigit() else 0.0


def _quoted(url: str) -> str:
    """An address as it may travel: blanks and letters beyond ASCII escaped, what is escaped already left alone."""
    parts = urlsplit(url)
    return parts._replace(
        netloc=parts.netloc.encode("idna").decode("ascii") if not parts.netloc.isascii() else parts.netloc,
        path=quote(parts.path, safe="/%:@!$&'()*+,;=~"),
        query=quote(parts.query, safe="/%:@!$&'()*+,;=~?"),
        fragment="",
    ).geturl()


class _StaysOnTheWeb(urllib.request.HTTPRedirectHandler):
    """Follows a redirect only to http and https."""

    def redirect_request(
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        if not is_address(newurl):
            raise ValueError(f"it leads to {urlsplit(newurl).scheme}:, which is not fetched")
        return super().redirect_request(req, fp, code, msg, headers, newurl)
