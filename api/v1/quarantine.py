"""What was refused, for programs."""

from __future__ import annotations

import base64
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from adapters.records.tables import QuarantineRow
from api.asker import QuarantineDep, ServicesDep
from core.errors import Refused

router = APIRouter(tags=["quarantine"])


class Entry(BaseModel):
    """A refusal; ``received`` in UTC ms of the run clock."""

    id: int
    received: int
    gateway: str
    topic: str
    reason: str
    detail: str
    readings: int
    point: str | None


class WholeEntry(Entry):
    """With its payload, as received."""

    payload_base64: str


@router.get("/quarantine", operation_id="listQuarantine")
def entries(
    given: ServicesDep, _: QuarantineDep,
    reason: Annotated[str | None, Query(max_length=40)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> list[Entry]:  # fmt: skip
    """The newest first."""
    return [_entry(row) for row in given.records.quarantine.list(limit=limit, reason=reason)]


@router.get("/quarantine/{id}", operation_id="getQuarantined")
def entry(
    given: ServicesDep, _: QuarantineDep, id_: Annotated[int, Path(alias="id", ge=1, le=2**62)]
) -> WholeEntry:
    """One entry with its payload.

    Raises:
        Refused: There is none.
    """
    row = given.records.quarantine.show(id_)
    if row is None:
        raise Refused("no such entry", code="absent")
    payload = base64.b64encode(row.payload).decode()
    return WholeEntry(**_entry(row).model_dump(), payload_base64=payload)


def _entry(row: QuarantineRow) -> Entry:
    return Entry(
        id=row.id, received=row.received, gateway=row.gateway, topic=row.topic,
        reason=row.reason, detail=row.detail, readings=row.readings, point=row.point,
    )  # fmt: skip
