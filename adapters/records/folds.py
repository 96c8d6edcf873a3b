"""Which order went into which: symptoms under their cause, cases into an incident."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from adapters.records.base import Base, Scoped


class FoldReason(StrEnum):
    """Why an order went into another."""

    CAUSE = "cause"
    """What it feeds or holds stopped with it."""
    INCIDENT = "incident"
    """Too many cases at once in one building."""


class OrderFold(Scoped, Base):
    """An order that nobody has to go for any more: another one stands for it.

    Attributes:
        order_id: The order that ended, as a duplicate.
        into_id: The one that stands for it.
        cause: Its cause: what is found of it while ``into_id`` is open goes there too.
        at: Run clock. [ms]
    """

    __tablename__ = "order_fold"

    order_id: Mapped[str] = mapped_column(String(24), primary_key=True)
    into_id: Mapped[str] = mapped_column(String(24), index=True)
    cause: Mapped[str] = mapped_column(String(200), index=True)
    why: Mapped[str] = mapped_column(String(16))
    at: Mapped[int]
