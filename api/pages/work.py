"""What is done at one order beside its states: permits, helpers, links, photos, the job sheet."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response

from api import moments
from api.asker import ActorDep, FormDep, PhotoDep, ServicesDep
from api.orders import explained, summary
from api.pages.frame import Framed
from api.problems import STATUS_OF
from api.refusals import need_words, said
from api.services import Services
from api.view import language_of, outside, page
from core.actor import Actor
from core.errors import Refused
from core.words import Permit
from workorders.crew.links import Made

router = APIRouter(include_in_schema=False)
SEE_OTHER = 303
OrderId = Annotated[str, Path(max_length=24)]
PhotoName = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
Form = dict[str, str]
PHOTO_HEADERS = {
    "Content-Disposition": "inline", "Cache-Control": "private, max-age=86400",
}  # fmt: skip
"""A name is random and its bytes never change: a phone need not load a photo twice."""


@router.post("/orders/{order}/work")
def change(
    request: Request, given: ServicesDep, actor: ActorDep, form: FormDep, order: OrderId, _: Framed
) -> Response:
    """A permit, a helper, a need or a link; a new link is shown once."""
    detail = given.orders.desk.order(actor, order)
    try:
        made = _do(given, actor, order, form)
    except Refused as error:
        if error.code in {"absent", "unauthenticated", "forbidden"}:
            raise
        content = {"order": order, "problem": said(error, language_of(request)), "address": "",
                   "code": "", "title": ""}  # fmt: skip
        return page(request, "work_said.html", STATUS_OF.get(error.code, 422), content=content)
    if made is None:
        return RedirectResponse(f"/orders/{order}", SEE_OTHER)
    content = {
        "order": order, "problem": "", "code": made.code,
        "address": f"{outside(request)}/c/{made.secret}",
        "title": summary(given, detail.row, language_of(request)).title,
    }  # fmt: skip
    return page(request, "work_said.html", content=content)


@router.get("/orders/{order}/sheet")
def sheet(
    request: Request, given: ServicesDep, actor: ActorDep, order: OrderId, _: Framed
) -> Response:
    """The order as a sheet of paper."""
    detail, tr = given.orders.desk.order(actor, order), language_of(request)
    row = detail.row
    content = {
        "o": summary(given, row, tr),
        "explanation": explained(detail, given, tr),
        "card": given.cards.get(row.rule),
        "needs": [(need_words(n.what, tr), n.there)
                  for n in given.orders.work.at(actor, order).needs],
        "address": f"{outside(request)}/orders/{order}",
    }  # fmt: skip
    return page(request, "sheet.html", content=content)


@router.post("/orders/{order}/photos")
def send_photo(
    request: Request, given: ServicesDep, actor: ActorDep, sent: PhotoDep, order: OrderId, _: Framed
) -> Response:
    """Keeps a photo."""
    given.orders.desk.order(actor, order)
    try:
        given.orders.photos.send(actor, order, sent.data, sent.note)
    except Refused as error:
        if error.code in {"absent", "unauthenticated", "forbidden"}:
            raise
        content = {"order": order, "problem": said(error, language_of(request)), "address": "",
                   "code": "", "title": ""}  # fmt: skip
        return page(request, "work_said.html", STATUS_OF.get(error.code, 422), content=content)
    return RedirectResponse(f"/orders/{order}", SEE_OTHER)


@router.get("/orders/{order}/photos/{name}")
def photo(given: ServicesDep, actor: ActorDep, order: OrderId, name: PhotoName) -> Response:
    """A photo of an order in scope."""
    media, data = given.orders.photos.bytes_of(actor, order, name)
    return Response(data, media_type=media, headers=PHOTO_HEADERS)


def _do(given: Services, actor: Actor, order: str, form: Form) -> Made | None:
    at, do = given.orders.work, form.get("do", "")
    if do == "permit" and form.get("kind") in set(Permit):
        until = moments.moment_in(given, form.get("until", ""))
        at.permit(actor, order, Permit(form["kind"]), form.get("number", ""), until)
    elif do == "end_permit" and form.get("permit", "").isdecimal():
        at.end_permit(actor, order, int(form["permit"][:15]))
    elif do == "helper":
        at.helper(actor, order, form.get("login", ""))
    elif do == "need":
        kind, _, what = form.get("need", "").partition(":")
        at.need(actor, order, kind, what)
    elif do == "link":
        return at.link(actor, order, moments.moment_in(given, form.get("until", "")))
    else:
        raise Refused("There is no such action.")
    return None
