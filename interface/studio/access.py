"""Who may ask the studio for something: those who know its token, from its own page."""

from __future__ import annotations

import hmac
import ipaddress
import socket
from collections.abc import Iterable
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, quote, unquote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

STRANGER = "Open the address that nuner studio printed; it ends with the token that lets you in."
_HEADERS = {
    # All of the page is its own files: no script in its markup, none from elsewhere, no string that becomes markup.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    # The token may stand in the address.
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Access:
    """ASGI middleware that lets nobody have anything of a project but the page itself, opened with the token.

    The token comes in the address, as `/?token=...`, and goes on as a cookie that scripts cannot read. A page of
    another origin is refused whatever it sends: by the host that the request was made to, which a name of somebody
    else's that points here is not, by `Origin` and by `Sec-Fetch-Site`. Bodies of refused requests are not read.

    Args:
        app: The application; what it has below `/api` is guarded, and the files of the page hold nothing of a project.
        token: What lets people in.
        port: The port that is served, after which the cookie is named: cookies of all ports of a host are one.
        hosts: Names of this machine, besides its addresses.
    """

    def __init__(self, app: ASGIApp, token: str, port: int, hosts: Iterable[str]) -> None:
        self._app = app
        self._token = token
        self._cookie = f"nuner-studio-{port}"
        self._hosts = {"localhost", socket.gethostname().lower(), *(host.lower() for host in hosts)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request; see the ASGI specification."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        more = dict(_HEADERS)
        given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        if self._matches(given):
            more["Set-Cookie"] = f"{self._cookie}={quote(self._token)}; HttpOnly; Path=/; SameSite=Strict"

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(more)
            await send(message)

        refusal = self._refusal(scope)
        await (refusal or self._app)(scope, receive, guarded)

    def _refusal(self, scope: Scope) -> Response | None:
        """Return the answer to a request that gets no further."""
        headers = Headers(scope=scope)
        if not self._is_here(headers.get("host", "")):
            return _refused("This studio is not known by the name that it was asked for; open it by its address.")
        if not scope["path"].startswith("/api"):
            return None
        origin, site = headers.get("origin"), headers.get("sec-fetch-site", "none")
        if (origin is not None and urlsplit(origin).netloc != headers["host"]) or site not in ("none", "same-origin"):
            return _refused("Pages from elsewhere cannot use the studio.")
        cookie = SimpleCookie(headers.get("cookie", "")).get(self._cookie)
        if not self._matches(unquote(cookie.value) if cookie else headers.get("studio-token", "")):
            return _refused(STRANGER)
        return None

    def _matches(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self._token.encode())

    def _is_here(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
            ipaddress.ip_address(name)
        except ValueError:
            return host.partition(":")[0].lower() in self._hosts
        return True


def _refused(sentence: str) -> JSONResponse:
    return JSONResponse({"detail": sentence}, 403, {"Connection": "close"})
