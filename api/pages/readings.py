"""The form for readings that people take, and what was entered last."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response

from adapters.locales import Translator
from api import formats
from api.asker import FormDep, ReaderDep, ServicesDep
from api.pages.frame import Framed
from api.readings import EntererDep, EnteringDep, entered, take_back
from api.scoped import ScopedReader
from api.series import point_name
from api.services import Services
from api.view import language_of, page
from core.actor import Actor
from core.site import HAND
from ingest.foreign.hand.entry import Account, Taken
from ingest.foreign.hand.files import number_of

router = APIRouter(include_in_schema=False)
_SHOWN = 50
_EMPTY = {"point": "", "value": "", "unit": "", "at": "", "note": "", "sure": ""}


@router.get("/readings")
def readings(
    request: Request, given: ServicesDep, actor: EntererDep, reader: ReaderDep, _: Framed
) -> Response:
    """The form, empty, and what was entered last."""
    kept = _EMPTY | {"at": _local(given, given.clock.now())}
    return _page(request, given, actor, reader, kept)


@router.post("/readings")
def enter(
    request: Request, given: ServicesDep, actor: EntererDep, reader: ReaderDep,
    desk: EnteringDep, form: FormDep, _: Framed,
) -> Response:  # fmt: skip
    """Enter one reading; what cannot stand comes back in its form, with what was expected."""
    tr = language_of(request)
    kept = _EMPTY | {key: form[key].strip() for key in _EMPTY if key in form}
    taken, problem = _taken(given, kept, tr)
    if taken is not None:
        account = desk.enter(actor, [taken], "console")
        if not account.refused:
            return RedirectResponse("/readings", 303)
        problem = _said(account, tr)
    return _page(request, given, actor, reader, kept, problem=problem)


@router.post("/readings/{id_}/undo")
def undo(
    given: ServicesDep, actor: EntererDep, _form: FormDep,
    id_: Annotated[int, Path(ge=1, le=2**53)],
) -> Response:  # fmt: skip
    """Take back what was entered for the moment of one reading."""
    take_back(given, actor, id_)
    return RedirectResponse("/readings", 303)


def _page(
    request: Request, given: Services, actor: Actor, reader: ScopedReader, kept: dict[str, str],
    *, problem: str = "",
) -> Response:  # fmt: skip
    tr = language_of(request)
    # Meters that nobody else reads come first: they are what somebody is here for.
    by_hand = {g.id for g in given.site.gateways.values() if g.driver == HAND}
    points = sorted((p for _, p in reader.points()), key=lambda p: (p.gateway not in by_hand, p.id))
    known = {p.id: p for p in points}
    people = {p.login: p.name for p in given.records.people.all()}
    rows = [
        {
            "point": one.point,
            "name": point_name(given.site, known[one.point], tr) if one.point in known else "",
            "at": one.at,
            "value": f"{one.value:.10g}",
            "unit": known[one.point].unit if one.point in known else "",
            "who": people.get(one.person, one.person),
            "entered": one.entered,
            "source": one.source,
            "id": one.id,
            "taken": one.taken,
            "undone": one.undone,
            "undone_by": people.get(one.undone_by, one.undone_by),
            "note": one.note,
        }
        for one in entered(given, actor, _SHOWN)
    ]
    choices = [(p.id, f"{point_name(given.site, p, tr)} [{p.unit}]") for p in points]
    return page(
        request, "readings.html", 422 if problem else 200, rows=rows, choices=choices, kept=kept,
        problem=problem,
    )  # fmt: skip


def _taken(given: Services, kept: dict[str, str], tr: Translator) -> tuple[Taken | None, str]:
    """The form as a reading, or why it is none."""
    try:
        value = number_of(kept["value"])
    except ValueError:
        return None, tr("The value is no number.")
    try:
        when = datetime.fromisoformat(kept["at"])
        if when.tzinfo is None:
            when = when.replace(tzinfo=ZoneInfo(given.site.timezone))
        at = round(when.timestamp() * 1000)
    except (ValueError, OverflowError, OSError):
        return None, tr("That is no date and time: {text}", text=kept["at"])
    return Taken(
        point=kept["point"], at=at, value=value, unit=kept["unit"], note=kept["note"],
        sure=bool(kept["sure"]),
    ), ""  # fmt: skip


def _said(account: Account, tr: Translator) -> str:
    unfit = account.refused[0]
    words = f"{tr.say(unfit.what)} {tr('Expected: {what}.', what=tr.say(unfit.expected))}"
    if unfit.suggestion:
        words += " " + tr("Did you mean {what}?", what=unfit.suggestion)
    return words


def _local(given: Services, at: int) -> str:
    return formats.local(at, given.site.timezone).strftime("%Y-%m-%dT%H:%M")
