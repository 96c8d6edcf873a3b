"""Readings that people take, for programs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from adapters.locales import Translator
from api.asker import ServicesDep
from api.readings import EntererDep, EnteringDep, entered, take_back
from api.view import language_of
from core.hand import HandReading
from ingest.foreign.hand.entry import MOST_NOTE, Taken, Unfit

router = APIRouter(tags=["hand readings"])


class HandReadingIn(BaseModel):
    """A reading as it was read off.

    ``at`` in UTC ms; ``unit`` as in the nomenclature, the point's own where empty; ``sure`` says
    that an unlikely value is meant, since a meter was changed or a dial went round.
    """

    model_config = ConfigDict(extra="forbid")
    point: Annotated[str, Field(min_length=1, max_length=63)]
    at: Annotated[int, Field(ge=0, le=253_402_300_799_000)]
    value: Annotated[float, Field(allow_inf_nan=False)]
    unit: Annotated[str, Field(max_length=16)] = ""
    note: Annotated[str, Field(max_length=MOST_NOTE)] = ""
    sure: bool = False


class HandReadingsIn(BaseModel):
    """Some readings, each judged by itself."""

    model_config = ConfigDict(extra="forbid")
    readings: Annotated[list[HandReadingIn], Field(min_length=1, max_length=200)]


class UnfitOut(BaseModel):
    """One that was not entered: its place in the list, what is wrong, what was expected."""

    index: int
    what: str
    expected: str
    suggestion: str


class AccountOut(BaseModel):
    """What became of them: each is in exactly one of these."""

    entered: int
    known: int
    refused: list[UnfitOut]


class HandReadingOut(BaseModel):
    """A reading that was entered, with who and when.

    ``taken`` once it is durable in the store; ``undone`` when ``undone_by`` took it back.
    """

    id: int
    point: str
    at: int
    value: float
    person: str
    entered: int
    via: str
    source: str
    note: str
    taken: int | None
    undone: int | None
    undone_by: str


@router.get("/hand-readings", operation_id="listHandReadings")
def readings(
    given: ServicesDep, actor: EntererDep, limit: Annotated[int, Query(ge=1, le=200)] = 100
) -> list[HandReadingOut]:
    """What was entered last, the newest first."""
    return [_out(one) for one in entered(given, actor, limit)]


@router.post("/hand-readings", operation_id="enterHandReadings")
def enter(
    request: Request, actor: EntererDep, desk: EnteringDep, body: HandReadingsIn
) -> AccountOut:
    """Enter readings; what is right is entered, what is not is told. Again changes nothing."""
    tr = language_of(request)
    taken = [
        Taken(point=r.point, at=r.at, value=r.value, unit=r.unit, note=r.note, sure=r.sure, line=i)
        for i, r in enumerate(body.readings)
    ]
    account = desk.enter(actor, taken, "api")
    return AccountOut(
        entered=len(account.entered), known=account.known,
        refused=[_unfit(one, tr) for one in account.refused],
    )  # fmt: skip


@router.post(
    "/hand-readings/{id}/undo", operation_id="takeBackHandReading", status_code=204
)  # fmt: skip
def undo(
    given: ServicesDep, actor: EntererDep, id_: Annotated[int, Path(alias="id", ge=1, le=2**53)]
) -> None:
    """Take back what was entered for that moment: what the device said stands again."""
    take_back(given, actor, id_)


def _unfit(one: Unfit, tr: Translator) -> UnfitOut:
    return UnfitOut(
        index=one.taken.line, what=tr.say(one.what), expected=tr.say(one.expected),
        suggestion=one.suggestion,
    )  # fmt: skip


def _out(one: HandReading) -> HandReadingOut:
    return HandReadingOut(
        id=one.id, point=one.point, at=one.at, value=one.value, person=one.person,
        entered=one.entered, via=one.via, source=one.source, note=one.note, taken=one.taken,
        undone=one.undone, undone_by=one.undone_by,
    )  # fmt: skip
