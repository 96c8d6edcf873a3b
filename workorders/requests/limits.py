"""How much may be reported: a page without a log-in meets everybody who has seen a label."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from adapters.records.requests import ServiceRequest
from core.clock import HOUR_MS
from core.words import Text
from workorders.refusals import OrderRefused

WITHIN_MS = HOUR_MS
MOST_AT_A_PLACE = 12
MOST_FROM_A_NETWORK = 40
MOST_OF_A_SITE = 300
"""Reports an hour. A room rarely has more people who write; a whole campus may share one address;
more than a few hundred is no campus but a program."""


def check(session: Session, place: str, network: str, now: int) -> None:
    """Whether one more may come in.

    Args:
        session: That it will be written in: nobody else writes meanwhile.
        place: Where it comes from.
        network: Mark of the address that it comes from.
        now: System time. [ms]

    Raises:
        Refused: ``too_many``.
    """
    limits = (
        (ServiceRequest.place == place, MOST_AT_A_PLACE),
        (ServiceRequest.network == network, MOST_FROM_A_NETWORK),
        (ServiceRequest.network != "", MOST_OF_A_SITE),
    )
    if any(_count(session, what, now) >= most for what, most in limits):
        raise OrderRefused(
            Text("Too much was reported here within an hour; please call the desk."),
            code="too_many",
        )


def _count(session: Session, what: ColumnElement[bool], now: int) -> int:
    written = (ServiceRequest.entered_by.is_(None), ServiceRequest.received_at > now - WITHIN_MS)
    return session.scalar(select(func.count()).where(what, *written)) or 0
