"""A report comes in: it joins the order that explains it, or opens one."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from adapters.photos import Photo
from adapters.records.orders import Order
from adapters.records.requests import RequestPhoto, ServiceRequest
from core.words import CancelReason, OrderState, Origin, Priority, ProofKind, Text
from workorders import making, messages, silence
from workorders.book import Book
from workorders.cases import RECURRENCE_MS
from workorders.happenings import Happening
from workorders.priority import Urgency
from workorders.raising import raise_to
from workorders.refusals import OrderRefused, invalid
from workorders.requests import limits, marks
from workorders.requests.explaining import cause_of, explaining
from workorders.requests.kinds import KINDS, Kind, family
from workorders.requests.places import Place, place_of

MOST_WORDS = 1000
MOST_PHONE = 32
MOST_PHOTOS = 3
SAID = Text("Reported: {words}", {"words": ""})
"""The explanation of an order that a request opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What somebody reports.

    Attributes:
        place: Id of the room or machine.
        words: In their own; may be empty.
        phone: Where they can be reached; may be empty. Only a masked form is kept.
        language: In which they are answered.
        network: The address that it comes from; empty for a call.
        entered_by: Log-in of who took a call.
        photos: Cleaned.
    """

    place: str
    kind: Kind
    words: str = ""
    phone: str = ""
    language: str = "en"
    network: str = ""
    entered_by: str | None = None
    photos: Sequence[Photo] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a report.

    Attributes:
        secret: Ends the address by which it is followed; told once.
        order: Id of its order.
        known: Whether somebody was on it already.
    """

    secret: str
    order: str
    known: bool


def check(book: Book, report: Report) -> Place:
    """The place of a report that can stand.

    Raises:
        Refused: ``invalid``.
    """
    place = place_of(book.office.site, report.place)
    if place is None:
        raise invalid(Text("There is no such place here."), "place")
    if len(report.words) > MOST_WORDS:
        raise invalid(
            Text("That is too long; {most} characters fit.", {"most": MOST_WORDS}), "words"
        )
    if len(report.phone) > MOST_PHONE:
        raise invalid(Text("That is no telephone number."), "phone")
    if len(report.photos) > MOST_PHOTOS:
        raise invalid(Text("{most} photos at most.", {"most": MOST_PHOTOS}), "photos")
    return place


def take(book: Book, report: Report, received_at: int) -> Taken:
    """Writes it down with the order that it joins or opens.

    Args:
        book: Of one transaction.
        report: Checked or not.
        received_at: System time, for the limits. [ms]

    Raises:
        Refused: ``invalid`` where it cannot stand, ``too_many`` where too much came in.
    """
    place = check(book, report)
    key = marks.made_key(book.session)
    network = marks.marked(key, "network", report.network)
    if report.entered_by is None:
        size = sum(len(photo.data) for photo in report.photos)
        limits.check(book.session, place.id, network, received_at, size)
    found = explaining(book, place, report.kind)
    order = _open(book, place, report) if found is None else book.lock(found.id)
    if order is None:
        raise OrderRefused(Text("Please send it again."), code="conflict")
    secret = secrets.token_urlsafe(24)
    row = ServiceRequest(
        order_id=order.id, building=place.building, place=place.id, kind=report.kind,
        words=report.words.strip(), phone=marks.masked(report.phone),
        phone_mark=marks.phone_mark(key, report.phone), network=network,
        language=report.language, secret=marks.hashed(secret), entered_by=report.entered_by,
        joined=found is not None, said_at=book.now, received_at=received_at,
    )  # fmt: skip
    book.session.add(row)
    _keep_photos(book.session, row, report.photos)
    book.session.flush()
    if found is None:
        making.begin(book, order, request=row.id)
    else:
        _join(book, order, row)
    return Taken(secret=secret, order=order.id, known=found is not None)


def _open(book: Book, place: Place, report: Report) -> Order:
    card, cause = KINDS[report.kind], cause_of(place, report.kind)
    words = Text(SAID.msgid, {"words": report.words.strip() or "–"})
    order = making.blank(
        book, building=place.building, origin=Origin.REQUEST, cause=cause, asset=place.id,
        family=family(report.kind), rule="", target=place.id, trade=card.trade, skill=card.trade,
        proof=ProofKind.REPORTER, severity=card.severity, effort_min=card.effort_min,
        title=messages.dumped(Text(card.title, {"target": place.names["en"]})),
        explanation=messages.dumped(words), first_seen=book.now, last_seen=book.now,
        opened_at=book.now, recurrence_of=_recurs(book, cause),
    )  # fmt: skip
    book.session.add(order)
    return order


def _recurs(book: Book, cause: str) -> str | None:
    """The order of the same trouble at the same place, closed within a fortnight."""
    query = select(Order.id).where(
        Order.cause == cause, Order.closed_at >= book.now - RECURRENCE_MS,
        func.coalesce(Order.cancel_reason, "") != CancelReason.DUPLICATE,
    )  # fmt: skip
    return book.session.scalars(query.order_by(Order.closed_at.desc())).first()


def _join(book: Book, order: Order, row: ServiceRequest) -> None:
    """One more says so: whoever has the order hears of the first, and of what is worse.

    Who reports the same trouble at the same place after it was said to be mended says that it
    is not, as by the link.
    """
    order.count += 1
    order.last_seen = max(order.last_seen, book.now)
    earlier = select(func.count()).where(
        ServiceRequest.order_id == order.id, ServiceRequest.id != row.id
    )
    book.happen(
        order, Happening.REPORTED, note=row.words, request=row.id, place=row.place,
        reported=row.kind,
    )  # fmt: skip
    severity = KINDS[Kind(row.kind)].severity
    if raise_to(book, order, Urgency(Priority(severity), ()), severity, request=row.id):
        return
    asked = order.state is OrderState.VERIFYING and order.proof is ProofKind.REPORTER
    if asked and order.cause == f"{row.place}|{family(Kind(row.kind))}":
        silence.answer(book, order, mended=False, note=row.words)
        return
    if not book.session.scalar(earlier) and order.assignee is not None:
        book.tell(order, [order.assignee], Happening.REPORTED, messages.REPORTED)


def _keep_photos(session: Session, row: ServiceRequest, photos: Sequence[Photo]) -> None:
    for photo in photos:
        session.add(
            RequestPhoto(
                id=secrets.token_hex(16), request=row, building=row.building, media=photo.media,
                width=photo.width, height=photo.height, content=photo.data,
            )
        )  # fmt: skip
