"""A web server of the tests' own on 127.0.0.1: what it answers is a table, what it was asked a list."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import monotonic
from urllib.parse import unquote


@dataclass
class Answer:
    """What is sent; `claims` is the Content-Length, if it is not the body's own."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    claims: int | None = None


@dataclass
class Site:
    """A server under way: `address`, the paths that were asked for and when, and what is answered."""

    address: str
    answers: dict[str, Answer]
    asked: list[tuple[str, float]] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)


@contextmanager
def serve(answers: dict[str, Answer]) -> Iterator[Site]:
    """Serve a table of paths (without query) on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append((self.path, monotonic()))
            site.agents.add(self.headers.get("User-Agent", ""))
            answer = site.answers.get(unquote(self.path.partition("?")[0]), Answer(status=404))
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body) if answer.claims is None else answer.claims))
            self.end_headers()
            try:
                self.wfile.write(answer.body)
            except OSError:  # the other side had enough
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site = Site(f"http://127.0.0.1:{server.server_address[1]}", answers)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
