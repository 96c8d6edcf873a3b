"""Who scans the label of a place as its order's person is there: the response ends with that."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

from adapters.locales import Translator
from api.asker import cookie_name
from api.identity import session_of
from api.orders import summary
from api.services import Services
from core.site import Site
from workorders.requests.places import Place
from workorders.states import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """An order whose person stands at its place.

    Attributes:
        note: What its history keeps of the scan.
        csrf: Of the log-in.
    """

    order: str
    title: str
    version: int
    note: str
    csrf: str


def arrivals(request: Request, given: Services, place: Place, tr: Translator) -> list[Arrival]:
    """Orders of the reader, if there is a log-in, that they are expected at this place for."""
    secret = request.cookies.get(cookie_name(given))
    session = session_of(given.records, secret) if secret else None
    if session is None:
        return []
    return [
        Arrival(
            order=row.id, title=summary(given, row, tr).title, version=row.version,
            note=f"QR {place.id}", csrf=session.csrf,
        )
        for row in given.orders.desk.queue(session.actor, mine=True)
        if Command.ARRIVE in row.allowed and _here(given.site, row.asset, place)
    ]  # fmt: skip


def _here(site: Site, asset: str, place: Place) -> bool:
    """Whether a label hangs at an asset, in its room, or at another machine of that room."""
    equipment, other = site.equipment.get(asset), site.equipment.get(place.id)
    room = equipment.location if equipment is not None else asset
    return place.id in {asset, room} or (other is not None and other.location == room)
