"""In and out, and the language of the pages."""

from __future__ import annotations

import re
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from api import second, whereabouts
from api.asker import ActorDep, FormDep, ServicesDep, cookie_name
from api.identity import Session, log_in, log_out, session_of
from api.pages import switch
from api.problems import STATUS_OF
from api.refusals import said
from api.services import Services
from api.view import COOKIE_LANGUAGE, language_of, page
from core.errors import Refused

router = APIRouter(include_in_schema=False)
SEE_OTHER = 303


@router.get("/login")
def form(request: Request, given: ServicesDep) -> Response:
    """The log-in page; whoever is in already goes on."""
    secret = request.cookies.get(cookie_name(given))
    session = session_of(given.records, secret, half=True) if secret else None
    if session is not None:
        return RedirectResponse("/second" if session.half else "/", SEE_OTHER)
    return page(request, "login.html", problem="", login="", hints=given.hints)


@router.post("/login")
def enter(
    request: Request,
    given: ServicesDep,
    login: Annotated[str, Form(max_length=64)],
    password: Annotated[str, Form(max_length=200)],
) -> Response:
    """Check and open a session with a new id."""
    address = request.client.host if request.client else ""
    try:
        machine = request.cookies.get(switch.machine_cookie(given), "")
        half = partial(second.waits, given.records, given.settings.two_factor_roles, machine)
        secret, session = log_in(given.records, login, password, address, half)
    except Refused as error:
        problem = said(error, language_of(request))
        return page(
            request, "login.html", STATUS_OF.get(error.code, 422),
            problem=problem, login=login, hints=given.hints,
        )  # fmt: skip
    return entered(request, given, secret, session)


def entered(request: Request, given: Services, secret: str, session: Session) -> Response:
    """On to where somebody begins, with the cookie of their new session; the one before ends."""
    before = request.cookies.get(cookie_name(given))
    if before:
        log_out(given.records, before)
    begin = "/orders?view=mine" if session.actor.role == "technician" else "/"
    answer = RedirectResponse("/second" if session.half else begin, SEE_OTHER)
    seat(given, secret, answer)
    if not session.half:
        whereabouts.works(request, given, session.actor.login, answer)
        switch.remember(request, given, session.actor.login, answer)
    return answer


def seat(given: Services, secret: str, answer: Response) -> None:
    """The cookie of a session."""
    answer.set_cookie(
        cookie_name(given), secret, secure=given.settings.secure_cookies, httponly=True,
        samesite="lax", path="/",
    )  # fmt: skip


@router.post("/logout")
def leave(request: Request, given: ServicesDep, _actor: ActorDep, _form: FormDep) -> Response:
    """End the session here and on the server."""
    log_out(given.records, request.state.secret)
    answer = RedirectResponse("/login", SEE_OTHER)
    answer.delete_cookie(
        cookie_name(given), path="/", secure=given.settings.secure_cookies, httponly=True
    )
    # Also what a phone has kept for places without a network, whichever page it was left from.
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


def _fields(form: FormDep) -> dict[str, str]:
    return form


@router.post("/language")
def speak(given: ServicesDep, form: Annotated[dict[str, str], Depends(_fields)]) -> Response:
    """Choose the language of this browser."""
    back = form.get("back", "/")
    # Browsers read a backslash as a slash and skip tabs: only a plain path stays on this site.
    target = back if re.fullmatch(r"/(?:[\w.-][\w./-]*)?", back, re.ASCII) else "/"
    answer = RedirectResponse(target, SEE_OTHER)
    if form.get("language") in {"en", "zh_Hans"}:
        answer.set_cookie(
            COOKIE_LANGUAGE, form["language"], max_age=31_536_000, samesite="lax", httponly=True,
            secure=given.settings.secure_cookies,
        )  # fmt: skip
    return answer
