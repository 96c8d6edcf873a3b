"""Second looks: what was drawn to be looked at again, what was found, how often by person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from adapters.locales import Translator
from api import moments, orders
from api.asker import ActorDep, FormDep, ServicesDep
from api.pages.frame import Framed
from api.problems import STATUS_OF
from api.refusals import said
from api.services import Services
from api.view import language_of, page
from core.actor import Actor
from core.errors import Refused
from workorders.crew import presence
from workorders.crew.checkboard import CheckView
from workorders.crew.checks import CheckKind, Why
from workorders.requests.places import Place

router = APIRouter(include_in_schema=False)
Id = Annotated[int, Path(ge=1, le=2**53)]
Scan = Annotated[str, Query(max_length=400)]
SEE_OTHER = 303

KIND_WORDS: Mapping[CheckKind, str] = {
    CheckKind.INSPECTION: "look at the repair",
    CheckKind.AUDIT: "look at how it ended",
}
WHY_WORDS: Mapping[Why, str] = {
    Why.DRAWN: "drawn",
    Why.FIRST: "one of a contractor's first",
}
WORDS = (*KIND_WORDS.values(), *WHY_WORDS.values())
"""Everything here that is said through a variable, for the catalogue."""


@router.get("/checks")
def checks(
    request: Request, given: ServicesDep, actor: ActorDep, _: Framed, at: Scan = ""
) -> Response:
    """The page; ``at`` is what the label's scan gave who looks."""
    return _page(request, given, actor, scan=at)


@router.post("/checks/{id_}")
def say(
    request: Request, given: ServicesDep, actor: ActorDep, _: Framed, form: FormDep, id_: Id
) -> Response:
    """What was found; what cannot stand is said on the page."""
    try:
        passed = moments.yes(form.get("passed", ""))
        given.orders.checks.say(
            actor, id_, passed=passed, note=form.get("note", ""), scan=form.get("place", "")[:400],
            elsewhere=form.get("elsewhere", ""),
        )  # fmt: skip
    except Refused as error:
        if error.code in {"absent", "unauthenticated"}:
            raise
        problem = said(error, language_of(request))
        status, scan = STATUS_OF.get(error.code, 422), form.get("place", "")
        return _page(request, given, actor, problem, status, scan)
    return RedirectResponse("/checks", SEE_OTHER)


def _page(
    request: Request, given: Services, actor: Actor, problem: str = "", status: int = 200,
    scan: str = "",
) -> Response:  # fmt: skip
    tr, board = language_of(request), given.orders.checks
    views = board.rows(actor)
    stands = given.orders.requests.stands_at(actor, scan) if scan else None
    excused = actor.role in presence.EXCUSED
    return page(
        request, "checks.html", status, problem=problem,
        waiting=[
            {**_row(given, view, tr), **_where(given, view, stands, scan, excused=excused)}
            for view in views if view.waits
        ],
        looked=[_row(given, view, tr) for view in views if not view.waits],
        counts=[(one, tr(KIND_WORDS[one.kind])) for one in board.counts(actor)],
    )  # fmt: skip


def _where(
    given: Services, view: CheckView, stands: Place | None, scan: str, *, excused: bool
) -> dict[str, object]:
    """Whether who looks may say from here that it is all right, and with what."""
    bound = view.kind is CheckKind.INSPECTION
    there = stands is not None and presence.here(given.site, view.asset, stands.id)
    return {
        "scan": scan if bound and there else "", "elsewhere": bound and not there and excused,
        "far": bound and not there and not excused,
    }  # fmt: skip


def _row(given: Services, view: CheckView, tr: Translator) -> dict[str, object]:
    title = tr.say(orders.named(view.title, view.target, given.site, tr))
    return {"v": view, "title": title, "kind": tr(KIND_WORDS[view.kind]),
            "why": tr(WHY_WORDS[view.why])}  # fmt: skip
