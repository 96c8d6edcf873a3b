"""Savings: what proven repairs save, with the interval, and the days and readings behind it."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response

from api.asker import ActorDep, FormDep, ServicesDep
from api.pages.frame import Framed
from api.problems import STATUS_OF
from api.refusals import said
from api.savings import (
    CARRIER_WORDS,
    NODE_WORDS,
    day_lines,
    line,
    meter_words,
    plan_lines,
    signed,
    until_line,
    why_words,
)
from api.savings_events import board, event_lines, filled, places, size_words
from api.services import Services
from api.switchbacks import switch_board, switch_lines, wanted
from api.view import language_of, page
from core.actor import Actor
from core.errors import Refused
from core.words import CARRIER_UNIT, Carrier
from workorders.ledger.looking import Reading
from workorders.ledger.sizing import Suggested
from workorders.ledger.switch_board import USUAL_PAIRS

router = APIRouter(include_in_schema=False)
SEE_OTHER = 303
OrderId = Annotated[str, Path(max_length=24)]


def reading(given: Services) -> Reading:
    """Who looks into the ledger."""
    return Reading(sessions=given.records, site=given.site)


@router.get("/savings")
def savings(request: Request, given: ServicesDep, actor: ActorDep, _: Framed) -> Response:
    """The manager's page."""
    return whole_page(request, given, actor, filled({}, None))


def whole_page(
    request: Request, given: Services, actor: Actor, form: dict[str, str], problem: str = "",
    status: int = 200, *, estimate: Suggested | None = None,
) -> Response:  # fmt: skip
    """The page; with what was typed of an event, what is wrong with it, or its estimate."""
    tr, found = language_of(request), reading(given).whole(actor)
    book, may_enter = found.book, board(given).may_enter(actor)
    return page(
        request, "savings.html", status, found=found, problem=problem, form=form,
        events=event_lines(given, actor, tr), may_enter=may_enter,
        places=places(given, actor, tr) if may_enter else [],
        meters=[e.id for e in given.site.equipment.values()
                if may_enter and e.meter is not None and actor.sees(e.building)],
        carriers=[(c.value, tr(CARRIER_WORDS[c])) for c in Carrier],
        estimate=size_words(estimate.per_day, estimate.u, estimate.unit) if estimate else "",
        evidence=estimate.evidence if estimate else {},
        totals=[
            {"t": t, "name": tr(CARRIER_WORDS[t.carrier]), "said": signed(t.saving, t.u),
             "adjusted": signed(t.adjusted.saving, t.adjusted.u) if t.adjusted else ""}
            for t in book.totals
        ],
        lines=[line(given, b, tr) for b in sorted(book.bookings, key=lambda b: -(b.money or 0))],
        unmeasured=[(u, why_words(u.why, tr)) for u in book.unmeasured],
        nodes=[
            {"n": n, "name": meter_words(given, n, tr), "unit": CARRIER_UNIT[n.carrier],
             "state": tr(NODE_WORDS[n.state]), "booked": signed(n.booked),
             "drop": signed(n.drop, n.u) if n.state != "unknown" else "–"}
            for n in book.nodes
        ],
        months=[
            (m, ", ".join(f"{signed(x)} {CARRIER_UNIT[c]} {tr(CARRIER_WORDS[c])}"
                          for c, x in m.amounts.items()))
            for m in found.months
        ],
        placebo=[(s, tr(CARRIER_WORDS[s.carrier])) for s in found.placebo],
    )  # fmt: skip


@router.get("/savings/{order}")
def order(
    request: Request, given: ServicesDep, actor: ActorDep, _: Framed, order: OrderId
) -> Response:
    """One order's days."""
    return order_page(request, given, actor, order)


@router.post("/savings/{order}/switchback")
def switch(
    request: Request, given: ServicesDep, actor: ActorDep, _: Framed, form: FormDep,
    order: OrderId,
) -> Response:  # fmt: skip
    """Accept, decline or stop a switchback, or show what another day or number would draw."""
    board_, reason, do = switch_board(given), form.get("reason", "")[:500], form.get("do", "")
    if do not in {"accept", "draw", "decline", "stop"}:
        raise Refused("There is no such action.")
    try:
        first, pairs = wanted(form)
        if do == "draw":
            return order_page(request, given, actor, order, first=first, pairs=pairs)
        if do == "accept":
            board_.accept(actor, order, reason=reason, first=first, pairs=pairs)
        elif do == "decline":
            board_.decline(actor, order, reason=reason)
        else:
            board_.stop(actor, order, reason=reason)
    except Refused as error:
        if error.code in {"absent", "unauthenticated", "forbidden"}:
            raise
        problem = said(error, language_of(request))
        status = STATUS_OF.get(error.code, 422)
        return order_page(request, given, actor, order, problem=problem, status=status)
    return RedirectResponse(f"/savings/{order}#switchback", SEE_OTHER)


def order_page(
    request: Request, given: Services, actor: Actor, order: str, *, problem: str = "",
    status: int = 200, first: date | None = None, pairs: int = USUAL_PAIRS,
) -> Response:  # fmt: skip
    """One order's page, with the switchback that is offered from a day on."""
    tr = language_of(request)
    book = reading(given).order(actor, order)
    view = switch_board(given).view(actor, order, first=first, pairs=pairs)
    return page(
        request, "saving.html", status, book=book, problem=problem,
        lines=[line(given, b, tr) for b in book.bookings],
        plan=[*plan_lines(given, book.plan, tr), *until_line(book, tr)] if book.plan else [],
        days=day_lines(given, book, tr), why=why_words(book.ended_why, tr),
        switch=switch_lines(given, view, tr),
    )  # fmt: skip
