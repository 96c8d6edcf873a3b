"""Non-routine events of the savings page: enter, estimate, confirm, refuse, undo."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response

from api.asker import ActorDep, FormDep, ServicesDep
from api.pages.frame import Framed
from api.pages.savings import whole_page
from api.problems import STATUS_OF
from api.refusals import said
from api.savings_events import board, entered, filled, suggested
from api.view import language_of
from core.errors import Refused

router = APIRouter(include_in_schema=False)
Id = Annotated[int, Path(ge=1, le=2**53)]
SEE_OTHER = 303


@router.post("/savings/events")
def enter(
    request: Request, given: ServicesDep, actor: ActorDep, _: Framed, form: FormDep
) -> Response:
    """Enters one, or estimates its size; what cannot stand comes back as it was typed."""
    of = None
    try:
        of = suggested(given, actor, form)
        if form.get("do") != "estimate":
            board(given).enter(actor, entered(form, of))
            return RedirectResponse("/savings#events", SEE_OTHER)
    except Refused as error:
        if error.code in {"unauthenticated", "forbidden"}:
            raise
        tr = language_of(request)
        problem = tr("There is no such place here.") if error.code == "absent" else said(error, tr)
        status = 422 if error.code == "absent" else STATUS_OF.get(error.code, 422)
        return whole_page(request, given, actor, filled(form, of), problem, status)
    tr = language_of(request)
    problem = "" if of else tr("Choose a meter to estimate by.")
    status = 200 if of else 422
    return whole_page(request, given, actor, filled(form, of), problem, status, estimate=of)


@router.post("/savings/events/{id_}")
def decide(
    request: Request, given: ServicesDep, actor: ActorDep, _: Framed, form: FormDep, id_: Id
) -> Response:
    """Confirm, refuse or take back; what cannot stand is said on the page."""
    reason, do = form.get("reason", "")[:500], form.get("do", "")
    of = board(given)
    acts = {"confirm": of.confirm, "refuse": of.refuse, "undo": of.undo}
    if do not in acts:
        raise Refused("There is no such action.")
    try:
        acts[do](actor, id_, reason=reason)
    except Refused as error:
        if error.code in {"absent", "unauthenticated"}:
            raise
        problem = said(error, language_of(request))
        status = STATUS_OF.get(error.code, 422)
        return whole_page(request, given, actor, filled({}, None), problem, status)
    return RedirectResponse("/savings#events", SEE_OTHER)
