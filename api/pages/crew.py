"""The crew's page without a network: manifest, worker, what is kept, and what waited is sent."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from adapters.locales import translator
from api import crew, whereabouts
from api.actions import act_of
from api.asker import ActorDep, FormDep, PhotoDep, ServicesDep, allowed
from api.pages.planned import said_of, sending_of
from api.problems import ABSENT, STATUS_OF
from api.refusals import said
from api.view import language_of, page
from core.actor import Actor
from core.errors import Refused
from core.words import Role

router = APIRouter(include_in_schema=False)
CrewDep = Annotated[
    Actor,
    Depends(allowed(Role.TECHNICIAN, Role.SUPERVISOR, Role.ENGINEER, Role.ADMIN), scope="function"),
]
OrderId = Annotated[str, Path(max_length=24)]
ICONS = (
    {"src": "/s/icon-192.png", "sizes": "192x192", "type": "image/png"},
    {"src": "/s/icon-512.png", "sizes": "512x512", "type": "image/png"},
    {"src": "/s/icon-maskable.png", "sizes": "512x512", "type": "image/png",
     "purpose": "maskable"},
    {"src": "/s/icon.svg", "sizes": "any", "type": "image/svg+xml"},
)  # fmt: skip


@router.get("/manifest.webmanifest")
def manifest(
    given: ServicesDep, lang: Annotated[str, Query(pattern="^(en|zh_Hans)$")] = "en"
) -> JSONResponse:
    """What a phone calls the page and where it opens it."""
    tr, (light, _) = translator(lang), crew.ground()
    name = tr.name(given.site.names)
    content = {
        "id": "/orders", "start_url": crew.LIST, "scope": "/", "display": "standalone",
        "name": tr("{site}: orders", site=name), "short_name": tr("Orders"), "lang": tr.tag,
        "description": tr("Plantroom: what the campus uses, wastes and gets repaired."),
        "background_color": light, "theme_color": light, "icons": list(ICONS),
    }  # fmt: skip
    return JSONResponse(content, media_type="application/manifest+json")


@router.get("/sw.js")
def worker() -> PlainTextResponse:
    """The service worker; from the root, or its scope could not be the orders."""
    return PlainTextResponse(crew.worker(), media_type="text/javascript")


@router.get(crew.FALLBACK)
def offline(request: Request) -> Response:
    """What a phone shows without a network for a page that it does not keep."""
    both = [translator(language) for language in ("en", "zh_Hans")]
    return page(request, "offline.html", both=both, home=crew.LIST)


@router.get("/x/crew")
def asked(request: Request, given: ServicesDep, actor: ActorDep) -> JSONResponse:
    """Before anything is sent: who is logged in, a token that holds, and what to keep."""
    return JSONResponse({
        "person": crew.mark(actor), "csrf": request.state.csrf,
        "pages": [crew.LIST, *crew.own_pages(given, actor)] if crew.keeps(actor) else [],
    })  # fmt: skip


@router.post("/x/crew/{order}/act")
def act(
    request: Request, given: ServicesDep, actor: CrewDep, form: FormDep, order: OrderId
) -> JSONResponse:
    """One command that waited; done once by its key."""
    try:
        row = given.orders.desk.act(actor, act_of(given, order, form))
        whereabouts.works(request, given, actor.login)
    except Refused as error:
        return _refused(request, given, actor, order, error)
    return JSONResponse({"version": row.version, "state": row.state.value})


@router.post("/x/crew/{order}/step")
def step(
    request: Request, given: ServicesDep, actor: CrewDep, form: FormDep, order: OrderId
) -> JSONResponse:
    """One answer of a checklist that waited; given once by its key."""
    try:
        said_, sending = said_of(form), sending_of(form)
        within = given.orders.planned.answer(actor, order, said_, sending)
    except Refused as error:
        return _refused(request, given, actor, order, error)
    return JSONResponse({"within": within})


@router.post("/x/crew/{order}/photos")
def send_photo(
    request: Request, given: ServicesDep, actor: CrewDep, sent: PhotoDep, order: OrderId
) -> JSONResponse:
    """One photo that waited; the same one is kept once."""
    try:
        given.orders.desk.order(actor, order)
        name = given.orders.photos.send(actor, order, sent.data, sent.note)
    except Refused as error:
        return _refused(request, given, actor, order, error)
    return JSONResponse({"name": name}, 201)


def _refused(
    request: Request, given: ServicesDep, actor: Actor, order: str, error: Refused
) -> JSONResponse:
    """Why, in the reader's language, and how the order stands: who reads may send it anew."""
    tr = language_of(request)
    detail = tr(ABSENT) if error.code == "absent" else said(error, tr)
    content: dict[str, object] = {"code": error.code, "detail": detail}
    if error.code == "conflict":
        row = given.orders.desk.order(actor, order).row
        content |= {"version": row.version, "state": row.state.value}
    return JSONResponse(content, STATUS_OF.get(error.code, 422))
