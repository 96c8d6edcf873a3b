"""Switching the person on a shared machine, and one's own PIN for it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from api import desk
from api.asker import ActorDep, FormDep, ServicesDep, cookie_name
from api.identity import log_out
from api.pages.frame import Framed
from api.problems import STATUS_OF
from api.refusals import said
from api.services import Services
from api.view import language_of, page
from core.errors import Refused
from core.words import Role

router = APIRouter(include_in_schema=False)
SEE_OTHER = 303
COOKIE = "__Host-desk"
PLAIN_COOKIE = "desk"
KEPT_S = 30 * 86_400
"""The machine's cookie opens nothing by itself: what it stands for ends with each shift."""


def machine_cookie(given: Services) -> str:
    """The name of the cookie by which a machine is known again."""
    return COOKIE if given.settings.secure_cookies else PLAIN_COOKIE


def remember(request: Request, given: Services, login: str, answer: Response) -> None:
    """Notes a full log-in on this machine, for those who have a PIN."""
    known = request.cookies.get(machine_cookie(given))
    machine = desk.remember(given.records, known, login, given.site.timezone)
    if machine is not None and machine != known:
        answer.set_cookie(
            machine_cookie(given), machine, max_age=KEPT_S, httponly=True, samesite="strict",
            secure=given.settings.secure_cookies, path="/",
        )  # fmt: skip


@router.get("/switch")
def form(request: Request, given: ServicesDep) -> Response:
    """Who was here in this shift; a PIN is enough for them."""
    return _form(request, given)


@router.post("/switch")
def enter(
    request: Request, given: ServicesDep,
    login: Annotated[str, Form(max_length=64)] = "",
    pin: Annotated[str, Form(max_length=8)] = "",
) -> Response:  # fmt: skip
    """A session of somebody else; the one before ends."""
    machine = request.cookies.get(machine_cookie(given), "")
    address = request.client.host if request.client else ""
    try:
        secret, session = desk.switch(given.records, machine, login, pin, address)
    except Refused as error:
        problem = said(error, language_of(request))
        return _form(request, given, problem, STATUS_OF.get(error.code, 422))
    before = request.cookies.get(cookie_name(given))
    if before:
        log_out(given.records, before)
    crew = session.actor.role == Role.TECHNICIAN
    answer = RedirectResponse("/orders?view=mine" if crew else "/", SEE_OTHER)
    answer.set_cookie(
        cookie_name(given), secret, secure=given.settings.secure_cookies, httponly=True,
        samesite="lax", path="/",
    )  # fmt: skip
    return answer


@router.get("/pin")
def own(request: Request, given: ServicesDep, actor: ActorDep, _: Framed) -> Response:
    """One's own PIN."""
    return _own(request, has=desk.has_pin(given.records, actor.login))


@router.post("/pin")
def change(
    request: Request, given: ServicesDep, actor: ActorDep, form: FormDep, _: Framed
) -> Response:
    """Set it by the password; an empty one takes it away."""
    address = request.client.host if request.client else ""
    try:
        desk.set_pin(given.records, actor, form.get("password", ""), form.get("pin", ""), address)
    except Refused as error:
        has = desk.has_pin(given.records, actor.login)
        problem = said(error, language_of(request))
        return _own(request, has=has, problem=problem, status=STATUS_OF.get(error.code, 422))
    answer = RedirectResponse("/pin", SEE_OTHER)
    remember(request, given, actor.login, answer)  # the password was given here, just now
    return answer


def _form(request: Request, given: Services, problem: str = "", status: int = 200) -> Response:
    people = desk.people_at(given.records, request.cookies.get(machine_cookie(given)))
    return page(request, "switch.html", status, people=people, problem=problem)


def _own(request: Request, *, has: bool, problem: str = "", status: int = 200) -> Response:
    return page(request, "pin.html", status, has=has, problem=problem)
