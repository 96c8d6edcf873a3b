"""What was refused, for programs."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from adapters.records.quarantine import Chosen, Count
from adapters.records.tables import QuarantineRow
from api import quarantine
from api.asker import QuarantineDep, ServicesDep
from core.errors import Refused
from core.replaying import Mending

router = APIRouter(tags=["quarantine"])
Word = Annotated[str | None, Query(max_length=200)]
State = Annotated[Literal["open", "asked", "settled"] | None, Query()]


class MendIn(BaseModel):
    """What readings should have been; what is empty is right as it came.

    ``point`` is the id that stands in the entry, ``to`` the one that it is, ``unit`` what the
    values are in, ``factor`` what they have to be multiplied by.
    """

    model_config = ConfigDict(extra="forbid")
    point: Annotated[str, Field(max_length=200)] = ""
    to: Annotated[str, Field(max_length=200)] = ""
    unit: Annotated[str, Field(max_length=20)] = ""
    factor: Annotated[float, Field(allow_inf_nan=False)] = 1.0


class MendOut(MendIn):
    """With who said so, when (UTC ms of the run clock) and why."""

    by: str
    at: int
    note: str


class Entry(BaseModel):
    """A refusal; times in UTC ms of the run clock.

    ``state`` is open, asked (waits to be replayed) or settled; ``stored`` of its readings a
    replay has stored; ``said`` is why the last one did not settle it; ``by`` asked or settled.
    """

    id: int
    received: int
    gateway: str
    topic: str
    reason: str
    detail: str
    readings: int
    point: str | None
    state: str
    stored: int
    tries: int
    said: str
    by: str
    at: int | None
    how: str
    note: str
    mends: list[MendOut]


class WholeEntry(Entry):
    """With its payload, as received."""

    payload_base64: str


class CountOut(BaseModel):
    """``key`` is a reason, gateway or point, or the start of a day in UTC ms."""

    key: str
    entries: int
    open: int
    readings: int
    unstored: int


class Counts(BaseModel):
    """How much is in quarantine, and what was purged from it so far."""

    by_reason: list[CountOut]
    by_gateway: list[CountOut]
    by_point: list[CountOut]
    days: list[CountOut]
    purged: list[CountOut]


class ReplayIn(BaseModel):
    """Which entries; what is empty narrows nothing, so an empty body is all that are open."""

    model_config = ConfigDict(extra="forbid")
    ids: Annotated[list[Annotated[int, Field(ge=1, le=2**62)]], Field(max_length=200)] = []
    reason: Annotated[str, Field(max_length=40)] = ""
    gateway: Annotated[str, Field(max_length=200)] = ""
    point: Annotated[str, Field(max_length=200)] = ""
    mends: Annotated[list[MendIn], Field(max_length=50)] = []
    note: Annotated[str, Field(max_length=quarantine.MOST_NOTE)] = ""

    @property
    def chosen(self) -> Chosen:
        """Which entries."""
        return Chosen(
            ids=tuple(self.ids), reason=self.reason, gateway=self.gateway, point=self.point
        )

    @property
    def mendings(self) -> list[Mending]:
        """What is mended first."""
        return [Mending(**mend.model_dump()) for mend in self.mends]


class ChangeOut(BaseModel):
    """A reading as it came and as it would be stored; ``at`` in UTC ms."""

    at: int
    point: str
    value: float | None
    unit: str
    to_point: str
    to_value: float | None
    to_unit: str


class RehearsedOut(BaseModel):
    """What would come of one entry; ``present`` of what would be stored is in the store already."""

    id: int
    stored: int
    left: int
    said: str
    present: int | None
    changes: list[ChangeOut]


class Asked(BaseModel):
    """How many entries wait for their replay; ingest takes them up within a second."""

    asked: int


class DismissIn(BaseModel):
    """Why nobody can mend it."""

    model_config = ConfigDict(extra="forbid")
    note: Annotated[str, Field(min_length=1, max_length=quarantine.MOST_NOTE)]


class PurgeIn(BaseModel):
    """What was received longer ago goes; unless said otherwise only what is settled."""

    model_config = ConfigDict(extra="forbid")
    older_than_days: Annotated[int, Field(ge=1, le=quarantine.MOST_DAYS)]
    settled_only: bool = True


class Purged(BaseModel):
    """What went; of its readings ``unstored`` are in no store."""

    entries: int
    unstored: int


@router.get("/quarantine", operation_id="listQuarantine")
def entries(
    given: ServicesDep, _: QuarantineDep, reason: Word = None, gateway: Word = None,
    point: Word = None, state: State = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
) -> list[Entry]:  # fmt: skip
    """The newest first; ``before`` the id of the last one goes on."""
    chosen = Chosen(
        reason=reason or "", gateway=gateway or "", point=point or "", state=state or ""
    )
    rows = given.records.quarantine.list(limit=limit, chosen=chosen, before=before)
    return [_entry(row) for row in rows]


@router.get("/quarantine/counts", operation_id="countQuarantine")
def counts(
    given: ServicesDep, _: QuarantineDep, reason: Word = None, gateway: Word = None,
    point: Word = None, state: State = None,
) -> Counts:  # fmt: skip
    """By reason, gateway, point and day of receipt (of the last 30)."""
    chosen = Chosen(
        reason=reason or "", gateway=gateway or "", point=point or "", state=state or ""
    )
    seen = quarantine.overview(given, chosen)
    return Counts(
        by_reason=_counts(seen.by_reason), by_gateway=_counts(seen.by_gateway),
        by_point=_counts(seen.by_point), days=_counts(seen.days), purged=_counts(seen.purged),
    )  # fmt: skip


@router.post("/quarantine/replay", operation_id="replayQuarantine", status_code=202)
def replay(given: ServicesDep, actor: QuarantineDep, body: ReplayIn) -> Asked:
    """Try entries again, after the model was corrected or with what is mended in them here.

    With ``mends``, entries are asked for that hold readings of such a point; ``note`` says why.
    """
    asked = quarantine.ask(given, actor, body.chosen, body.mendings, body.note)
    return Asked(asked=asked)


@router.post("/quarantine/rehearse", operation_id="rehearseQuarantine")
def rehearse(given: ServicesDep, actor: QuarantineDep, body: ReplayIn) -> list[RehearsedOut]:
    """What a replay would do, without doing it; of the first 50 entries that are open."""
    return [
        RehearsedOut(
            id=one.tried.id, stored=one.tried.stored, left=one.tried.left, said=one.tried.said,
            present=one.present, changes=[ChangeOut(**asdict(c)) for c in one.changes],
        )
        for one in quarantine.rehearse(given, actor, body.chosen, body.mendings)
    ]  # fmt: skip


@router.post("/quarantine/purge", operation_id="purgeQuarantine")
def purge(given: ServicesDep, actor: QuarantineDep, body: PurgeIn) -> Purged:
    """Remove by age; counts of what went stay."""
    gone, unstored = quarantine.purge(
        given, actor, body.older_than_days, settled_only=body.settled_only
    )
    return Purged(entries=gone, unstored=unstored)


@router.get("/quarantine/{id}", operation_id="getQuarantined")
def entry(
    given: ServicesDep, _: QuarantineDep, id_: Annotated[int, Path(alias="id", ge=1, le=2**62)]
) -> WholeEntry:
    """One entry with its payload.

    Raises:
        Refused: There is none.
    """
    return _whole(given, id_)


@router.post("/quarantine/{id}/dismiss", operation_id="dismissQuarantined")
def dismiss(
    given: ServicesDep,
    actor: QuarantineDep,
    id_: Annotated[int, Path(alias="id", ge=1, le=2**62)],
    body: DismissIn,
) -> WholeEntry:
    """Settle what nobody can mend."""
    quarantine.dismiss(given, actor, id_, body.note)
    return _whole(given, id_)


def _whole(given: ServicesDep, id_: int) -> WholeEntry:
    row = given.records.quarantine.show(id_)
    if row is None:
        raise Refused("no such entry", code="absent")
    payload = base64.b64encode(row.payload).decode()
    return WholeEntry(**_entry(row).model_dump(), payload_base64=payload)


def _entry(row: QuarantineRow) -> Entry:
    return Entry(
        id=row.id, received=row.received, gateway=row.gateway, topic=row.topic,
        reason=row.reason, detail=row.detail, readings=row.readings, point=row.point,
        state=row.state, stored=row.stored, tries=row.tries, said=row.said, by=row.by,
        at=row.at, how=row.how, note=row.note,
        mends=[MendOut(**said) for said in row.mends],
    )  # fmt: skip


def _counts(found: Sequence[Count]) -> list[CountOut]:
    return [
        CountOut(key=c.key, entries=c.entries, open=c.open, readings=c.readings,
                 unstored=c.unstored)
        for c in found
    ]  # fmt: skip
