"""Labels with a QR code for every place of a building, to be printed and stuck there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from adapters.locales import translator
from api import orders
from api.asker import ActorDep, ServicesDep, allowed
from api.pages.frame import Framed
from api.view import page
from core import qr
from core.actor import Actor
from core.errors import Refused
from core.words import Role

router = APIRouter(include_in_schema=False)
LabellerDep = Annotated[
    Actor, Depends(allowed(Role.SUPERVISOR, Role.ENGINEER, Role.ADMIN), scope="function")
]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A code as it is drawn: its modules as a path, and the square it stands in."""

    path: str
    box: str


@router.get("/labels")
def labels(
    request: Request, given: ServicesDep, _actor: ActorDep, actor: LabellerDep, _: Framed,
    building: Annotated[str, Query(max_length=80)] = "",
) -> Response:  # fmt: skip
    """A sheet; of the first building in scope where none is named."""
    buildings = [b for b in given.site.buildings.values() if actor.sees(b.id)]
    chosen = building or (buildings[0].id if buildings else "")
    if chosen not in {b.id for b in buildings}:
        raise Refused("there is no such building here", code="absent")
    both = [translator(language) for language in ("zh_Hans", "en")]
    return page(
        request, "labels.html", chosen=chosen, buildings=buildings, both=both,
        lasting=bool(given.settings.external_address), address=given.settings.address,
        labels=[
            {"id": place.id, "code": drawn(f"{given.settings.address}/r/{token}"),
             "names": [orders.place_of(given.site, place.id, tr) for tr in both]}
            for place, token in given.orders.requests.labels(actor, chosen)
        ],
    )  # fmt: skip


@lru_cache(maxsize=2048)
def drawn(address: str) -> Drawn:
    """A label's code; the same sheet is printed again and again."""
    square = qr.encode(address)
    size = len(square) + 2 * qr.QUIET
    return Drawn(path=qr.path(square), box=f"{-qr.QUIET} {-qr.QUIET} {size} {size}")
