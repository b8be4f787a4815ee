"""The files of the built pages, and a word where they are not built (folder → ASGI application)."""

from pathlib import Path

from starlette.responses import PlainTextResponse
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

PAGE = Path(__file__).with_name("page")
"""Where `make page` builds them."""
NOT_BUILT = "The page is not built. In the checkout run  make page  , then load this again."


def page_text(name: str, not_built: str) -> str:
    """A built page, or one that says in a heading that it is not built."""
    page = PAGE / name
    if page.exists():
        return page.read_text(encoding="utf-8")
    return f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>mien</title>
<h1>{not_built}</h1>
<p>In the checkout run <code>make page</code>, then load this again.</p></html>"""


class PageFiles:
    """Serves what lies in a folder, as soon as it is there; before that every file is missing, and says why."""

    def __init__(self, folder: Path, *, html: bool = False) -> None:
        self._folder = folder
        self._files = StaticFiles(directory=folder, check_dir=False, html=html)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        answer = self._files if self._folder.is_dir() else PlainTextResponse(NOT_BUILT, 404)
        await answer(scope, receive, send)
