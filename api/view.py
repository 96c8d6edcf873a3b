"""Server-rendered pages: one environment, one set of words that every page knows."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from adapters.locales import Translator, negotiate, translator
from api import crew, formats
from core.actor import Actor

FOLDER = Path(__file__).parent
COOKIE_LANGUAGE = "lang"

environment = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=select_autoescape(default=True, default_for_string=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def language_of(request: Request) -> Translator:
    """The reader's language: what they chose here, their account's, their browser's.

    Who has no log-in chooses by the address, ``?lang=``: their browser keeps nothing.
    """
    actor: Actor | None = getattr(request.state, "actor", None)
    return translator(
        negotiate(
            request.query_params.get("lang") if actor is None else None,
            request.cookies.get(COOKIE_LANGUAGE),
            actor.language if actor else None,
            request.headers.get("Accept-Language"),
        )
    )


def outside(request: Request) -> str:
    """Where the console is found from a telephone, without a slash at its end."""
    said: str = request.app.state.services.settings.external_address
    return said.rstrip("/") or str(request.base_url).rstrip("/")


def page(
    request: Request,
    template: str,
    status: int = 200,
    headers: dict[str, str] | None = None,
    content: Mapping[str, object] | None = None,
    **context: Any,
) -> HTMLResponse:
    """A page or a fragment of one."""
    tr = language_of(request)
    actor: Actor | None = getattr(request.state, "actor", None)
    services = request.app.state.services
    site, zone, now = services.site, services.site.timezone, services.clock.now()
    words: dict[str, Any] = {
        "request": request,
        "tr": tr,
        "_": tr,
        "site": site,
        "actor": actor,
        "csrf": getattr(request.state, "csrf", ""),
        "now": now,
        "live_from": getattr(request.state, "live_from", ""),
        "number": formats.number,
        "money": partial(formats.money, symbol=site.money),
        "clock_time": partial(formats.clock_time, zone=zone),
        "moment": partial(formats.moment, zone=zone, tr=tr, now=now),
        "date_time": partial(formats.moment, zone=zone, tr=tr),
        "duration": partial(formats.duration, tr=tr),
        "due": partial(formats.due, now=now, zone=zone, tr=tr),
        "fresh": getattr(request.state, "fresh", None),
        "open_orders": getattr(request.state, "open_orders", None),
        "takes_calls": getattr(request.state, "takes_calls", False),
        "ground": crew.ground(),
        "person": crew.mark(actor) if actor else "",
        "keeps": crew.keeps(actor),
    }
    html = environment.get_template(template).render(words | dict(content or {}) | context)
    return HTMLResponse(html, status, headers=headers)


def error_page(
    request: Request, status: int, detail: str, *, headers: dict[str, str] | None = None
) -> Response:
    """An error for a person: what happened and where to go from here."""
    content = {"status": status, "detail": detail}
    return page(request, "error.html", status, headers, content)
