"""What is muted, for programs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from adapters.records.mutes import MuteKind
from api.asker import ActorDep, ServicesDep
from workorders.muting.board import MuteRow, Wish

router = APIRouter(tags=["mutes"])
MuteId = Annotated[int, Path(ge=1, le=2**53)]
Moment = Annotated[int, Field(ge=0, le=253_402_300_799_000)]


class KeptOut(BaseModel):
    """A finding that opened no order; ``released`` is when it did after all, UTC ms."""

    finding: str
    rule: str
    target: str
    severity: int
    state: str
    muted_at: int
    released: int | None


class MuteOut(BaseModel):
    """Something muted; times in UTC ms of the run clock, ``count`` all that it kept back."""

    id: int
    kind: MuteKind
    building: str
    scope: str
    family: str
    owner: str
    reason: str
    start: int
    end: int
    count: int
    kept: list[KeptOut]


class MuteIn(BaseModel):
    """What is to be muted; it ends by itself at ``until``."""

    model_config = ConfigDict(extra="forbid")
    kind: MuteKind
    scope: Annotated[str, Field(min_length=1, max_length=120)]
    reason: Annotated[str, Field(min_length=1, max_length=500)]
    until: Moment
    start: Moment | None = None
    family: Annotated[str, Field(max_length=64)] = ""
    owner: Annotated[str, Field(max_length=64)] = ""


class MadeOut(BaseModel):
    """The number of what was made."""

    id: int


@router.get("/mutes", operation_id="listMutes")
def mutes(given: ServicesDep, actor: ActorDep) -> list[MuteOut]:
    """What is, will be, or was muted in the last 30 days, with what it kept back."""
    return [_out(row) for row in given.orders.mutes.rows(actor)]


@router.post("/mutes", operation_id="mute", status_code=201)
def mute(given: ServicesDep, actor: ActorDep, body: MuteIn) -> MadeOut:
    """Mute a building, system, machine, gateway or point for a time; never severity 1."""
    return MadeOut(id=given.orders.mutes.mute(actor, Wish(**body.model_dump())))


@router.post("/mutes/{id}/end", operation_id="endMute", status_code=204)
def end(given: ServicesDep, actor: ActorDep, id: MuteId) -> None:  # noqa: A002 - as it is called
    """End one before its time; what still goes on opens its order."""
    given.orders.mutes.end(actor, id)


def _out(row: MuteRow) -> MuteOut:
    return MuteOut(
        id=row.id, kind=row.kind, building=row.building, scope=row.scope, family=row.family,
        owner=row.owner, reason=row.reason, start=row.start, end=row.end, count=row.count,
        kept=[
            KeptOut(finding=k.finding, rule=k.rule, target=k.target, severity=k.severity,
                    state=k.state, muted_at=k.muted_at, released=k.released)
            for k in row.kept
        ],
    )  # fmt: skip
