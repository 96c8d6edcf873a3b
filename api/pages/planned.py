"""Planned work: what comes week by week, each plan with its history, checklists, calendars."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from babel.dates import format_date
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from adapters.ical import feed
from adapters.locales import Translator, translator
from api import formats, planned
from api.asker import ActorDep, FormDep, ServicesDep
from api.pages.frame import Framed
from api.pages.orders import shown as order_page
from api.problems import STATUS_OF
from api.refusals import said
from api.services import Services
from api.view import language_of, page
from core.actor import Actor
from core.errors import Refused
from core.words import Trade
from workorders.planned.board import Sending
from workorders.planned.checklists import Said
from workorders.planned.looking import Entry, Stand, on_time

router = APIRouter(include_in_schema=False)
SEE_OTHER = 303
Word = Annotated[str, Query(max_length=80)]
TradeWord = Annotated[str, Query(pattern="^([EPHTIO])?$")]
PlanId = Annotated[str, Path(max_length=40)]
OrderId = Annotated[str, Path(max_length=24)]
KeyId = Annotated[int, Path(ge=1, le=2**53)]
WEEKS = 53
_WIDE, _HIGH, _FOOT = 1060, 64, 18
"""Of the timeline, in its own units; it is drawn as wide as the page."""
_FULL_H = 24
"""Work of a week that fills the height of its bar; more is drawn no higher. [h]"""


@router.get("/planned")
def plans(
    request: Request, given: ServicesDep, actor: ActorDep, _: Framed,
    building: Word = "", trade: TradeWord = "",
) -> Response:  # fmt: skip
    """The next twelve months."""
    return _plans(request, given, actor, building, trade)


@router.post("/planned/keys")
def make_key(
    request: Request, given: ServicesDep, actor: ActorDep, _: Framed, form: FormDep
) -> Response:
    """A calendar of one's own or of a crew; its address is shown once."""
    try:
        key = given.orders.planned.make_key(actor, form.get("trade", ""))
    except Refused as error:
        problem = said(error, language_of(request))
        status = STATUS_OF.get(error.code, 422)
        return _plans(request, given, actor, "", "", problem=problem, status=status)
    address = f"{outside(request, given)}/planned.ics?key={key}"
    return _plans(request, given, actor, "", "", address=address)


@router.post("/planned/keys/{id_}/end")
def end_key(given: ServicesDep, actor: ActorDep, _form: FormDep, id_: KeyId) -> Response:
    """A calendar reads nothing any more."""
    given.orders.planned.revoke_key(actor, id_)
    return RedirectResponse("/planned", SEE_OTHER)


@router.get("/planned/{plan}")
def plan(
    request: Request, given: ServicesDep, actor: ActorDep, _: Framed, plan: PlanId
) -> Response:
    """One plan with its history."""
    tr, work = language_of(request), given.orders.planned
    row = work.plan(actor, plan)
    past = work.occurrences(actor, plan)
    kept, decided = on_time(past)
    return page(
        request, "plan.html", plan=row.plan, title=tr.name(row.plan.names),
        when=planned.trigger_words(row.plan, tr),
        counted=planned.point_words(row.plan, tr), trade=tr(planned.TRADE_WORDS[row.plan.trade]),
        parts=[tr.name(part) for part in row.plan.parts],
        steps=[planned.step_line(step, tr) for step in row.plan.steps], left=row.left,
        assets=[planned.asset_line(given, one, tr) for one in row.assets],
        past=[planned.entry_line(given, one, tr) for one in reversed(past)],
        kept=kept, decided=decided,
    )  # fmt: skip


@router.post("/orders/{order}/step")
def step(
    request: Request, given: ServicesDep, actor: ActorDep, _: Framed, form: FormDep, order: OrderId
) -> Response:
    """Answers a step, or opens an order for what it found."""
    try:
        if form.get("do") == "follow":
            given.orders.planned.follow_up(actor, order, form.get("step", ""))
        else:
            given.orders.planned.answer(actor, order, said_of(form), sending_of(form))
    except Refused as error:
        if error.code in {"absent", "unauthenticated"}:
            raise
        problem = said(error, language_of(request))
        return order_page(request, given, actor, order, problem, STATUS_OF.get(error.code, 422))
    return RedirectResponse(f"/orders/{order}#checklist", SEE_OTHER)


@router.get("/planned.ics")
def calendar(
    request: Request, given: ServicesDep, key: Annotated[str, Query(max_length=100)] = ""
) -> Response:
    """What a key shows, for a calendar program; no log-in is looked at."""
    read = given.orders.planned.read(key)
    tr = translator(read.actor.language)
    address = outside(request, given)
    who = tr(planned.TRADE_WORDS[Trade(read.trade)]) if read.trade else read.actor.name
    name = tr("Planned work: {who}", who=who)
    events = (planned.event(given, one, tr, address) for one in read.entries)
    headers = {"Content-Disposition": 'inline; filename="planned.ics"',
               "Cache-Control": "private, no-store", "Referrer-Policy": "no-referrer"}  # fmt: skip
    return Response(feed(name, events), media_type="text/calendar; charset=utf-8", headers=headers)


def said_of(form: dict[str, str]) -> Said:
    """A posted answer.

    Raises:
        Refused: The number cannot be read.
    """
    written = form.get("number", "").strip().replace(",", ".").replace("−", "-")
    try:
        number = float(written) if written else None
    except ValueError as error:
        raise Refused("A field of the form cannot be read.") from error
    return Said(step=form.get("step", ""), number=number, photo=form.get("photo", "")[:32],
                note=form.get("note", ""))  # fmt: skip


def sending_of(form: dict[str, str]) -> Sending:
    """When an answer was given and is sent, by the phone, and its key.

    Raises:
        Refused: A time cannot be read.
    """
    try:
        pressed, sent = (int(form[k][:15]) if form.get(k) else None for k in ("pressed", "sent"))
    except ValueError as error:
        raise Refused("A field of the form cannot be read.") from error
    return Sending(key=form.get("key", "")[:80], pressed=pressed, sent=sent)


def outside(request: Request, given: Services) -> str:
    """Where the console is found from elsewhere."""
    return given.settings.external_address.rstrip("/") or str(request.base_url).rstrip("/")


def _plans(
    request: Request, given: Services, actor: Actor, building: str, trade: str, *,
    address: str = "", problem: str = "", status: int = 200,
) -> Response:  # fmt: skip
    tr, work, now = language_of(request), given.orders.planned, given.clock.now()
    entries = [
        e
        for e in work.entries(actor)
        if (not building or e.building == building) and (not trade or e.trade == trade)
    ]
    kept, decided = on_time(work.occurrences(actor))
    late = [e for e in entries if e.stand in {Stand.OVERDUE, Stand.MISSED}]
    later = [e for e in entries if e.stand not in {Stand.OVERDUE, Stand.MISSED}]
    return page(
        request, "planned.html", status, problem=problem, address=address,
        late=planned.weeks(given, late, tr), weeks=planned.weeks(given, later, tr),
        bars=_bars(entries, formats.local(now, given.site.timezone).date(), tr),
        wide=_WIDE, high=_HIGH, foot=_FOOT,
        overdue=sum(e.stand is Stand.OVERDUE for e in entries),
        missed=sum(e.stand is Stand.MISSED for e in entries),
        soon=sum(0 <= e.due_at - now <= 30 * 86_400_000 for e in entries),
        kept=kept, decided=decided, building=building, trade=trade,
        buildings=[(b.id, tr.name(b.names)) for b in given.site.buildings.values()
                   if actor.sees(b.id)],
        trades=[(t.value, tr(w)) for t, w in planned.TRADE_WORDS.items()],
        keys=[{"k": k, "name": tr(planned.TRADE_WORDS[Trade(k.trade)]) if k.trade
               else given.orders.planned.desk.office.name(k.login)} for k in work.keys(actor)],
        nothing=not given.site.plans,
    )  # fmt: skip


def _bars(entries: list[Entry], today: date, tr: Translator) -> list[dict[str, object]]:
    """A bar a week: hours of work that are due; months are named where they begin."""
    monday = today - timedelta(days=today.weekday())
    pitch = _WIDE / WEEKS
    found = []
    for n in range(WEEKS):
        start = monday + timedelta(weeks=n)
        mine = [e for e in entries if start <= e.day < start + timedelta(weeks=1)]
        hours = sum(e.minutes for e in mine) / 60
        height = round(min(1.0, hours / _FULL_H) * _HIGH)
        sunday = start + timedelta(days=6)
        begins = sunday.day <= 7  # noqa: PLR2004 - the first of a month lies in this week
        found.append({
            "x": round(n * pitch, 1), "w": round(pitch - 3, 1), "h": max(height, 2) if mine else 0,
            "month": format_date(sunday, "LLL", locale=tr.language) if begins else "",
            "title": tr("Week of {day}: {n} × planned work, {hours} h",
                        day=planned.short_day(start, tr), n=len(mine), hours=f"{hours:.1f}"),
        })  # fmt: skip
    return found
