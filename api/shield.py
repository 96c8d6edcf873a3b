"""What stands before every request: size, identity of the asker's page, headers."""

from __future__ import annotations

import re
import secrets
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adapters.photos import MOST_BYTES
from api import crew
from api.problems import FOREIGN, LARGE, problem

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
}
MAX_BODY_BYTES = 1_000_000
"""Forms and commands are far smaller; without a limit one request fills the memory."""
MAX_PHOTO_BODY_BYTES = MOST_BYTES + 100_000
"""A photo and the form around it."""
PHOTOS = re.compile(
    r"/c/(photos|quotes)|((/api/v1)?/orders|/x/crew)/[A-Za-z0-9-]{1,24}/(photos|quotes)"
)
"""Where more may be sent than elsewhere."""
REPORT = "/r/"
MAX_REPORT_BYTES = 25_000_000
"""Three photos and what is said with them."""
ELSEWHERE = frozenset({"cross-site", "same-site"})
"""What a browser says of a page of another site, or of another host of the same one."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class TooLarge(Exception):
    """The body passed its limit."""


class BodyLimit:
    """Counts the bytes of a body as they come; what was announced proves nothing."""

    def __init__(self, app: ASGIApp, most: int = MAX_BODY_BYTES) -> None:
        self._app = app
        self._usual = most

    def _most_of(self, path: str) -> int:
        if path.startswith(REPORT):
            return MAX_REPORT_BYTES
        return MAX_PHOTO_BODY_BYTES if PHOTOS.fullmatch(path) else self._usual

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 413 once its body is too large."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._most_of(str(scope["path"]))
        seen = 0
        started = over = False

        async def counted() -> Message:
            nonlocal seen, over
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > most:
                over = True
                raise TooLarge
            return message

        async def noted(message: Message) -> None:
            nonlocal started
            # Frameworks take the error for a body that cannot be read: their answer is dropped.
            if over and not started:
                return
            started = started or message["type"] == "http.response.start"
            await send(message)

        request = Request(scope)
        announced = request.headers.get("content-length", "0")
        over = announced.isdigit() and int(announced) > most
        if not over:
            try:
                await self._app(scope, counted, noted)
            except TooLarge:
                if started:
                    raise
        if over and not started:
            await problem(request, 413, "too_large", LARGE)(scope, receive, send)


class Shield(BaseHTTPMiddleware):
    """Refuses what another site's page sends, and sets the headers of every answer."""

    def __init__(self, app: ASGIApp, *, external: str, secure: bool) -> None:
        super().__init__(app)
        self._external = external.rstrip("/")
        self._secure = secure

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        """Check, pass on, dress the answer."""
        request.state.request_id = secrets.token_hex(8)
        if request.method not in SAFE and self._foreign(request):
            response = problem(request, 403, "forbidden", FOREIGN)
        else:
            response = await call_next(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if self._secure:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if not request.url.path.startswith("/s/"):
            response.headers.setdefault("Cache-Control", "no-store")
        response.headers["X-Request-Id"] = request.state.request_id
        actor = getattr(request.state, "actor", None)
        if actor is not None:
            response.headers[crew.WHOSE] = crew.mark(actor)
        return response

    def _foreign(self, request: Request) -> bool:
        """Whether another site's page sends it.

        Without a cookie it does harm too: it logs a browser in as somebody else, or binds it to a
        link. Programs send no cookie and do not say which site they are of.
        """
        if request.cookies:
            return not self._same_origin(request)
        return request.headers.get("Sec-Fetch-Site") in ELSEWHERE

    def _same_origin(self, request: Request) -> bool:
        site = request.headers.get("Sec-Fetch-Site")
        if site is not None:
            return site == "same-origin"
        origin = request.headers.get("Origin")
        if origin is None:
            return False
        expected = self._external or f"{request.url.scheme}://{request.headers.get('host', '')}"
        return urlsplit(origin)[:2] == urlsplit(expected)[:2]


def install(app: FastAPI, *, external: str, secure: bool) -> None:
    """Put the shield before every route."""
    app.add_middleware(BodyLimit)
    app.add_middleware(Shield, external=external, secure=secure)  # the outer one
