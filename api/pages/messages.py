"""The page on which somebody sets how they are reached and when they are left alone."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from adapters.records.notifying import WayKind
from api import messages as view
from api.asker import ActorDep, FormDep, ServicesDep
from api.pages.frame import Framed
from api.problems import STATUS_OF
from api.refusals import said
from api.services import Services
from api.view import language_of, page
from core.actor import Actor
from core.errors import Refused
from workorders.notify.wishes import MOST_WAYS, wishes_of

router = APIRouter(include_in_schema=False)
SEE_OTHER = 303


@router.get("/messages")
def messages(request: Request, given: ServicesDep, actor: ActorDep, _: Framed) -> Response:
    """What they set, what they were told, and how the channels are."""
    form = view.form_of(wishes_of(given.records, actor.login))
    return _page(request, given, actor, form, saved="saved" in request.query_params)


@router.post("/messages")
def save(
    request: Request, given: ServicesDep, actor: ActorDep, _: Framed, form: FormDep
) -> Response:
    """Set it; what cannot stand comes back as it was typed, with why."""
    try:
        view.save(given, actor, form)
    except Refused as error:
        kept = view.form_of(wishes_of(given.records, actor.login))
        kept |= {k: v[:200] for k, v in form.items() if k in kept}
        problem = said(error, language_of(request))
        return _page(request, given, actor, kept, problem=problem,
                     status=STATUS_OF.get(error.code, 422))  # fmt: skip
    return RedirectResponse("/messages?saved=1", SEE_OTHER)


@router.post("/messages/test")
def test(given: ServicesDep, actor: ActorDep, _: FormDep) -> Response:
    """Owe them a test message."""
    view.ask_test(given, actor)
    return RedirectResponse("/messages#told", SEE_OTHER)


def _page(
    request: Request, given: Services, actor: Actor, form: Mapping[str, str], *,
    problem: str = "", saved: bool = False, status: int = 200,
) -> Response:  # fmt: skip
    tr = language_of(request)
    installed = given.ways.kinds if given.ways is not None else ()
    chosen = {form[f"kind-{n}"] for n in range(1, MOST_WAYS + 1)}
    kinds = [k for k in WayKind if k in installed or k.value in chosen]
    person = given.records.people.get(actor.login)
    return page(
        request, "messages.html", status, form=form, problem=problem, saved=saved,
        slots=range(1, MOST_WAYS + 1), installed=installed,
        kinds=[(k.value, view.KIND_WORDS[k]) for k in kinds],
        froms=list(view.FROM_WORDS.items()), states=view.STATE_WORDS,
        told=view.told(given, actor, tr), channels=view.state(given, actor),
        groups=bool(given.ways and given.ways.groups), person=person,
    )  # fmt: skip
