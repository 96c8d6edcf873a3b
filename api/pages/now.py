"""The campus now."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import partial

from babel.dates import format_date
from fastapi import APIRouter, Request
from fastapi.responses import Response

from api import now as view
from api import sketch
from api.asker import ActorDep, ReaderDep, ServicesDep
from api.costs import costs, total
from api.formats import local
from api.freshness import freshness
from api.messages import dead_channels
from api.orders import summary
from api.pages.frame import Framed
from api.scoped import ScopedReader
from api.services import Services
from api.view import language_of, page
from core.actor import Actor
from core.clock import DAY_MS
from core.quality import WHOLE_DAY
from core.words import Discipline
from workorders.tally import tally

router = APIRouter(include_in_schema=False)
_COSTLIEST = 6
_WASTES = {
    Discipline.POWER: "power", Discipline.WATER: "water", Discipline.HEATING: "heating",
    Discipline.AIR: "rooms",
}  # fmt: skip


@router.get("/")
def campus(
    request: Request, given: ServicesDep, actor: ActorDep, reader: ReaderDep, _: Framed
) -> Response:
    """The page."""
    return page(request, "now.html", content=_content(request, given, actor, reader))


@router.get("/x/now")
def campus_body(
    request: Request, given: ServicesDep, actor: ActorDep, reader: ReaderDep
) -> Response:
    """What changes on it."""
    return page(request, "now_body.html", content=_content(request, given, actor, reader))


def _content(
    request: Request, given: Services, actor: Actor, reader: ScopedReader
) -> dict[str, object]:
    tr, now, site = language_of(request), given.clock.now(), given.site
    scope = reader.buildings()
    today = view.Today(reader, site, now)
    cards = [today.card(kind, scope) for kind, *_ in view.KINDS]
    wasted, urgent = defaultdict[str, float](float), defaultdict[str, Counter[int]](Counter)
    for of in given.orders.desk.sums(actor):
        urgent[of.building][of.priority] += of.orders
        card = _WASTES.get(given.cards[of.rule].discipline) if of.rule in given.cards else None
        if card:
            wasted[card] += of.waste
    costliest = given.orders.desk.costliest(actor, _COSTLIEST)
    findings = [
        (f.onset, f.cleared or now, f.money_per_day or 0.0)
        for f in given.records.findings.since(now - 15 * DAY_MS)
        if actor.sees(f.building)
    ]
    days = costs(reader, site, findings, now)
    fresh = getattr(request.state, "fresh", None) or freshness(reader, now)
    drawn, scale = sketch.bars(days)
    buildings = [
        {
            "id": b,
            "name": tr.name(site.buildings[b].names),
            "cards": [today.card(kind, [b]) for kind, *_ in view.KINDS],
            "complete": fresh.buildings.get(b, 1.0),
            "orders": sorted(urgent[b].items()),
        }
        for b in scope
    ]
    return {
        "cards": cards,
        "sketches": {c.kind: sketch.day_paths(c.curve, now) for c in cards},
        "wasted": wasted,
        "buildings": buildings,
        "days": days,
        # The last one is today, which is not over yet.
        "sum": total(days[:-1]),
        "whole_days": sum(day.whole for day in days[:-1]),
        "holed": not all(day.whole for day in days),
        "least": round(WHOLE_DAY * 100),
        "bars": drawn,
        "scale": scale,
        "day_name": partial(_day_name, zone=site.timezone, language=tr.language),
        "costliest": [summary(given, row, tr) for row in costliest],
        "proved": tally(given.records, actor),
        "dead_channels": dead_channels(given, actor),
    }


def _day_name(at: int, zone: str, language: str) -> str:
    when = local(at, zone)
    return f"{format_date(when, 'EEE', locale=language)} {when.day}"
