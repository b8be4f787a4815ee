"""The server of the label page as a process, and people who label by keys."""

import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from browser.conftest import Person, Server


class LabelServer(Server):
    """`mien data label` as a process, on a port of its own, again on the same after a kill."""

    def __init__(self, folder: Path, *options: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.options = ("data", "label", str(folder), "--port", str(self.port), "--no-open", *options)
        self._process: subprocess.Popen[bytes] | None = None

    def words(self) -> list[str]:
        return [sys.executable, "-m", "mien", *self.options]


class Annotator(Person):
    """Someone who labels."""

    def get(self, expression: str) -> Any:
        return self.page.evaluate(
            f"(() => {{ const v = document.querySelector('mien-label').desk.view; return {expression}; }})()"
        )

    def until(self, condition: str) -> None:
        for _ in range(600):
            if self.get(f"Boolean({condition})"):
                return
            self.page.wait_for_timeout(25)
        raise AssertionError(f"never: {condition}\n{self.get('JSON.stringify(v)')[:1500]}")

    def begin(self, url: str, name: str) -> None:
        self.page.goto(url)
        self.page.wait_for_selector("#name")
        self.page.keyboard.type(name)  # the field has the focus
        self.page.keyboard.press("Enter")
        self.until("v.face && !v.isBusy")

    @property
    def face(self) -> int:
        return int(self.get("v.face.face"))

    def press(self, key: str) -> None:
        """Press a key and wait for what it brings."""
        before = self.get("[v.face?.face, v.answer?.last?.label]")
        self.page.keyboard.press(key)
        self.until(f"!v.isBusy && JSON.stringify([v.face?.face, v.answer?.last?.label]) !== {list_text(before)!r}")


def list_text(values: list[Any]) -> str:
    return "[" + ",".join("null" if value is None else str(int(value)) for value in values) + "]"


def nobody_called_elsewhere(person: Annotator, server: LabelServer) -> None:
    assert person.complaints == []
    assert [url for url in person.requests if not url.startswith((server.url, f"blob:{server.url}"))] == []
