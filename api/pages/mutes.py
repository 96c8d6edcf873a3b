"""What is muted: until when, why, by whom, and what it kept back; and muting something."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response

from adapters.locales import Translator
from adapters.records.mutes import MuteKind
from api import formats, orders
from api.asker import ActorDep, FormDep, ServicesDep
from api.pages.frame import Framed
from api.problems import STATUS_OF
from api.refusals import said
from api.services import Services
from api.view import language_of, page
from core.actor import Actor
from core.clock import DAY_MS
from core.errors import Refused
from workorders.muting.board import MUTERS, Kept, MuteRow, Silenced, Wish

router = APIRouter(include_in_schema=False)
Id = Annotated[int, Path(ge=1, le=2**53)]
SEE_OTHER = 303
_EMPTY = {
    "kind": "",
    "scope": "",
    "family": "",
    "owner": "",
    "reason": "",
    "start": "",
    "until": "",
}

KIND_WORDS: Mapping[MuteKind, str] = {
    MuteKind.MAINTENANCE: "maintenance",
    MuteKind.SHELVED: "shelved",
    MuteKind.SHUTDOWN: "planned shutdown",
}
STATE_WORDS = {"open": "goes on", "cleared": "has cleared", "withdrawn": "taken back"}
WORDS = (*KIND_WORDS.values(), *STATE_WORDS.values())
"""Everything here that is said through a variable, for the catalogue."""


@router.get("/mutes")
def mutes(request: Request, given: ServicesDep, actor: ActorDep, _: Framed) -> Response:
    """The list."""
    return _page(request, given, actor, _kept(given, {}))


@router.post("/mutes")
def mute(
    request: Request, given: ServicesDep, actor: ActorDep, _: Framed, form: FormDep
) -> Response:
    """Mute something; what cannot stand comes back with what was typed."""
    kept = _kept(given, form)
    try:
        given.orders.mutes.mute(actor, _wish(given, form))
    except Refused as error:
        problem = said(error, language_of(request))
        return _page(request, given, actor, kept, problem, STATUS_OF.get(error.code, 422))
    return RedirectResponse("/mutes", SEE_OTHER)


@router.post("/mutes/{id_}/end")
def end(given: ServicesDep, actor: ActorDep, _form: FormDep, id_: Id) -> Response:
    """End one before its time."""
    given.orders.mutes.end(actor, id_)
    return RedirectResponse("/mutes", SEE_OTHER)


def _page(
    request: Request, given: Services, actor: Actor, kept: dict[str, str], problem: str = "",
    status: int = 200,
) -> Response:  # fmt: skip
    tr, board, now = language_of(request), given.orders.mutes, given.clock.now()
    rows = board.rows(actor)
    return page(
        request, "mutes.html", status, problem=problem, kept=kept,
        lasting=[_row(given, row, tr) for row in rows if row.end > now],
        over=[_row(given, row, tr) for row in rows if row.end <= now],
        risks=[_silenced(given, one, tr) for one in board.risks(actor)],
        instruments=[_silenced(given, one, tr) for one in board.instruments(actor)],
        may=actor.role in MUTERS, kinds=[(k.value, tr(w)) for k, w in KIND_WORDS.items()],
        scopes=_scopes(given, actor, tr) if actor.role in MUTERS else [],
        families=sorted({card.family for card in given.cards.values()}),
        people=[(p.login, p.name) for p in given.records.people.all()],
    )  # fmt: skip


def _row(given: Services, row: MuteRow, tr: Translator) -> dict[str, object]:
    return {
        "id": row.id, "kind": tr(KIND_WORDS[row.kind]), "what": _name(given, row.scope, tr),
        "scope": row.scope, "family": row.family, "owner": row.owner_name, "reason": row.reason,
        "start": row.start, "end": row.end, "ended_by": row.ended_by, "count": row.count,
        "may_end": row.may_end, "kept": [_finding(given, one, tr) for one in row.kept],
    }  # fmt: skip


def _finding(given: Services, one: Kept, tr: Translator) -> dict[str, object]:
    card = given.cards.get(one.rule)
    title = tr(card.title) if card is not None else one.title
    return {
        "title": title.replace("{target}", orders.place_of(given.site, _asset(given, one), tr)),
        "rule": one.rule, "severity": one.severity, "at": one.muted_at, "released": one.released,
        "state": tr(STATE_WORDS.get(one.state, one.state)),
    }  # fmt: skip


def _asset(given: Services, one: Kept) -> str:
    index = given.site.index.get(one.target)
    return one.target if index is None else given.site.points[index].equipment


def _silenced(given: Services, one: Silenced, tr: Translator) -> dict[str, object]:
    title = tr.say(orders.named(one.title, one.target, given.site, tr))
    return {"order": one.order, "title": title, "until": one.until}


def _name(given: Services, scope: str, tr: Translator) -> str:
    if scope in given.site.systems:
        system = given.site.systems[scope]
        building = given.site.buildings[system.building]
        return f"{tr.name(building.names)}, {tr.name(system.names)}"
    if scope in given.site.index:
        equipment = given.site.points[given.site.index[scope]].equipment
        return f"{orders.place_of(given.site, equipment, tr)}, {scope}"
    return orders.place_of(given.site, scope, tr)


def _scopes(given: Services, actor: Actor, tr: Translator) -> list[tuple[str, str]]:
    """What may be named: buildings, systems, machines; gateways and points by their id."""
    site = given.site
    ids = [*site.buildings, *site.systems, *site.equipment]
    building = {**{b: b for b in site.buildings},
                **{s.id: s.building for s in site.systems.values()},
                **{e.id: e.building for e in site.equipment.values()}}  # fmt: skip
    return [(id_, _name(given, id_, tr)) for id_ in ids if actor.sees(building[id_])]


def _kept(given: Services, form: dict[str, str]) -> dict[str, str]:
    usual = {"until": _stamp(given, given.clock.now() + DAY_MS)}
    return {**_EMPTY, **usual, **{key: form[key].strip() for key in _EMPTY if key in form}}


def _wish(given: Services, form: dict[str, str]) -> Wish:
    """The form as a wish.

    Raises:
        Refused: A field cannot be read.
    """
    try:
        return Wish(
            kind=MuteKind(form.get("kind", "")), scope=form.get("scope", "").strip(),
            family=form.get("family", "").strip(), owner=form.get("owner", "").strip(),
            reason=form.get("reason", "")[:500], until=_moment(given, form.get("until", "")),
            start=_moment(given, form["start"]) if form.get("start") else None,
        )  # fmt: skip
    except (ValueError, OverflowError, OSError) as error:
        raise Refused("A field of the form cannot be read.") from error


def _moment(given: Services, text: str) -> int:
    when = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(given.site.timezone))
    return round(when.timestamp() * 1000)


def _stamp(given: Services, at: int) -> str:
    return formats.local(at, given.site.timezone).strftime("%Y-%m-%dT%H:%M")
