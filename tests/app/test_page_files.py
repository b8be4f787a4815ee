"""Files of a page that is built or not."""

import asyncio
from pathlib import Path
from typing import Any

from mien.app.page_files import NOT_BUILT, PageFiles


def asked(files: PageFiles, path: str) -> tuple[int, bytes]:
    """Status and body of a request for a file."""
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()  # nobody goes away
        raise AssertionError

    scope = {"type": "http", "method": "GET", "path": path, "root_path": "", "headers": [], "query_string": b""}
    asyncio.run(files(scope, receive, send))
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent)


def test_a_page_that_is_not_built_is_missing_and_says_so_until_it_is(tmp_path: Path) -> None:
    files = PageFiles(tmp_path / "page")
    assert asked(files, "/assets/label.js") == (404, NOT_BUILT.encode())
    (tmp_path / "page").mkdir()
    (tmp_path / "page" / "label.js").write_text("built")
    assert asked(files, "/label.js") == (200, b"built")
