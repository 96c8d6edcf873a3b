"""Work orders, for programs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.asker import ActorDep, ServicesDep
from api.orders import named, place_of
from api.view import language_of
from workorders.act import MOST_NOTE, Act
from workorders.queue import MOST_MARK, Ask, View
from workorders.states import Command
from workorders.views import OrderRow

router = APIRouter(tags=["orders"])
OrderId = Annotated[str, Path(max_length=24, pattern=r"^[A-Za-z0-9-]+$")]


class OrderOut(BaseModel):
    """An order; times in UTC ms of the run clock, money in the site's currency."""

    id: str
    version: int
    building: str
    asset: str
    place: str
    rule: str
    title: str
    explanation: str
    state: str
    outcome: str | None
    priority: int
    trade: str
    person: str | None
    attempt: int
    count: int
    opened_at: int
    closed_at: int | None
    due_at: int | None
    late: bool
    waste_per_day: float
    value_per_day: float
    score: float
    allowed: list[str]


class EventOut(BaseModel):
    """One step of its history."""

    at: int
    actor: str
    what: str
    before: str
    after: str
    note: str


class OrderDetailOut(OrderOut):
    """With its history and the findings it stands for."""

    history: list[EventOut]
    findings: list[str]


class ActIn(BaseModel):
    """A command; ``version`` is that of the order as you saw it."""

    model_config = ConfigDict(extra="forbid")
    do: Command
    version: Annotated[int, Field(ge=1, le=2**53)]
    note: Annotated[str, Field(max_length=MOST_NOTE)] = ""
    cause: Annotated[str, Field(max_length=64)] = ""
    minutes: Annotated[int | None, Field(ge=1, le=43_200)] = None
    reason: Annotated[str, Field(max_length=16)] = ""
    until: Annotated[int | None, Field(ge=0, le=253_402_300_799_000)] = None
    who: Annotated[str, Field(max_length=200)] = ""
    assignee: Annotated[str, Field(max_length=64)] = ""
    priority: Annotated[int | None, Field(ge=1, le=4)] = None
    action: Annotated[str, Field(max_length=64)] = ""
    alarm: Annotated[str, Field(pattern="^(true|false)?$")] = ""
    parts: Annotated[str, Field(max_length=MOST_NOTE)] = ""
    elsewhere: Annotated[str, Field(max_length=500)] = ""


@router.get("/orders", operation_id="listOrders")
def orders(
    request: Request, response: Response, given: ServicesDep, actor: ActorDep,
    closed: Annotated[bool, Query()] = False,  # noqa: FBT002 - a query parameter
    limit: Annotated[int, Query(ge=1, le=200)] = 200,
    after: Annotated[str, Query(max_length=MOST_MARK)] = "",
) -> list[OrderOut]:  # fmt: skip
    """Open orders by priority, then value a day over effort; or closed ones, newest first.

    Where there are more, the header ``X-Next`` has what to send as ``after`` for those that
    follow; without the header the list has ended.
    """
    view = View.CLOSED if closed else View.OPEN
    page = given.orders.desk.page(actor, Ask(view=view, after=after, most=limit))
    if page.next is not None:
        response.headers["X-Next"] = page.next
    return [_out(request, given, row) for row in page.rows]


@router.get("/orders/{order}", operation_id="getOrder")
def order(request: Request, given: ServicesDep, actor: ActorDep, order: OrderId) -> OrderDetailOut:
    """One order."""
    detail = given.orders.desk.order(actor, order)
    return OrderDetailOut(
        **_out(request, given, detail.row).model_dump(),
        history=[
            EventOut(at=s.at, actor=s.actor, what=s.what, before=s.before, after=s.after,
                     note=s.note)
            for s in detail.history
        ],
        findings=[f.id for f in detail.findings],
    )  # fmt: skip


@router.post("/orders/{order}/act", operation_id="actOnOrder")
def act(
    request: Request, given: ServicesDep, actor: ActorDep, order: OrderId, body: ActIn,
    key: Annotated[str, Header(alias="Idempotency-Key", max_length=80)] = "",
) -> OrderOut:  # fmt: skip
    """Accept, arrive, hold, resume, done, sign, cancel, give on: what ``allowed`` lists.

    With an ``Idempotency-Key`` the same command sent again is done once.
    """
    row = given.orders.desk.act(actor, Act(order=order, **body.model_dump(), key=key))
    return _out(request, given, row)


def _out(request: Request, given: ServicesDep, row: OrderRow) -> OrderOut:
    tr = language_of(request)
    texts = (row.title, row.explanation)
    title, words = (tr.say(named(text, row.target, given.site, tr)) for text in texts)
    return OrderOut(
        id=row.id, version=row.version, building=row.building, asset=row.asset,
        place=place_of(given.site, row.asset, tr), rule=row.rule, title=title,
        explanation=words, state=row.state.value,
        outcome=row.outcome.value if row.outcome else None, priority=int(row.priority),
        trade=row.trade.value, person=row.person, attempt=row.attempt, count=row.count,
        opened_at=row.opened_at, closed_at=row.closed_at,
        due_at=row.due.due if row.due else None, late=row.late,
        waste_per_day=row.waste_per_day, value_per_day=row.value_per_day, score=row.score,
        allowed=[c.value for c in row.allowed],
    )  # fmt: skip
