"""Second looks and contractors' quotes, for programs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from api.asker import ActorDep, ServicesDep
from workorders.crew.checkboard import CheckView, Counts
from workorders.crew.quoting import MOST_AMOUNT, Quotes

router = APIRouter(tags=["second looks"])
CheckId = Annotated[int, Path(ge=1, le=2**53)]
OrderId = Annotated[str, Path(max_length=24, pattern=r"^[A-Za-z0-9-]+$")]
QuoteId = Annotated[int, Path(ge=1, le=2**53)]


class CheckOut(BaseModel):
    """A closed order that somebody else looks at again; times in UTC ms of the run clock."""

    id: int
    order: str
    kind: str
    why: str
    subject: str
    at: int
    waits: bool
    passed: bool | None
    by: str
    looked_at: int | None
    note: str


class CountsOut(BaseModel):
    """How often somebody's work was drawn, looked at, and found not right."""

    login: str
    kind: str
    firm: bool
    drawn: int
    looked: int
    failed: int


class ChecksOut(BaseModel):
    """What waits, what was found in 90 days, counts by person."""

    checks: list[CheckOut]
    counts: list[CountsOut]


class FoundIn(BaseModel):
    """What was found."""

    model_config = ConfigDict(extra="forbid")
    passed: bool
    note: Annotated[str, Field(min_length=1, max_length=2000)]
    elsewhere: Annotated[str, Field(max_length=500)] = ""


class QuoteOut(BaseModel):
    """A quote; the newest of an order ``counts``."""

    id: int
    firm: str
    amount: float
    words: str
    entered_by: str
    at: int
    file_name: str
    approved: bool | None
    said_by: str
    reason: str
    counts: bool


class QuotesOut(BaseModel):
    """Quotes of an order; ``total`` is that of all orders on the asset within a week."""

    quotes: list[QuoteOut]
    total: float
    limit: float
    others: list[str]
    waits: bool


class QuoteIn(BaseModel):
    """What the contractor asks, in the site's currency."""

    model_config = ConfigDict(extra="forbid")
    amount: Annotated[float, Field(gt=0, le=MOST_AMOUNT, allow_inf_nan=False)]
    words: Annotated[str, Field(max_length=2000)] = ""


class SaidIn(BaseModel):
    """Whether it is approved, and why."""

    model_config = ConfigDict(extra="forbid")
    approved: bool
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class MadeOut(BaseModel):
    """The number of what was made."""

    id: int


@router.get("/checks", operation_id="listChecks")
def checks(given: ServicesDep, actor: ActorDep) -> ChecksOut:
    """Closed orders that are looked at again, and what was found."""
    board = given.orders.checks
    return ChecksOut(
        checks=[_check(view) for view in board.rows(actor)],
        counts=[_counts(one) for one in board.counts(actor)],
    )


@router.post("/checks/{id}", operation_id="sayCheck", status_code=204)
def say(given: ServicesDep, actor: ActorDep, id: CheckId, body: FoundIn) -> None:  # noqa: A002
    """What was found; an order that is not right is work again."""
    given.orders.checks.say(actor, id, passed=body.passed, note=body.note,
                            elsewhere=body.elsewhere)  # fmt: skip


@router.get("/orders/{order}/quotes", operation_id="listQuotes")
def quotes(given: ServicesDep, actor: ActorDep, order: OrderId) -> QuotesOut:
    """An order's quotes, the newest first."""
    return _quotes(given.orders.quotes.of(actor, order))


@router.post("/orders/{order}/quotes", operation_id="enterQuote", status_code=201)
def enter(given: ServicesDep, actor: ActorDep, order: OrderId, body: QuoteIn) -> MadeOut:
    """Enter what the contractor asks who has the order."""
    made = given.orders.quotes.enter(actor, order, amount=body.amount, words=body.words)
    return MadeOut(id=made)


@router.post("/quotes/{id}", operation_id="sayQuote", status_code=204)
def decide(given: ServicesDep, actor: ActorDep, id: QuoteId, body: SaidIn) -> None:  # noqa: A002
    """Approve or refuse a quote; never one's own."""
    given.orders.quotes.say(actor, id, approved=body.approved, reason=body.reason)


def _check(view: CheckView) -> CheckOut:
    return CheckOut(
        id=view.id, order=view.order, kind=view.kind.value, why=view.why.value,
        subject=view.subject, at=view.at, waits=view.waits, passed=view.passed, by=view.by,
        looked_at=view.looked_at, note=view.note,
    )  # fmt: skip


def _counts(one: Counts) -> CountsOut:
    return CountsOut(login=one.login, kind=one.kind.value, firm=one.firm, drawn=one.drawn,
                     looked=one.looked, failed=one.failed)  # fmt: skip


def _quotes(found: Quotes) -> QuotesOut:
    return QuotesOut(
        quotes=[
            QuoteOut(id=q.id, firm=q.firm, amount=q.amount, words=q.words, entered_by=q.entered_by,
                     at=q.at, file_name=q.file_name, approved=q.approved, said_by=q.said_by,
                     reason=q.reason, counts=q.counts)
            for q in found.rows
        ],
        total=found.total, limit=found.limit, others=list(found.others), waits=found.waits,
    )  # fmt: skip
