"""What was refused, for those who see the whole campus: why, how often, and tried again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from adapters.records.quarantine import Chosen, Count
from api import formats, quarantine
from api.asker import FormDep, QuarantineDep, ServicesDep
from api.pages.frame import Framed
from api.problems import STATUS_OF
from api.quarantine import readable
from api.refusals import said
from api.services import Services
from api.view import language_of, page
from core.actor import Actor
from core.clock import DAY_MS
from core.errors import Refused
from core.replaying import Mending

router = APIRouter(include_in_schema=False)
_SHOWN = 200
_MOST_LISTED = 12
"""Gateways and points beside the list; more than anybody reads in a column."""
OK, SEE_OTHER = 200, 303
Word = Annotated[str, Query(max_length=200)]
State = Annotated[str, Query(pattern="^(open|settled|all)$")]
Id = Annotated[int, Path(ge=1, le=2**62)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One bar of what came over time, in a box of 300 × 60."""

    x: float
    y: float
    height: float
    start: int
    entries: int


@router.get("/quarantine")
def entries(
    request: Request, given: ServicesDep, actor: QuarantineDep, _frame: Framed,
    reason: Word = "", gateway: Word = "", point: Word = "", state: State = "open",
    gone: Annotated[int | None, Query(ge=0, le=2**53)] = None,
) -> Response:  # fmt: skip
    """The newest entries, with how many there are of which kind."""
    content = _list(given, actor, _chosen(reason, gateway, point, state), state)
    return page(request, "quarantine.html", content=content, gone=gone)


@router.get("/x/quarantine")
def entries_body(
    request: Request, given: ServicesDep, actor: QuarantineDep,
    reason: Word = "", gateway: Word = "", point: Word = "", state: State = "open",
) -> Response:  # fmt: skip
    """The list alone, for live updates."""
    content = _list(given, actor, _chosen(reason, gateway, point, state), state)
    return page(request, "quarantine_body.html", content=content)


@router.post("/quarantine/replay")
def replay(given: ServicesDep, actor: QuarantineDep, form: FormDep) -> Response:
    """Try again what the list shows."""
    narrowed = {k: form.get(k, "")[:200] for k in ("reason", "gateway", "point")}
    chosen = Chosen(reason=narrowed["reason"], gateway=narrowed["gateway"], point=narrowed["point"])
    quarantine.ask(given, actor, chosen)
    return RedirectResponse("/quarantine?" + urlencode(narrowed), SEE_OTHER)


@router.post("/quarantine/purge")
def purge(given: ServicesDep, actor: QuarantineDep, form: FormDep) -> Response:
    """Remove by age.

    Raises:
        Refused: The age cannot be read.
    """
    days = form.get("days", "")
    if not (days.isascii() and days.isdigit() and 1 <= int(days[:6]) <= quarantine.MOST_DAYS):
        raise Refused("A field of the form cannot be read.")
    gone, _ = quarantine.purge(given, actor, int(days), settled_only=form.get("all") != "yes")
    return RedirectResponse(f"/quarantine?gone={gone}", SEE_OTHER)


@router.get("/quarantine/{id_}")
def entry(
    request: Request, given: ServicesDep, actor: QuarantineDep, _frame: Framed, id_: Id
) -> Response:
    """One entry with its payload."""
    return page(request, "quarantined.html", content=_whole(request, given, actor, id_))


@router.get("/x/quarantine/{id_}")
def entry_body(request: Request, given: ServicesDep, actor: QuarantineDep, id_: Id) -> Response:
    """The entry alone, for live updates."""
    return page(request, "quarantined_body.html", content=_whole(request, given, actor, id_))


@router.post("/quarantine/{id_}/replay")
def replay_one(given: ServicesDep, actor: QuarantineDep, _: FormDep, id_: Id) -> Response:
    """Try one entry again."""
    quarantine.ask(given, actor, Chosen(ids=(id_,)))
    return RedirectResponse(f"/quarantine/{id_}", SEE_OTHER)


@router.post("/quarantine/{id_}/mend")
def mend(
    request: Request, given: ServicesDep, actor: QuarantineDep, _frame: Framed, form: FormDep,
    id_: Id,
) -> Response:  # fmt: skip
    """Mend readings of one entry and try it again, or show what would come of it."""
    said_ = {k: form.get(k, "").strip()[:200] for k in ("point", "to", "unit", "factor", "note")}
    chosen = Chosen(ids=(id_,))
    try:
        mends = [Mending(
            point=said_["point"], to=said_["to"], unit=said_["unit"],
            factor=_factor(said_["factor"]),
        )]  # fmt: skip
        if "dry" not in form:
            quarantine.ask(given, actor, chosen, mends, said_["note"])
            return RedirectResponse(f"/quarantine/{id_}", SEE_OTHER)
        tried, problem, status = quarantine.rehearse(given, actor, chosen, mends), "", OK
    except Refused as error:
        if error.code in {"absent", "forbidden"}:
            raise
        tried, problem = [], said(error, language_of(request))
        status = STATUS_OF.get(error.code, 422)
    content = _whole(request, given, actor, id_)
    content |= {"mend_problem": problem, "mend": said_, "tried": tried[:1]}
    return page(request, "quarantined.html", status, content=content)


@router.post("/quarantine/{id_}/dismiss")
def dismiss(
    request: Request, given: ServicesDep, actor: QuarantineDep, _frame: Framed, form: FormDep,
    id_: Id,
) -> Response:  # fmt: skip
    """Settle what nobody can mend; what was refused comes back with what was typed."""
    try:
        quarantine.dismiss(given, actor, id_, form.get("note", ""))
    except Refused as error:
        if error.code in {"absent", "forbidden"}:
            raise
        content = _whole(request, given, actor, id_) | {
            "problem": said(error, language_of(request)), "note": form.get("note", ""),
        }  # fmt: skip
        return page(request, "quarantined.html", STATUS_OF.get(error.code, 422), content=content)
    return RedirectResponse(f"/quarantine/{id_}", SEE_OTHER)


def _chosen(reason: str, gateway: str, point: str, state: str) -> Chosen:
    wanted = "" if state == "all" else state
    return Chosen(reason=reason, gateway=gateway, point=point, state=wanted)


def _list(given: Services, actor: Actor, chosen: Chosen, state: str) -> dict[str, object]:
    seen = quarantine.overview(given, chosen)
    narrowed = {
        "reason": chosen.reason, "gateway": chosen.gateway, "point": chosen.point, "state": state,
    }  # fmt: skip
    rows = given.records.quarantine.list(limit=_SHOWN, chosen=chosen)
    return {
        "rows": rows,
        "seen": seen,
        "total": sum(c.entries for c in seen.by_reason),
        "found": sum(c.entries for c in seen.by_gateway),
        "waiting": sum(row.state == "asked" for row in rows),
        "days": _days(given, seen.days),
        "gateways": seen.by_gateway[:_MOST_LISTED],
        "points": seen.by_point[:_MOST_LISTED],
        "purged": sum(c.entries for c in seen.purged),
        "unstored": sum(c.unstored for c in seen.purged),
        "state": state,
        "chosen": chosen,
        "to": lambda **other: "/quarantine?" + _query(narrowed | other),
        "query": _query(narrowed),
        "may_mend": quarantine.may_mend(actor),
        "may_purge": quarantine.may_purge(actor),
    }


def _query(words: dict[str, str]) -> str:
    return urlencode({k: v for k, v in words.items() if v and not (k == "state" and v == "open")})


def _factor(written: str) -> float:
    try:
        return float(written or "1")
    except ValueError:
        raise Refused("A factor is a number that is not zero.") from None


def _days(given: Services, found: Sequence[Count]) -> list[Day]:
    first = formats.day_start(given.clock.now(), given.site.timezone)
    first -= (quarantine.DAYS - 1) * DAY_MS
    entries_ = Counter[int]()
    for count in found:
        # Rounded: where clocks change in summer a day begins an hour off.
        entries_[round((int(count.key) - first) / DAY_MS)] += count.entries
    most, step = max([*entries_.values(), 1]), 300 / quarantine.DAYS
    return [
        Day(x=nth * step, y=56 - 52.0 * entries_[nth] / most, height=52.0 * entries_[nth] / most,
            start=first + nth * DAY_MS, entries=entries_[nth])
        for nth in range(quarantine.DAYS)
    ]  # fmt: skip


def _whole(request: Request, given: Services, actor: Actor, id_: int) -> dict[str, object]:
    row = given.records.quarantine.show(id_)
    if row is None:
        raise Refused("no such entry", code="absent")
    return {
        "row": row,
        "payload": readable(row.payload),
        "readings": quarantine.readings_of(given, row, language_of(request)),
        "may_mend": quarantine.may_mend(actor),
        "can_replay": quarantine.can_replay(row),
        "can_mend": quarantine.can_mend(row),
        "points": quarantine.refs_of(row),
        "mend_problem": "",
        "mend": {"point": "", "to": "", "unit": "", "factor": "1", "note": ""},
        "tried": [],
        "problem": "",
        "note": "",
    }
