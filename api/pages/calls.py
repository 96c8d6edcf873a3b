"""The desk takes a call: the number finds the place, one form does the rest."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from adapters.locales import Translator
from api import orders
from api.asker import ActorDep, FormDep, ServicesDep
from api.orders import STATE_WORDS
from api.pages.frame import Framed
from api.problems import STATUS_OF
from api.refusals import said
from api.requests import kind_of
from api.services import Services
from api.view import language_of, outside, page
from core.actor import Actor
from core.errors import Refused
from workorders.refusals import forbidden
from workorders.requests.counter import Known
from workorders.requests.intake import Report
from workorders.requests.kinds import KINDS
from workorders.requests.places import places

router = APIRouter(include_in_schema=False)
SEE_OTHER = 303
COOKIE = "told"
"""The link of the call that was just entered, on its way to the page that shows it once."""
_PATH, _SHOWN_S = "/calls", 60
_EMPTY = {"phone": "", "place": "", "seen": "", "kind": "", "words": ""}


@router.get("/calls")
def calls(
    request: Request, given: ServicesDep, actor: ActorDep, _: Framed, order: str = ""
) -> Response:
    """The form, and what became of the last call."""
    if not given.orders.requests.may_enter(actor):
        raise forbidden()
    known, secret = (*request.cookies.get(COOKIE, "").split(":", 1), "")[:2]
    told = f"{outside(request)}/f/{secret}" if order and known == order and secret else ""
    answer = _page(request, given, actor, dict(_EMPTY), order=order, told=told)
    if COOKIE in request.cookies:
        answer.delete_cookie(COOKIE, path=_PATH)
    return answer


@router.post("/calls")
def enter(
    request: Request, given: ServicesDep, actor: ActorDep, _: Framed, form: FormDep
) -> Response:
    """Enter it; what cannot stand comes back with what was typed."""
    if not given.orders.requests.may_enter(actor):
        raise forbidden()
    kept = {**_EMPTY, **{key: form[key].strip() for key in _EMPTY if key in form}}
    tr = language_of(request)
    try:
        taken = given.orders.requests.enter(
            actor,
            Report(
                place=_place(given, actor, kept["place"] or kept["seen"], tr),
                kind=kind_of(kept["kind"]), words=kept["words"], phone=kept["phone"],
                language=tr.language,
            ),
        )  # fmt: skip
    except Refused as error:
        problem = said(error, tr)
        return _page(
            request, given, actor, kept, problem=problem, status=STATUS_OF.get(error.code, 422)
        )
    answer = RedirectResponse(f"/calls?order={taken.order}", SEE_OTHER)
    # Not in the address, which is written into logs; and loading the page again enters nothing.
    answer.set_cookie(
        COOKIE, f"{taken.order}:{taken.secret}", max_age=_SHOWN_S, path=_PATH, httponly=True,
        samesite="strict", secure=given.settings.secure_cookies,
    )  # fmt: skip
    return answer


@router.post("/x/calls/caller")
def caller(request: Request, given: ServicesDep, actor: ActorDep, form: FormDep) -> Response:
    """What the number reported before: a post, since addresses are written into logs."""
    found = given.orders.requests.caller(actor, form.get("phone", ""))
    return page(request, "calls_caller.html", callers=_callers(given, found, language_of(request)))


def _page(
    request: Request, given: Services, actor: Actor, kept: dict[str, str], *,
    order: str = "", told: str = "", problem: str = "", status: int = 200,
) -> Response:  # fmt: skip
    tr, requests = language_of(request), given.orders.requests
    known = requests.caller(actor, kept["phone"]) if kept["phone"] else []
    taken = given.orders.desk.order(actor, order).row if order else None
    return page(
        request, "calls.html", status, kept=kept, problem=problem, told=told,
        taken=orders.summary(given, taken, tr) if taken is not None else None,
        places=_places(given, actor, tr), callers=_callers(given, known, tr),
        kinds=[(kind.value, tr(card.asked)) for kind, card in KINDS.items()],
    )  # fmt: skip


def _places(given: Services, actor: Actor, tr: Translator) -> list[tuple[str, str]]:
    return [
        (place.id, orders.place_of(given.site, place.id, tr))
        for building in given.site.buildings if actor.sees(building)
        for place in places(given.site, building)
    ]  # fmt: skip


def _place(given: Services, actor: Actor, said_: str, tr: Translator) -> str:
    """The id of a place, by its id or by its name as the list shows it."""
    for id_, name in _places(given, actor, tr):
        if said_ in {id_, name}:
            return id_
    return said_


def _callers(given: Services, known: Sequence[Known], tr: Translator) -> list[dict[str, object]]:
    return [
        {
            "place": one.said.place, "name": orders.place_of(given.site, one.said.place, tr),
            "what": tr(KINDS[one.said.kind].asked), "at": one.said.said_at, "open": one.open,
            "order": one.said.order, "state": tr(STATE_WORDS[one.state]),
        }
        for one in known
    ]  # fmt: skip
