"""Savings: what proven repairs save, with the interval, and the days and readings behind it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from api.asker import ActorDep, ServicesDep
from api.pages.frame import Framed
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
from api.view import language_of, page
from core.actor import Actor
from core.words import CARRIER_UNIT, Carrier
from workorders.ledger.looking import Reading
from workorders.ledger.sizing import Suggested

router = APIRouter(include_in_schema=False)
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
    tr = language_of(request)
    book = reading(given).order(actor, order)
    return page(
        request, "saving.html", book=book, lines=[line(given, b, tr) for b in book.bookings],
        plan=[*plan_lines(given, book.plan, tr), *until_line(book, tr)] if book.plan else [],
        days=day_lines(given, book, tr), why=why_words(book.ended_why, tr),
    )  # fmt: skip
