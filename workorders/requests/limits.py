"""How much may be reported: a page without a log-in meets everybody who has seen a label."""

from __future__ import annotations

from collections import deque
from threading import Lock

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from adapters.records.requests import RequestPhoto, ServiceRequest
from core.clock import HOUR_MS
from core.words import Text
from workorders.refusals import OrderRefused

WITHIN_MS = HOUR_MS
MOST_AT_A_PLACE = 12
MOST_FROM_A_NETWORK = 40
MOST_OF_A_SITE = 300
"""Reports an hour. A room rarely has more people who write; a whole campus may share one address;
more than a few hundred is no campus but a program."""
MOST_BYTES_OF_A_SITE = 200_000_000
"""Bytes of photos an hour. Fifty people's photos of 4 MB, as telephones make them, are a very bad
hour of a campus; forty reports of 25 MB are a gigabyte that every backup carries from then on."""


class Tries:
    """What was refused within the last hour for how it was sent: each was read, none is written.

    In memory: a restart forgives it, and of several processes each counts its own.
    """

    def __init__(self) -> None:
        self._seen: deque[tuple[int, str]] = deque(maxlen=MOST_OF_A_SITE)
        self._lock = Lock()

    def note(self, network: str, now: int) -> None:
        """Counts one.

        Args:
            network: The address that it came from.
            now: System time. [ms]
        """
        with self._lock:
            self._seen.append((now, network))

    def check(self, network: str, now: int) -> None:
        """Whether an address, or all together, may try again.

        Raises:
            Refused: ``too_many``; that is not counted again, so that it ends.
        """
        with self._lock:
            recent = [who for at, who in self._seen if at > now - WITHIN_MS]
        if len(recent) >= MOST_OF_A_SITE or recent.count(network) >= MOST_FROM_A_NETWORK:
            raise _too_many()


def check(session: Session, place: str, network: str, now: int, size: int = 0) -> None:
    """Whether one more may come in.

    Args:
        session: That it will be written in: nobody else writes meanwhile.
        place: Where it comes from.
        network: Mark of the address that it comes from.
        now: System time. [ms]
        size: Of its photos together. [bytes]

    Raises:
        Refused: ``too_many``.
    """
    limits = (
        (ServiceRequest.place == place, MOST_AT_A_PLACE),
        (ServiceRequest.network == network, MOST_FROM_A_NETWORK),
        (ServiceRequest.network != "", MOST_OF_A_SITE),
    )
    if any(_count(session, what, now) >= most for what, most in limits):
        raise _too_many()
    if size and _bytes(session, now) + size > MOST_BYTES_OF_A_SITE:
        raise OrderRefused(
            Text("Too many photos came in within an hour; send it without one."), code="too_many"
        )


def _too_many() -> OrderRefused:
    return OrderRefused(
        Text("Too much was reported here within an hour; please call the desk."), code="too_many"
    )


def _written(now: int) -> tuple[ColumnElement[bool], ...]:
    return ServiceRequest.entered_by.is_(None), ServiceRequest.received_at > now - WITHIN_MS


def _count(session: Session, what: ColumnElement[bool], now: int) -> int:
    return session.scalar(select(func.count()).where(what, *_written(now))) or 0


def _bytes(session: Session, now: int) -> int:
    """What the photos of the hour weigh; both databases know it without reading them. [bytes]"""
    query = select(func.sum(func.length(RequestPhoto.content))).join(RequestPhoto.request)
    return session.scalar(query.where(*_written(now))) or 0
