"""What was refused, for those who see the whole campus."""

from __future__ import annotations

import contextlib
import json
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from api.asker import QuarantineDep, ServicesDep
from api.pages.frame import Framed
from api.view import page
from core.errors import Refused

router = APIRouter(include_in_schema=False)
_SHOWN = 200
_MOST_TEXT = 20_000


@router.get("/quarantine")
def entries(
    request: Request, given: ServicesDep, _: QuarantineDep, _frame: Framed,
    reason: Annotated[str, Query(max_length=40)] = "",
) -> Response:  # fmt: skip
    """The newest entries, by reason."""
    counts = sorted((word, n) for word, (n, _) in given.records.quarantine.counts().items())
    rows = given.records.quarantine.list(limit=_SHOWN, reason=reason or None)
    return page(
        request, "quarantine.html", rows=rows, counts=counts, reason=reason,
        total=sum(n for _, n in counts),
    )  # fmt: skip


@router.get("/quarantine/{id_}")
def entry(
    request: Request, given: ServicesDep, _: QuarantineDep, _frame: Framed,
    id_: Annotated[int, Path(ge=1, le=2**62)],
) -> Response:  # fmt: skip
    """One entry with its payload.

    Raises:
        Refused: There is none.
    """
    row = given.records.quarantine.show(id_)
    if row is None:
        raise Refused("no such entry", code="absent")
    return page(request, "quarantined.html", row=row, payload=readable(row.payload))


def readable(payload: bytes) -> str:
    """A payload as a person reads it: JSON indented, other text as it is, else as hex."""
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        return payload[: _MOST_TEXT // 3].hex(" ")
    with contextlib.suppress(ValueError):
        text = json.dumps(json.loads(text), indent=1, ensure_ascii=False)
    return text if len(text) <= _MOST_TEXT else text[:_MOST_TEXT] + " …"
