"""The second factor: asked for after the password, set up where a role must have one, one's own."""

from __future__ import annotations

import hmac
import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from api import second
from api.asker import ActorDep, FormDep, ServicesDep, cookie_name
from api.identity import Session, log_in, log_out, open_session, session_of
from api.pages.frame import Framed
from api.pages.labels import drawn
from api.pages.login import entered
from api.pages.switch import KEPT_S, machine_cookie
from api.problems import STATUS_OF
from api.refusals import said
from api.services import Services
from api.view import language_of, page
from core import totp
from core.errors import Refused

router = APIRouter(include_in_schema=False)
SEE_OTHER = 303
SECRET = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
"""Pages that show a secret or recovery codes."""


def waiting(request: Request, given: ServicesDep) -> Session:
    """The log-in whose second factor is still to come.

    Raises:
        Refused: There is none.
    """
    secret = request.cookies.get(cookie_name(given))
    session = session_of(given.records, secret, half=True) if secret else None
    if session is None or not session.half:
        raise Refused("log in first", code="unauthenticated")
    request.state.csrf = session.csrf
    return session


WaitingDep = Annotated[Session, Depends(waiting, scope="function")]


async def waiting_form(request: Request, session: WaitingDep) -> dict[str, str]:
    """The fields of its form.

    Raises:
        Refused: It is of another log-in.
    """
    form = {k: v for k, v in (await request.form()).items() if isinstance(v, str)}
    if not hmac.compare_digest(form.pop("csrf", "").encode(), session.csrf.encode()):
        raise Refused("This form is of another log-in; load the page again.", code="forbidden")
    return form


WaitingFormDep = Annotated[dict[str, str], Depends(waiting_form, scope="function")]


@router.get("/second")
def ask(request: Request, given: ServicesDep, session: WaitingDep) -> Response:
    """The code; or the square, where somebody must have one and has none."""
    return _ask(request, given, session)


@router.post("/second")
def answer(
    request: Request, given: ServicesDep, session: WaitingDep, form: WaitingFormDep
) -> Response:
    """In, with a new session; or what is wrong."""
    login, codes = session.actor.login, []
    if form.get("do") == "leave":
        log_out(given.records, request.cookies.get(cookie_name(given), ""))
        return RedirectResponse("/login", SEE_OTHER)
    try:
        if second.has(given.records, login):
            seal = given.settings.factor_seal
            second.check(given.records, seal, login, form.get("code", ""), _address(request))
        else:
            codes = _set_up(request, given, login, form)
    except Refused as error:
        problem = said(error, language_of(request))
        status = STATUS_OF.get(error.code, 422)
        return _ask(request, given, session, problem, status, form.get("secret", ""))
    person = given.records.people.get(login)
    if person is None:
        raise Refused("log in first", code="unauthenticated")
    secret, whole = open_session(given.records, person)
    on = entered(request, given, secret, whole)
    if form.get("remember") == "1":
        _remember(request, given, login, on)
    return _codes(request, codes, on) if codes else on


@router.get("/factor")
def own(request: Request, given: ServicesDep, actor: ActorDep, _: Framed) -> Response:
    """One's own second factor."""
    return _own(request, given, actor.login)


@router.post("/factor")
def change(
    request: Request, given: ServicesDep, actor: ActorDep, form: FormDep, _: Framed
) -> Response:
    """Sets it up anew or takes it away, by the password."""
    records, login = given.records, actor.login
    try:
        # Throttled as any log-in is; of its session nothing is kept.
        secret, _made = log_in(records, login, form.get("password", ""), _address(request))
        log_out(records, secret)
        if form.get("do") == "off":
            second.give_up(records, given.settings.two_factor_roles, actor)
            return RedirectResponse("/factor", SEE_OTHER)
        codes = _set_up(request, given, login, form)
    except Refused as error:
        problem, status = said(error, language_of(request)), STATUS_OF.get(error.code, 422)
        return _own(request, given, login, problem, status, form.get("secret", ""))
    return page(request, "recovery.html", headers=SECRET, codes=codes, on="/factor")


def _set_up(request: Request, given: Services, login: str, form: dict[str, str]) -> list[str]:
    return second.set_up(
        given.records, given.settings.factor_seal, login, form.get("secret", ""),
        form.get("code", ""), _address(request),
    )  # fmt: skip


def _ask(
    request: Request, given: Services, session: Session, problem: str = "", status: int = 200,
    secret: str = "",
) -> Response:  # fmt: skip
    has = second.has(given.records, session.actor.login)
    square = {} if has else _square(request, given, session.actor.login, secret)
    content = {"has": has, "problem": problem, **square}
    return page(request, "second.html", status, SECRET, content)


def _own(
    request: Request, given: Services, login: str, problem: str = "", status: int = 200,
    secret: str = "",
) -> Response:  # fmt: skip
    person = given.records.people.get(login)
    must = person is not None and person.role in given.settings.two_factor_roles
    content = {
        "has": second.has(given.records, login), "must": must, "problem": problem,
        "left": second.left(given.records, login), **_square(request, given, login, secret),
    }  # fmt: skip
    return page(request, "factor.html", status, SECRET, content)


def _square(request: Request, given: Services, login: str, secret: str) -> dict[str, object]:
    """A secret that is nobody's before a code confirms it; the same one after a wrong code."""
    shown = secret if totp.key_of(secret) is not None else totp.new_secret()
    name = f"Plantroom {language_of(request).name(given.site.names)}"
    return {
        "secret": shown, "code": drawn(totp.address(name, login, shown)),
        "spelled": " ".join(shown[n : n + 4] for n in range(0, len(shown), 4)),
    }  # fmt: skip


def _codes(request: Request, codes: list[str], on: Response) -> Response:
    """The recovery codes, once, with the cookies of the new session."""
    shown = page(request, "recovery.html", headers=SECRET, codes=codes, on=on.headers["location"])
    for value in on.headers.getlist("set-cookie"):
        shown.headers.append("set-cookie", value)
    return shown


def _remember(request: Request, given: Services, login: str, on: Response) -> None:
    known = request.cookies.get(machine_cookie(given))
    machine = known or secrets.token_urlsafe(32)
    second.remember(given.records, machine, login, given.site.timezone)
    if known is None:
        on.set_cookie(
            machine_cookie(given), machine, max_age=KEPT_S, httponly=True, samesite="strict",
            secure=given.settings.secure_cookies, path="/",
        )  # fmt: skip


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
