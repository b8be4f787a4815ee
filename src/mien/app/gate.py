"""Who may come in: every request and every WebSocket is held against lists of exact names (ASGI middleware).

A page of another site can send requests to a server on this machine, and a name of another site can be made to point
here (DNS rebinding); neither brings our own `Host` with our own `Origin`. So both are compared whole, never by their
parts, and never with each other. Answers carry headers that let the page load nothing from elsewhere.

References: OWASP, "Cross-Site WebSocket Hijacking"; Fetch standard, "Origin header"; CSP Level 3.
"""

import logging
from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger(__name__)


class Gate:
    """Lets in who names this server, from a page of this server.

    Parameters
    ----------
    app : what lies behind.
    hosts : allowed values of `Host`, whole: with its port, save where browsers leave it out (80).
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str]) -> None:
        self._app = app
        self._hosts = frozenset(hosts)
        self._origins = frozenset(f"{scheme}://{host}" for host in self._hosts for scheme in ("http", "https"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if trouble := self._trouble(scope, headers):
            log.warning("refused: %s", trouble)
            if scope["type"] == "websocket":
                await receive()  # websocket.connect
                await send({"type": "websocket.close", "code": 1008})
            else:
                await PlainTextResponse(f"{trouble}\n", 403)(scope, receive, send)
            return
        host = headers["host"]

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                added = MutableHeaders(scope=message)
                for name, value in _headers(host).items():
                    added[name] = value
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _trouble(self, scope: Scope, headers: Headers) -> str | None:
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            return f"host {', '.join(hosts)[:80]!r} is not this server's name; open the address that mien live printed"
        if origins and (len(origins) != 1 or origins[0].lower() not in self._origins):
            return f"origin {', '.join(origins)[:80]!r} is another site's"
        if not origins and scope["type"] == "websocket":
            return "a WebSocket without origin; open the page instead"
        if headers.get("sec-fetch-site") == "cross-site" and scope["path"] != "/":
            return "a request from another site"
        return None


def _headers(host: str) -> dict[str, str]:
    policy = {
        "default-src": "'self'",
        "script-src": "'self' 'wasm-unsafe-eval'",
        "worker-src": "'self'",
        "connect-src": f"'self' ws://{host} wss://{host}",
        "img-src": "'self' data: blob:",
        "media-src": "'self' blob:",
        "style-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        "object-src": "'none'",
    }
    return {
        "content-security-policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-embedder-policy": "require-corp",
        "cross-origin-resource-policy": "same-origin",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "permissions-policy": "camera=(self), microphone=(), geolocation=(), midi=(self)",
    }
