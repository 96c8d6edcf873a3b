"""Table of orders that are also tickets in a maintenance system of somebody else."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from adapters.records.base import Base
from adapters.records.orders import OfOrder


class TicketRow(OfOrder, Base):
    """What is known of one order's ticket; times are system time. [ms]

    Attributes:
        system: Which one; another one makes new tickets.
        ticket: Theirs; None until it is known to be made.
        sent_marking: Of the order, as it was when it was sent last; -1 before.
        sent: Digest of what was sent last.
        set_status: Their word that we set last.
        status: Their word, as it was seen last.
        attempts: Failed ones in a row.
        next_at: Not tried before.
        claimed_until: Somebody is at it: no other process sends it before.
        seen_at: When it was read last.
        state: ``waiting``, ``sent``, ``gone`` (deleted there) or ``failed`` (given up).
    """

    __tablename__ = "cmms_ticket"

    order_id: Mapped[str] = mapped_column(ForeignKey("work_order.id"), primary_key=True)
    system: Mapped[str] = mapped_column(String(16), primary_key=True)
    ticket: Mapped[str | None] = mapped_column(String(64))
    sent_marking: Mapped[int] = mapped_column(default=-1)
    sent: Mapped[str] = mapped_column(String(64), default="")
    set_status: Mapped[str] = mapped_column(String(32), default="")
    status: Mapped[str] = mapped_column(String(32), default="")
    attempts: Mapped[int] = mapped_column(default=0)
    first_try_at: Mapped[int | None]
    next_at: Mapped[int] = mapped_column(default=0, index=True)
    claimed_until: Mapped[int] = mapped_column(default=0)
    seen_at: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(String(1000))
    state: Mapped[str] = mapped_column(String(8), default="waiting")
