"""Non-routine events beside savings, for programs."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from api.asker import ActorDep, ServicesDep
from api.savings_events import board, sizing
from core.words import Carrier
from workorders.ledger.event_board import EventLine, Said
from workorders.ledger.events import Step

router = APIRouter(tags=["savings"])
EventId = Annotated[int, Path(ge=1, le=2**53)]
Place = Annotated[str, Field(min_length=1, max_length=120)]
Size = Annotated[float, Field(ge=-1e9, le=1e9)]
Reason = Annotated[str, Field(min_length=1, max_length=500)]


class StepOut(BaseModel):
    """What was said of an event; ``what`` is ``confirmed``, ``refused`` or ``undone``."""

    what: str
    by: str
    at: int
    reason: str


class EventOut(BaseModel):
    """An event: ``per_day`` is what it adds to a day's use, ``u`` its half-width, 90 %.

    ``standing`` is ``waiting``, ``counts``, ``refused`` or ``undone``; ``source`` is ``stated`` or
    ``estimated``; ``orders`` are those whose days it bears on.
    """

    id: int
    building: str
    place: str
    carrier: str
    first: date
    last: date
    per_day: float
    u: float
    unit: str
    words: str
    document: str
    source: str
    evidence: dict[str, Any]
    by: str
    at: int
    standing: str
    decided: StepOut | None
    undone: StepOut | None
    orders: list[str]


class LikeIn(BaseModel):
    """A meter without an order, and days on which the event acted on it."""

    model_config = ConfigDict(extra="forbid")
    meter: Place
    first: date
    last: date


class EventIn(BaseModel):
    """What changed, where it is written down, and how large it is: stated, or by a meter."""

    model_config = ConfigDict(extra="forbid")
    place: Place
    carrier: Literal["electricity", "water", "gas", "heat", "cooling"]
    first: date
    last: date
    per_day: Size | None = None
    u: Size | None = None
    like: LikeIn | None = None
    words: Annotated[str, Field(min_length=1, max_length=500)]
    document: Annotated[str, Field(min_length=3, max_length=200)]


class EnteredOut(BaseModel):
    """Its number."""

    id: int


class ReasonIn(BaseModel):
    """Why."""

    model_config = ConfigDict(extra="forbid")
    reason: Reason


class SizeOut(BaseModel):
    """What a meter used more in the event's days than those before foretell."""

    per_day: float
    u: float
    unit: str
    evidence: dict[str, Any]


@router.get("/savings/events", operation_id="listSavingsEvents")
def events(given: ServicesDep, actor: ActorDep) -> list[EventOut]:
    """Non-routine events, the newest first."""
    return [_event(line) for line in board(given).lines(actor)]


@router.get("/savings/events/size", operation_id="getSavingsEventSize")
def size(
    given: ServicesDep, actor: ActorDep,
    meter: Annotated[str, Query(min_length=1, max_length=120)], first: date, last: date,
) -> SizeOut:  # fmt: skip
    """The size of an event by a meter that no order was on in those days."""
    found = sizing(given).suggest(actor, meter, first, last)
    return SizeOut(per_day=found.per_day, u=found.u, unit=found.unit, evidence=found.evidence)


@router.post("/savings/events", operation_id="enterSavingsEvent", status_code=201)
def enter(given: ServicesDep, actor: ActorDep, body: EventIn) -> EnteredOut:
    """Writes one down; it counts once another person has confirmed it."""
    like = body.like
    of = sizing(given).suggest(actor, like.meter, like.first, like.last) if like else None
    said = Said(
        place=body.place, carrier=Carrier(body.carrier), first=body.first, last=body.last,
        per_day=of.per_day if of else body.per_day or 0.0, u=of.u if of else body.u or 0.0,
        words=body.words, document=body.document, evidence=of.evidence if of else {},
    )  # fmt: skip
    return EnteredOut(id=board(given).enter(actor, said))


@router.post("/savings/events/{id}/confirm", operation_id="confirmSavingsEvent", status_code=204)
def confirm(given: ServicesDep, actor: ActorDep, id: EventId, body: ReasonIn) -> None:  # noqa: A002
    """Figures carry it from now on, beside those without."""
    board(given).confirm(actor, id, reason=body.reason)


@router.post("/savings/events/{id}/refuse", operation_id="refuseSavingsEvent", status_code=204)
def refuse(given: ServicesDep, actor: ActorDep, id: EventId, body: ReasonIn) -> None:  # noqa: A002
    """It never counts."""
    board(given).refuse(actor, id, reason=body.reason)


@router.post("/savings/events/{id}/undo", operation_id="undoSavingsEvent", status_code=204)
def undo(given: ServicesDep, actor: ActorDep, id: EventId, body: ReasonIn) -> None:  # noqa: A002
    """Takes a confirmed one back by an entry of its own."""
    board(given).undo(actor, id, reason=body.reason)


def _event(line: EventLine) -> EventOut:
    e = line.event
    return EventOut(
        id=e.id, building=e.building, place=e.place, carrier=e.carrier.value, first=e.first,
        last=e.last, per_day=e.per_day, u=e.u, unit=e.unit, words=e.words, document=e.document,
        source=e.source.value, evidence=dict(e.evidence), by=e.by, at=e.at,
        standing=e.standing.value, decided=_step(e.decided), undone=_step(e.undone),
        orders=list(line.orders),
    )  # fmt: skip


def _step(step: Step | None) -> StepOut | None:
    if step is None:
        return None
    return StepOut(what=step.what, by=step.by, at=step.at, reason=step.reason)
