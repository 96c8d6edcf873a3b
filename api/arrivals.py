"""Who scans the label of a place is there: the response ends with that, and inspections begin."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from fastapi import Request

from adapters.locales import Translator
from api.asker import cookie_name
from api.identity import session_of
from api.orders import named, summary
from api.services import Services
from workorders.crew import presence
from workorders.crew.checks import CheckKind
from workorders.queue import Ask, View
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """An order whose repair the reader may judge here.

    Attributes:
        address: Of its page, which then knows that they stand here.
    """

    order: str
    title: str
    address: str


def inspections(
    request: Request, given: Services, place: Place, tr: Translator
) -> list[Inspection]:
    """Repairs at this place that the reader may inspect or look at again, if there is a log-in."""
    secret = request.cookies.get(cookie_name(given))
    session = session_of(given.records, secret) if secret else None
    if session is None:
        return []
    rows = [
        row for row in given.orders.desk.page(session.actor, Ask(view=View.PROOF)).rows
        if Command.INSPECT in row.allowed and presence.here(given.site, row.asset, place.id)
    ]  # fmt: skip
    looks = [
        view for view in given.orders.checks.rows(session.actor)
        if view.may and view.kind is CheckKind.INSPECTION
        and presence.here(given.site, view.asset, place.id)
    ]  # fmt: skip
    if not rows and not looks:
        return []
    scan = quote(given.orders.requests.presence(session.actor, place))
    first = [
        Inspection(order=row.id, title=summary(given, row, tr).title,
                   address=f"/orders/{row.id}?at={scan}")
        for row in rows
    ]  # fmt: skip
    again = [
        Inspection(order=view.order, title=tr.say(named(view.title, view.target, given.site, tr)),
                   address=f"/checks?at={scan}")
        for view in looks
    ]  # fmt: skip
    return first + again


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
        if Command.ARRIVE in row.allowed and presence.here(given.site, row.asset, place.id)
    ]  # fmt: skip
