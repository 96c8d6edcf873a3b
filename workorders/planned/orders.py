"""One order for each occurrence: made once, however many processes notice that it is due."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sqlalchemy import select

from adapters.records.engine import insert_for
from adapters.records.mutes import Mute
from adapters.records.orders import Order, OrderClock
from adapters.records.planned import PlannedOccurrence
from core.actor import SYSTEM, Actor
from core.clock import DAY_MS, MINUTE_MS
from core.plans import Plan
from core.service import ClockKind
from core.site import DayMode, Site
from core.words import Origin, ProofKind, Text
from workorders import making, messages
from workorders.book import Book
from workorders.crew import needs
from workorders.happenings import Happening
from workorders.planned import checklists
from workorders.planned.checklists import Asked, limits
from workorders.planned.due import Due
from workorders.requests import places

TITLE = "{plan}: {target}"
FOUND = "Found by the checklist of {order}: {target}"
FOUND_WORDS = "{step}: {read}. {note}"
WORDS = (TITLE, FOUND, FOUND_WORDS)
"""For the catalogue."""
_FOLLOW_UP_SEVERITY = 3
"""What a checklist finds is mended as a fault that wastes is (crews.md, table of times)."""
_COVERING = {
    DayMode.MAINTENANCE: "maintenance",
    DayMode.SHUTDOWN: "shutdown",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """What made an occurrence due, for people.

    Attributes:
        hours: Of running counted. [h]
        unknown: Of those without data. [h]
    """

    words: Text
    hours: float | None = None
    unknown: float | None = None


def cause_of(plan: str, asset: str) -> str:
    """The cause of a plan's orders at an asset: the database lets one of them be open."""
    return f"{asset}|{family(plan)}"


def family(plan: str) -> str:
    """The fault family of a plan's orders; no rule's and no report's begins so."""
    return f"plan_{plan}"


def building_of(site: Site, asset: str) -> str:
    """The building that an asset, a room or a building is of."""
    equipment = site.equipment.get(asset)
    return equipment.building if equipment is not None else asset.partition(".")[0]


def name_of(site: Site, asset: str) -> str:
    """What people call it, in English."""
    if asset in site.equipment:
        return site.equipment[asset].names["en"]
    if asset in site.buildings:
        return site.buildings[asset].names["en"]
    place = places.place_of(site, asset)
    return place.names["en"] if place is not None else asset


def take(book: Book, plan: Plan, asset: str, due: Due, why: Why) -> bool:
    """An occurrence becomes an order, or part of the one that is open; whether it was news."""
    site = book.office.site
    values = {
        "plan": plan.id, "asset": asset, "building": building_of(site, asset),
        "occurrence": due.occurrence, "trigger": plan.trigger.kind.value, "trade": plan.trade.value,
        "due_at": due.due_at, "miss_at": due.miss_at, "made_at": book.now, "absorbed": False,
        "note": _covered(book, asset, due), "hours": why.hours, "unknown": why.unknown,
    }  # fmt: skip
    insert = insert_for(book.session.get_bind().engine)
    # Who is first has it: another process waits here, and then finds that there is nothing to do.
    taken = book.session.scalars(
        insert(PlannedOccurrence).values(**values).on_conflict_do_nothing()
        .returning(PlannedOccurrence.id)
    ).one_or_none()  # fmt: skip
    if taken is None:
        return False
    row = book.session.get_one(PlannedOccurrence, taken)
    mine = select(Order.id).where(
        Order.cause == cause_of(plan.id, asset), Order.closed_at.is_(None)
    )
    open_ = book.session.scalars(mine).first()
    order = book.lock(open_) if open_ is not None else None
    if order is not None:
        row.order_id, row.absorbed = order.id, True
        order.count += 1
        order.last_seen = book.now
        book.happen(order, Happening.DUE_AGAIN, occurrence=due.occurrence, count=order.count)
        return True
    row.order_id = _make(book, plan, asset, due, why).id
    return True


def _make(book: Book, plan: Plan, asset: str, due: Due, why: Why) -> Order:
    site = book.office.site
    title = Text(
        TITLE, {"plan": plan.names["en"], "plan_id": plan.id, "target": name_of(site, asset)}
    )
    words = Text(why.words.msgid, {**why.words.params, "day": due.day.isoformat()})
    order = making.blank(
        book, building=building_of(site, asset), origin=Origin.PLAN,
        cause=cause_of(plan.id, asset), asset=asset, family=family(plan.id), rule="",
        target=asset, trade=plan.trade, skill=plan.trade, proof=ProofKind.INSPECTION,
        severity=int(plan.priority), effort_min=plan.minutes, title=messages.dumped(title),
        explanation=messages.dumped(words), first_seen=book.now, last_seen=book.now,
        opened_at=book.now, recurrence_of=None,
    )  # fmt: skip
    book.session.add(order)
    book.session.flush()
    checklists.keep(book, order, plan)
    for licence in plan.licences:
        needs.add(book, order, "licence", licence.value, SYSTEM.login)
    for permit in plan.permits:
        needs.add(book, order, "permit", permit.value, SYSTEM.login)
    if plan.people > 1:
        needs.add(book, order, "people", str(plan.people), SYSTEM.login)
    book.session.flush()
    _promise(book, order, due)
    making.begin(book, order, (ClockKind.ACKNOWLEDGE,), plan=plan.id, occurrence=due.occurrence)
    return order


def _promise(book: Book, order: Order, due: Due) -> None:
    """Planned work is promised for its day, not by a table of times for faults."""
    until = max(due.due_at, book.now + MINUTE_MS)
    book.session.add(
        OrderClock(
            order_id=order.id, building=order.building, kind=ClockKind.RESTORE.value,
            priority=order.priority, always=True, started_at=book.now,
            minutes=(until - book.now) // MINUTE_MS, due_at=until,
        )
    )  # fmt: skip


def _covered(book: Book, asset: str, due: Due) -> str:
    """What covers the day it is due; said, not obeyed: a shutdown is when such work is done."""
    ends = np.array([due.due_at], np.int64)
    for mode, word in _COVERING.items():
        if bool(book.office.calendar.announced(asset, ends, (mode,), DAY_MS).any()):
            return word
    site = book.office.site
    equipment = site.equipment.get(asset)
    places_ = {asset, building_of(site, asset), *({equipment.system} if equipment else set())}
    mutes = select(Mute).where(Mute.scope.in_(sorted(places_)), Mute.start <= due.due_at)
    found = book.session.scalars(mutes.where(Mute.until > due.due_at - DAY_MS)).all()
    return "muted" if any(mute.end > due.due_at - DAY_MS for mute in found) else ""


def follow_up(book: Book, order: Order, actor: Actor, asked: Asked, language: str) -> str:
    """An order for what a step found beyond its limits; the one that is open, where there is."""
    if asked.follow:
        return asked.follow
    answer, site = asked.answer, book.office.site
    assert answer is not None  # noqa: S101 - asked before
    step = asked.step
    ask = step.ask.get("zh" if language.startswith("zh") else "en", step.ask["en"])
    read = f"{answer.number:g} {step.unit} ({limits(step)})" if answer.number is not None else "–"
    target = name_of(site, order.asset)
    made = making.blank(
        book, building=order.building, origin=Origin.REQUEST,
        cause=f"{order.asset}|found_{order.id}_{step.id}", asset=order.asset, family="found",
        rule="", target=order.asset, trade=order.trade, skill=order.trade,
        proof=ProofKind.INSPECTION, severity=_FOLLOW_UP_SEVERITY, effort_min=60,
        title=messages.dumped(Text(FOUND, {"order": order.id, "target": target})),
        explanation=messages.dumped(
            Text(FOUND_WORDS, {"step": ask, "read": read, "note": answer.note})
        ),
        first_seen=answer.at, last_seen=book.now, opened_at=book.now, recurrence_of=None,
    )  # fmt: skip
    book.session.add(made)
    book.session.flush()
    making.begin(book, made, found_by=order.id, answered=step.id, person=actor.login)
    version = order.version
    book.happen(order, Happening.FOLLOWED, actor=actor.login, answered=step.id, follow=made.id)
    order.version = version  # it makes nobody's form stale
    return made.id
