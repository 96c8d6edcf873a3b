"""The one order that a contractor's link opens: a code first, then what the crew's page does."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Request
from fastapi.responses import RedirectResponse, Response

from api import planned, whereabouts, work
from api.actions import act_of, actions
from api.asker import Sent, ServicesDep, photo_of
from api.offers import Offer, QuoteId, enter_quote, offer_of, paper
from api.orders import explained, summary
from api.pages.planned import said_of
from api.pages.work import PHOTO_HEADERS, PhotoName
from api.problems import STATUS_OF
from api.refusals import said
from api.services import Services
from api.view import language_of, page
from core.actor import Actor
from core.errors import Refused
from workorders.act import Act
from workorders.states import Command

router = APIRouter(include_in_schema=False)
SEE_OTHER = 303
COOKIE = "contractor"
"""Not ``__Host-``: it belongs to the path of links alone."""
LONGEST_S = 14 * 86_400
HIDDEN = {"Referrer-Policy": "no-referrer"}
"""The address is a secret: no other site is told it."""
THEIRS = frozenset({
    Command.ACCEPT, Command.ARRIVE, Command.AT_PLACE, Command.RESUME, Command.DONE, Command.HOLD,
    Command.SAFE, Command.RESTORED, Command.ACKNOWLEDGE,
})  # fmt: skip
"""What a contractor does; giving an order on and judging it is the house's."""
Secret = Annotated[str, Path(max_length=64, pattern="^[A-Za-z0-9_-]+$")]
Guest = tuple[Actor, str]


def guest(request: Request, given: ServicesDep) -> Guest:
    """Who comes with a phone's cookie, and to which order.

    Raises:
        Refused: ``absent`` where it holds no more.
    """
    found = given.orders.work.guest(request.cookies.get(COOKIE, "-"))
    if found is None:
        raise Refused("This link holds no more; ask for a new one.", code="absent")
    request.state.csrf = _token(request)
    return found


GuestDep = Annotated[Guest, Depends(guest, scope="function")]


async def checked(request: Request, _: GuestDep) -> dict[str, str]:
    """A form that this phone's page sent.

    Raises:
        Refused: Another page did.
    """
    form = {k: v for k, v in (await request.form()).items() if isinstance(v, str)}
    _check(request, form.pop("csrf", ""))
    return form


async def checked_photo(request: Request, _: GuestDep) -> Sent:
    """A photo that this phone's page sent."""
    sent = await photo_of(request)
    _check(request, sent.csrf)
    return sent


async def checked_quote(request: Request, _: GuestDep) -> Offer:
    """A quote that this phone's page sent."""
    sent = await offer_of(request)
    _check(request, sent.csrf)
    return sent


@router.get("/c")
def order(request: Request, given: ServicesDep, theirs: GuestDep) -> Response:
    """The order."""
    return page(request, "contractor.html", headers=HIDDEN,
                content=_content(request, given, theirs))  # fmt: skip


@router.post("/c/act")
def act(
    request: Request, given: ServicesDep, theirs: GuestDep,
    form: Annotated[dict[str, str], Depends(checked, scope="function")],
) -> Response:  # fmt: skip
    """What the contractor does; what was refused comes back as it was typed."""
    actor, id_ = theirs
    try:
        given.orders.desk.act(actor, _theirs(act_of(given, id_, form)))
    except Refused as error:
        problem = said(error, language_of(request))
        content = _content(request, given, theirs, kept=form, problem=problem)
        return page(request, "contractor.html", STATUS_OF.get(error.code, 422), headers=HIDDEN,
                    content=content)  # fmt: skip
    done = RedirectResponse("/c", SEE_OTHER)
    whereabouts.works(request, given, actor.login, done)
    return done


@router.post("/c/step")
def step(
    request: Request, given: ServicesDep, theirs: GuestDep,
    form: Annotated[dict[str, str], Depends(checked, scope="function")],
) -> Response:  # fmt: skip
    """A step of the checklist; what was refused is said."""
    try:
        given.orders.planned.answer(*theirs, said_of(form))
    except Refused as error:
        content = _content(request, given, theirs, problem=said(error, language_of(request)))
        return page(request, "contractor.html", STATUS_OF.get(error.code, 422), headers=HIDDEN,
                    content=content)  # fmt: skip
    return RedirectResponse("/c#checklist", SEE_OTHER)


@router.post("/c/photos")
def send_photo(
    request: Request, given: ServicesDep, theirs: GuestDep,
    sent: Annotated[Sent, Depends(checked_photo, scope="function")],
) -> Response:  # fmt: skip
    """Keeps a photo."""
    try:
        given.orders.photos.send(*theirs, sent.data, sent.note)
    except Refused as error:
        content = _content(request, given, theirs, problem=said(error, language_of(request)))
        return page(request, "contractor.html", STATUS_OF.get(error.code, 422), headers=HIDDEN,
                    content=content)  # fmt: skip
    return RedirectResponse("/c", SEE_OTHER)


@router.post("/c/quotes")
def send_quote(
    request: Request, given: ServicesDep, theirs: GuestDep,
    sent: Annotated[Offer, Depends(checked_quote, scope="function")],
) -> Response:  # fmt: skip
    """What the contractor asks; what was refused comes back."""
    try:
        enter_quote(given, *theirs, sent)
    except Refused as error:
        content = _content(request, given, theirs, problem=said(error, language_of(request)))
        return page(request, "contractor.html", STATUS_OF.get(error.code, 422), headers=HIDDEN,
                    content=content)  # fmt: skip
    return RedirectResponse("/c", SEE_OTHER)


@router.get("/c/quotes/{quote}/file")
def quote_file(given: ServicesDep, theirs: GuestDep, quote: QuoteId) -> Response:
    """The paper of a quote of this order."""
    return paper(given, *theirs, quote)


@router.get("/c/photos/{name}")
def photo(given: ServicesDep, theirs: GuestDep, name: PhotoName) -> Response:
    """A photo of the order."""
    media, data = given.orders.photos.bytes_of(*theirs, name)
    return Response(data, media_type=media, headers=PHOTO_HEADERS)


@router.get("/c/{secret}")
def knock(request: Request, given: ServicesDep, secret: Secret) -> Response:
    """Asks for the code. Changes nothing: chat programs fetch an address to show what is there."""
    if not given.orders.work.knock(secret):
        raise Refused("This link holds no more; ask for a new one.", code="absent")
    content = {"secret": secret, "problem": "", "person": ""}
    return page(request, "contractor_code.html", headers=HIDDEN, content=content)


@router.post("/c/{secret}")
def enter(
    request: Request, given: ServicesDep, secret: Secret,
    code: Annotated[str, Form(max_length=20)] = "",
    person: Annotated[str, Form(max_length=120)] = "",
) -> Response:  # fmt: skip
    """Binds the link to this phone."""
    try:
        cookie = _bound(given, secret, code, person)
    except Refused as error:
        if error.code == "absent":
            raise
        problem = said(error, language_of(request))
        content = {"secret": secret, "problem": problem, "person": person}
        return page(request, "contractor_code.html", STATUS_OF.get(error.code, 422),
                    headers=HIDDEN, content=content)  # fmt: skip
    answer = RedirectResponse("/c", SEE_OTHER, headers=HIDDEN)
    answer.set_cookie(
        COOKIE, cookie, path="/c", httponly=True, samesite="lax", max_age=LONGEST_S,
        secure=given.settings.secure_cookies,
    )  # fmt: skip
    return answer


def _content(
    request: Request, given: Services, theirs: Guest, kept: dict[str, str] | None = None,
    problem: str = "",
) -> dict[str, object]:  # fmt: skip
    actor, id_ = theirs
    tr, detail = language_of(request), given.orders.desk.order(actor, id_)
    offered, seen = actions(given, detail, tr, kept or {}), work.content(given, actor, detail, tr)
    return {
        "o": summary(given, detail.row, tr),
        "explanation": explained(detail, given, tr),
        "card": given.cards.get(detail.row.rule),
        "actions": [a for a in offered if a.do in THEIRS],
        "ahead": [],
        "version": detail.row.version,
        "problem": problem,
        "once": secrets.token_hex(12),
        "guest": actor.name,
        **seen,
        # Which other orders count, and from which sum on somebody is asked, is not theirs to know.
        "quotes": replace(seen["quotes"], others=(), split=()),
        **planned.checklist(given.orders.planned.at(*theirs), tr, work.photo_names(seen)),
        "step_path": "/c/step",
        "photo_path": "/c", "may_permit": False, "may_help": False, "may_need": False,
        "may_link": False, "links": (), "mine": False, "split": (), "cover": [],
        "quote_path": "/c/quotes",
    }  # fmt: skip


def _theirs(command: Act) -> Act:
    if command.do not in THEIRS:
        raise Refused("This is not yours to do.", code="forbidden")
    return command


def _bound(given: Services, secret: str, code: str, person: str) -> str:
    cookie = given.orders.work.bind(secret, code, person)
    if cookie is None:
        raise Refused("This is not the code.")
    return cookie


def _token(request: Request) -> str:
    """What this phone's forms carry: known to who has the cookie alone."""
    return hashlib.sha256(f"form:{request.cookies.get(COOKIE, '')}".encode()).hexdigest()


def _check(request: Request, sent: str) -> None:
    if not hmac.compare_digest(sent, _token(request)):
        raise Refused("This form is of another log-in; load the page again.", code="forbidden")
