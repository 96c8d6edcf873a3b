"""Hand-overs and the shift log, for programs. Times in UTC ms of the run clock."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from api.asker import ActorDep, ServicesDep
from workorders.act import MOST_NOTE

router = APIRouter(tags=["shifts"])
Note = Annotated[str, Field(max_length=MOST_NOTE)]
OrderKey = Annotated[str, Field(max_length=24)]


class HandedOrder(BaseModel):
    """An order as it was handed over."""

    id: str
    state: str
    priority: int
    word: str


class HandoverOut(BaseModel):
    """A hand-over list."""

    id: int
    at: int
    giver: str
    taker: str
    note: str
    orders: list[HandedOrder]
    taken_at: int | None


class HandoverIn(BaseModel):
    """What goes to whom, with a word about each order."""

    model_config = ConfigDict(extra="forbid")
    to: Annotated[str, Field(max_length=64)]
    note: Note = ""
    orders: Annotated[dict[OrderKey, Note], Field(min_length=1, max_length=200)]


class GivenOut(BaseModel):
    """How many orders went over."""

    orders: int


class LogIn(BaseModel):
    """A line for a building's shift log."""

    model_config = ConfigDict(extra="forbid")
    building: Annotated[str, Field(max_length=64)]
    text: Annotated[str, Field(min_length=1, max_length=MOST_NOTE)]


class LogOut(BaseModel):
    """A line of the shift log."""

    at: int
    building: str
    person: str
    text: str


@router.get("/handovers", operation_id="listHandovers")
def lists(given: ServicesDep, actor: ActorDep) -> list[HandoverOut]:
    """From and to you, for those who lead all; the newest first."""
    return [
        HandoverOut(id=x.id, at=x.at, giver=x.giver, taker=x.taker, note=x.note,
                    orders=[HandedOrder(**o) for o in x.orders], taken_at=x.taken_at)
        for x in given.orders.handovers.lists(actor)
    ]  # fmt: skip


@router.post("/handovers", operation_id="handOver", status_code=201)
def give(given: ServicesDep, actor: ActorDep, body: HandoverIn) -> GivenOut:
    """Hand orders over, all of them or none."""
    return GivenOut(orders=given.orders.handovers.give(actor, body.to, body.note, body.orders))


@router.post("/handovers/{id}/taken", operation_id="takeHandover", status_code=204)
def taken(
    given: ServicesDep, actor: ActorDep,
    id_: Annotated[int, Path(alias="id", ge=1, le=2**53)],
) -> None:  # fmt: skip
    """Say that you have read a list that is for you."""
    given.orders.handovers.taken(actor, id_)


@router.get("/shift-log", operation_id="readShiftLog")
def lines(given: ServicesDep, actor: ActorDep) -> list[LogOut]:
    """The shift log in scope, the newest first."""
    return [LogOut(at=x.at, building=x.building, person=x.person, text=x.text)
            for x in given.orders.handovers.lines(actor)]  # fmt: skip


@router.post("/shift-log", operation_id="writeShiftLog", status_code=204)
def log(given: ServicesDep, actor: ActorDep, body: LogIn) -> None:
    """A line that stays as it is."""
    given.orders.handovers.log(actor, body.building, body.text)
