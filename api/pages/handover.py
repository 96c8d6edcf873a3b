"""The end of a shift: what is mine and who has it next, lists that were handed over, the log."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response

from api.asker import ActorDep, FormDep, ServicesDep
from api.orders import STATE_WORDS, summary
from api.pages.frame import Framed
from api.problems import STATUS_OF
from api.refusals import said
from api.services import Services
from api.view import language_of, page
from core.actor import Actor
from core.errors import Refused
from core.words import OrderState, Role
from workorders.states import Command

router = APIRouter(include_in_schema=False)
SEE_OTHER = 303
Form = dict[str, str]
_WORD = "word-"


@router.get("/handover")
def handover(request: Request, given: ServicesDep, actor: ActorDep, _: Framed) -> Response:
    """What is mine, and what was handed over."""
    return page(request, "handover.html", content=_content(request, given, actor, {}, ""))


@router.post("/handover")
def give(
    request: Request, given: ServicesDep, actor: ActorDep, form: FormDep, _: Framed
) -> Response:
    """Hands over what is ticked, or writes a line of the log."""
    try:
        if form.get("do") == "log":
            building, text = form.get("building", ""), form.get("text", "")
            given.orders.handovers.log(actor, building, text)
        else:
            words = {
                name.removeprefix("take-"): form.get(_WORD + name.removeprefix("take-"), "")
                for name, value in form.items() if name.startswith("take-") and value == "yes"
            }  # fmt: skip
            given.orders.handovers.give(actor, form.get("to", ""), form.get("note", ""), words)
    except Refused as error:
        if error.code in {"absent", "unauthenticated", "forbidden"}:
            raise
        content = _content(request, given, actor, form, said(error, language_of(request)))
        return page(request, "handover.html", STATUS_OF.get(error.code, 422), content=content)
    return RedirectResponse("/handover", SEE_OTHER)


@router.post("/handover/{id_}/taken")
def taken(
    given: ServicesDep, actor: ActorDep, _form: FormDep,
    id_: Annotated[int, Path(ge=1, le=2**53)],
) -> Response:  # fmt: skip
    """The list has been read by whom it is for."""
    given.orders.handovers.taken(actor, id_)
    return RedirectResponse("/handover", SEE_OTHER)


def _content(
    request: Request, given: Services, actor: Actor, form: Form, problem: str
) -> dict[str, object]:
    tr = language_of(request)
    mine = [o for o in given.orders.desk.queue(actor, mine=True) if Command.HAND_OVER in o.allowed]
    names = {p.login: p.name for p in given.records.people.all()}
    return {
        "problem": problem,
        "form": form,
        "rows": [summary(given, row, tr) for row in mine],
        "to": [(x, names.get(x, x)) for x in given.orders.handovers.takers(actor)],
        "lists": [
            {"row": row, "mine": row.taker == actor.login,
             "orders": [o | {"state_words": tr(STATE_WORDS[OrderState(o["state"])])}
                        for o in map(dict, row.orders)]}
            for row in given.orders.handovers.lists(actor)
        ],
        "lines": given.orders.handovers.lines(actor),
        "may_log": actor.role is not Role.VIEWER,
        "buildings": [(b.id, tr.name(b.names)) for b in given.site.buildings.values()
                      if actor.sees(b.id)],
    }  # fmt: skip
