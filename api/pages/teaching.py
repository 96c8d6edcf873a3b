"""Teaching: how often each rule was right, what false alarms propose, what holds and until when."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response

from api import moments
from api.asker import ActorDep, FormDep, ServicesDep
from api.pages.frame import Framed
from api.problems import STATUS_OF
from api.refusals import said
from api.services import Services
from api.teaching import lesson_line, rule_line
from api.view import language_of, page
from core.actor import Actor
from core.clock import DAY_MS
from core.errors import Refused
from workorders.teaching.board import TEACHERS
from workorders.teaching.lessons import Standing

router = APIRouter(include_in_schema=False)
Id = Annotated[int, Path(ge=1, le=2**53)]
Rule = Annotated[str, Path(max_length=16)]
SEE_OTHER = 303
_USUAL_MS = 90 * DAY_MS
"""Offered as an end: a season."""


@router.get("/teaching")
def teaching(request: Request, given: ServicesDep, actor: ActorDep, _: Framed) -> Response:
    """The page."""
    return _page(request, given, actor)


@router.post("/teaching/{id_}")
def decide(
    request: Request, given: ServicesDep, actor: ActorDep, _: Framed, form: FormDep, id_: Id
) -> Response:
    """Accept, refuse or end; what cannot stand is said on the page."""
    try:
        _decide(given, actor, id_, form)
    except Refused as error:
        return _refused(request, given, actor, error)
    return RedirectResponse("/teaching", SEE_OTHER)


@router.post("/teaching/rules/{rule}/restore")
def restore(
    request: Request, given: ServicesDep, actor: ActorDep, _: Framed, form: FormDep, rule: Rule
) -> Response:
    """A rule's findings are orders again."""
    try:
        given.orders.lessons.restore(actor, rule, reason=form.get("reason", "")[:500])
    except Refused as error:
        return _refused(request, given, actor, error)
    return RedirectResponse("/teaching", SEE_OTHER)


def _decide(given: Services, actor: Actor, id_: int, form: dict[str, str]) -> None:
    board, reason, do = given.orders.lessons, form.get("reason", "")[:500], form.get("do", "")
    if do == "accept":
        until = moments.day_end(given, form.get("until", ""))
        board.accept(actor, id_, reason=reason, until=until, owner=form.get("owner", ""))
    elif do == "refuse":
        board.refuse(actor, id_, reason=reason)
    elif do == "end":
        board.end(actor, id_, reason=reason)
    else:
        raise Refused("There is no such action.")


def _refused(request: Request, given: Services, actor: Actor, error: Refused) -> Response:
    if error.code in {"absent", "unauthenticated"}:
        raise error
    problem = said(error, language_of(request))
    return _page(request, given, actor, problem, STATUS_OF.get(error.code, 422))


def _page(
    request: Request, given: Services, actor: Actor, problem: str = "", status: int = 200
) -> Response:
    tr, board, now = language_of(request), given.orders.lessons, given.clock.now()
    lines = [lesson_line(given, actor, lesson, tr) for lesson in board.lessons(actor)]
    by: dict[Standing, list[dict[str, object]]] = {standing: [] for standing in Standing}
    for lesson, line in zip(board.lessons(actor), lines, strict=True):
        by[lesson.standing].append(line)
    return page(
        request, "teaching.html", status, problem=problem,
        rules=[rule_line(given, line, tr) for line in board.rules(actor)],
        waiting=by[Standing.WAITING], holding=by[Standing.HOLDS],
        done=by[Standing.REFUSED] + by[Standing.OVER],
        may_restore=actor.role in TEACHERS and actor.buildings is None,
        until=moments.day(given, now + _USUAL_MS), day=lambda at: moments.day(given, at),
        people=[(p.login, p.name) for p in given.records.people.all() if p.role != "viewer"],
    )  # fmt: skip
