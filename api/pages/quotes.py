"""A contractor's quote at its order: entered by a dispatcher, approved or refused, its paper."""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import RedirectResponse, Response

from api import moments
from api.asker import ActorDep, FormDep, ServicesDep
from api.offers import Offer, QuoteId, enter_quote, offer_of, paper
from api.pages.frame import Framed
from api.problems import STATUS_OF
from api.refusals import said
from api.view import language_of, page
from core.errors import Refused

router = APIRouter(include_in_schema=False)
SEE_OTHER = 303
OrderId = Annotated[str, Path(max_length=24)]


async def checked(request: Request, _: ActorDep) -> Offer:
    """A quote that the log-in's own page sent.

    Raises:
        Refused: Another page did.
    """
    sent = await offer_of(request)
    expected = getattr(request.state, "csrf", "")
    if not (expected and hmac.compare_digest(sent.csrf, expected)):
        raise Refused("This form is of another log-in; load the page again.", code="forbidden")
    return sent


@router.post("/orders/{order}/quotes")
def enter(
    request: Request, given: ServicesDep, actor: ActorDep, _: Framed, order: OrderId,
    sent: Annotated[Offer, Depends(checked, scope="function")],
) -> Response:  # fmt: skip
    """Enters what the contractor told the desk."""
    given.orders.desk.order(actor, order)
    try:
        enter_quote(given, actor, order, sent)
    except Refused as error:
        return _refused(request, order, error)
    return RedirectResponse(f"/orders/{order}", SEE_OTHER)


@router.post("/orders/{order}/quotes/{quote}")
def decide(
    request: Request, given: ServicesDep, actor: ActorDep, _: Framed, form: FormDep,
    order: OrderId, quote: QuoteId,
) -> Response:  # fmt: skip
    """Approves or refuses it."""
    given.orders.desk.order(actor, order)
    try:
        approved, reason = moments.yes(form.get("approved", "")), form.get("reason", "")[:500]
        given.orders.quotes.say(actor, quote, approved=approved, reason=reason)
    except Refused as error:
        return _refused(request, order, error)
    return RedirectResponse(f"/orders/{order}", SEE_OTHER)


@router.get("/orders/{order}/quotes/{quote}/file")
def file(given: ServicesDep, actor: ActorDep, order: OrderId, quote: QuoteId) -> Response:
    """The paper of a quote."""
    return paper(given, actor, order, quote)


def _refused(request: Request, order: str, error: Refused) -> Response:
    if error.code in {"absent", "unauthenticated", "forbidden"}:
        raise error
    content = {"order": order, "problem": said(error, language_of(request)), "address": "",
               "code": "", "title": ""}  # fmt: skip
    return page(request, "work_said.html", STATUS_OF.get(error.code, 422), content=content)
