"""What happened to registers, for programs."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from adapters.records.tables import MeterEventRow
from api import meters
from api.asker import ActorDep, ReaderDep, ServicesDep
from core.meters import Happening

router = APIRouter(tags=["meter events"])
State = Literal["open", "accepted", "confirmed", "rejected", "withdrawn"]
Kind = Literal["rollover", "reset", "swap"]
Number = Annotated[float | None, Field(ge=0, le=1e15)]
Note = Annotated[str, Field(max_length=1_000)]


class MeterEvent(BaseModel):
    """An event of a register; times in UTC ms, numbers in the point's unit.

    ``before`` and ``first`` are the readings on both sides; ``closing`` and ``opening`` the
    numbers that a person gave; ``derived`` whether the use shows the decision.
    """

    id: int
    version: int
    point: str
    building: str
    kind: str
    state: str
    at: int
    before_at: int | None
    before: float | None
    first: float | None
    closing: float | None
    opening: float | None
    exact: bool
    derived: bool
    evidence: dict[str, float]
    history: list[dict[str, Any]]


class DecideIn(BaseModel):
    """What is said of an event; ``version`` is that of the event as you saw it.

    ``exact``: both numbers were read off; otherwise the use across the event is an estimate.
    """

    model_config = ConfigDict(extra="forbid")
    do: Literal["confirm", "reject", "undo"]
    version: Annotated[int, Field(ge=1, le=2**53)]
    kind: Kind = "swap"
    closing: Number = None
    opening: Number = None
    exact: bool = False
    note: Note = ""


class DeclareIn(BaseModel):
    """A swap or reset that somebody made at a time."""

    model_config = ConfigDict(extra="forbid")
    point: Annotated[str, Field(max_length=200)]
    at: Annotated[int, Field(ge=0, le=253_402_300_799_000)]
    kind: Kind = "swap"
    closing: Number = None
    opening: Number = None
    exact: bool = True
    note: Note = ""


@router.get("/meter-events", operation_id="listMeterEvents")
def events(
    given: ServicesDep, actor: ActorDep,
    point: Annotated[str | None, Query(max_length=200)] = None,
    state: Annotated[State | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> list[MeterEvent]:  # fmt: skip
    """The newest first; ``open`` waits for a person."""
    rows = meters.events(given, actor, point=point or "", state=state or "", limit=limit)
    return [_event(row) for row in rows]


@router.get("/meter-events/{id}", operation_id="getMeterEvent")
def event(
    given: ServicesDep, actor: ActorDep, id_: Annotated[int, Path(alias="id", ge=1, le=2**62)]
) -> MeterEvent:
    """One event with its evidence and history."""
    return _event(meters.event(given, actor, id_))


@router.post("/meter-events/{id}/decide", operation_id="decideMeterEvent")
def decide(
    given: ServicesDep,
    actor: ActorDep,
    reader: ReaderDep,
    id_: Annotated[int, Path(alias="id", ge=1, le=2**62)],
    body: DecideIn,
) -> MeterEvent:
    """Confirm, reject or take back; the use of the register follows."""
    said = meters.Decided(**body.model_dump(exclude={"kind"}), kind=Happening(body.kind))
    return _event(meters.decide(given, reader, actor, id_, said))


@router.post("/meter-events", operation_id="declareMeterEvent", status_code=201)
def declare(given: ServicesDep, actor: ActorDep, reader: ReaderDep, body: DeclareIn) -> MeterEvent:
    """Say that a meter was swapped or reset."""
    said = meters.Decided(
        do="confirm", version=1, kind=Happening(body.kind), closing=body.closing,
        opening=body.opening, exact=body.exact, note=body.note,
    )  # fmt: skip
    return _event(meters.declare(given, reader, actor, body.point, body.at, said))


def _event(row: MeterEventRow) -> MeterEvent:
    return MeterEvent(
        id=row.id, version=row.version, point=row.point, building=row.building, kind=row.kind,
        state=row.state, at=row.at, before_at=row.before_at, before=row.before, first=row.first,
        closing=row.closing, opening=row.opening, exact=row.exact, derived=row.derived,
        evidence=row.evidence, history=row.history,
    )  # fmt: skip
