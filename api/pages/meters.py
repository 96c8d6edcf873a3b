"""What happened to registers: the list, one event with its evidence, and the decision."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from adapters.locales import Translator
from adapters.records.tables import MeterEventRow
from api import formats, meters
from api.asker import ActorDep, FormDep, ReaderDep, ServicesDep
from api.pages.frame import Framed
from api.problems import STATUS_OF
from api.refusals import said
from api.scoped import ScopedReader
from api.series import point_name
from api.services import Services
from api.view import language_of, page
from core.actor import Actor
from core.clock import DAY_MS
from core.errors import Refused
from core.meters import EventState, Happening
from core.quantity import Kind

router = APIRouter(include_in_schema=False)
State = Annotated[str, Query(pattern="^(open|confirmed|rejected|accepted|all)$")]
Id = Annotated[int, Path(ge=1, le=2**62)]
Form = dict[str, str]
SEE_OTHER = 303


@router.get("/meters")
def events(
    request: Request, given: ServicesDep, actor: ActorDep, reader: ReaderDep, _: Framed,
    state: State = "open",
) -> Response:  # fmt: skip
    """The list."""
    content = _list(request, given, actor, state) | _declaring(given, actor, reader, {}, "")
    return page(request, "meters.html", content=content)


@router.get("/x/meters")
def events_body(
    request: Request, given: ServicesDep, actor: ActorDep, state: State = "open"
) -> Response:
    """The list alone, for live updates."""
    return page(request, "meters_body.html", content=_list(request, given, actor, state))


@router.post("/meters")
def declare(
    request: Request, given: ServicesDep, actor: ActorDep, reader: ReaderDep, _: Framed,
    form: FormDep,
) -> Response:  # fmt: skip
    """Say that a meter was swapped or reset; what was refused comes back as it was typed."""
    try:
        at = _moment(form.get("at", ""), given.site.timezone)
        row = meters.declare(given, reader, actor, form.get("point", ""), at, _decided(form))
    except Refused as error:
        if error.code in {"unauthenticated", "forbidden"}:
            raise
        absent = error.code == "absent"
        tr = language_of(request)
        problem = tr("There is no such point here.") if absent else said(error, tr)
        content = _list(request, given, actor, "open")
        content |= _declaring(given, actor, reader, form, problem)
        status = 422 if absent else STATUS_OF.get(error.code, 422)
        return page(request, "meters.html", status, content=content)
    return RedirectResponse(f"/meters/{row.id}", SEE_OTHER)


@router.get("/meters/{id_}")
def event(request: Request, given: ServicesDep, actor: ActorDep, _: Framed, id_: Id) -> Response:
    """One event."""
    row = meters.event(given, actor, id_)
    return page(request, "meter.html", content=_whole(request, given, actor, row, {}, ""))


@router.get("/x/meters/{id_}")
def event_state(request: Request, given: ServicesDep, actor: ActorDep, id_: Id) -> Response:
    """How far the event is, for live updates."""
    row = meters.event(given, actor, id_)
    return page(request, "meter_state.html", content=_whole(request, given, actor, row, {}, ""))


@router.post("/meters/{id_}/decide")
def decide(
    request: Request, given: ServicesDep, actor: ActorDep, reader: ReaderDep, _: Framed,
    form: FormDep, id_: Id,
) -> Response:  # fmt: skip
    """Confirm, reject or take back; what was refused comes back as it was typed."""
    try:
        meters.decide(given, reader, actor, id_, _decided(form))
    except Refused as error:
        if error.code in {"absent", "unauthenticated", "forbidden"}:
            raise
        problem = said(error, language_of(request))
        row = meters.event(given, actor, id_)
        content = _whole(request, given, actor, row, form, problem)
        return page(request, "meter.html", STATUS_OF.get(error.code, 422), content=content)
    return RedirectResponse(f"/meters/{id_}", SEE_OTHER)


def _decided(form: Form) -> meters.Decided:
    version, kind = form.get("version", "1"), form.get("kind", Happening.SWAP)
    if not (version.isascii() and version.isdigit()) or kind not in set(Happening):
        raise Refused("A field of the form cannot be read.")
    return meters.Decided(
        do=form.get("do", "confirm"), version=int(version[:15]), kind=Happening(kind),
        closing=meters.number_in(form.get("closing", "")),
        opening=meters.number_in(form.get("opening", "")),
        exact=form.get("exact") == "yes", note=form.get("note", "")[:1_000],
    )  # fmt: skip


def _moment(text: str, zone: str) -> int:
    try:
        when = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
        return round(when.timestamp() * 1000)
    except (ValueError, OverflowError, OSError) as error:
        raise Refused("A field of the form cannot be read.") from error


def _list(request: Request, given: Services, actor: Actor, state: str) -> dict[str, object]:
    tr = language_of(request)
    rows = meters.events(given, actor, state="" if state == "all" else state)
    tabs = [
        ("open", tr("To be decided")), ("confirmed", tr("Confirmed")),
        ("rejected", tr("Rejected")), ("accepted", tr("Counted by the rules")), ("all", tr("All")),
    ]  # fmt: skip
    return {"rows": [_row(given, row, tr) for row in rows], "state": state, "tabs": tabs}


def _row(given: Services, row: MeterEventRow, tr: Translator) -> dict[str, object]:
    index = given.site.index.get(row.point)
    point = given.site.points[index] if index is not None else None
    return {
        "row": row,
        "name": point_name(given.site, point, tr) if point else row.point,
        "unit": point.unit if point else "",
        "kind": tr(meters.KIND_WORDS[Happening(row.kind)]),
        "state_words": tr(meters.STATE_WORDS[EventState(row.state)]),
    }


def _declaring(
    given: Services, actor: Actor, reader: ScopedReader, form: Form, problem: str
) -> dict[str, object]:
    registers = [p for _, p in reader.points() if p.kind is Kind.REGISTER]
    return {
        "registers": registers if meters.may_decide(actor) else [],
        "form": dict.fromkeys(("point", "kind", "at", "closing", "opening", "note"), "") | form,
        "problem": problem,
        "kinds": [(k.value, meters.KIND_WORDS[k]) for k in (Happening.SWAP, Happening.RESET)],
        "until": _stamp(given.clock.now(), given.site.timezone),
    }


def _stamp(at: int, zone: str) -> str:
    return formats.local(at, zone).strftime("%Y-%m-%dT%H:%M")


def _whole(
    request: Request, given: Services, actor: Actor, row: MeterEventRow, form: Form, problem: str
) -> dict[str, object]:
    tr = language_of(request)
    usual = meters.suggested(given, row) | {"kind": row.kind, "exact": "yes" if row.exact else ""}
    if row.state == EventState.PROPOSED:
        usual["exact"] = ""
    return _row(given, row, tr) | {
        "evidence": meters.evidence_lines(given, row, tr),
        "may_decide": meters.may_decide(actor),
        "decided": row.state in {EventState.CONFIRMED, EventState.REJECTED},
        "kinds": [(k.value, words) for k, words in meters.KIND_WORDS.items()],
        "form": usual | {"note": ""} | form,
        "problem": problem,
        "start": row.at - 2 * DAY_MS,
        "end": min(row.at + 2 * DAY_MS, max(given.clock.now(), row.at + DAY_MS // 4)),
        "history": [
            {"note": "", "closing": None, "opening": None}
            | step
            | {"words": tr(meters.STATE_WORDS[EventState(step["state"])])}
            for step in reversed(row.history)
        ],
    }
