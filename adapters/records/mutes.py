"""Tables of what is muted for a time, and of every finding that it kept from opening an order."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from adapters.records.base import Base, Scoped


class MuteKind(StrEnum):
    """Why nobody is sent for a while."""

    MAINTENANCE = "maintenance"
    """Somebody works on it, and knows what it shows."""
    SHELVED = "shelved"
    """It is known, and can wait until a stated day."""
    SHUTDOWN = "shutdown"
    """It is off by plan."""


class Mute(Scoped, Base):
    """A stretch in which findings of something open no order.

    Attributes:
        scope: Id of the building, system, equipment, gateway or point that it covers.
        family: Only faults of this family; all where empty.
        rule: Only findings of this rule; of all where empty.
        owner: Log-in of who answers for it.
        start: From when on. [ms]
        until: When it ends by itself; there is none without. [ms]
        made_by: Who entered it.
        ended_at: When somebody ended it before its time. [ms]
        settled: Whether what it kept back and what still goes on has been released.
    """

    __tablename__ = "mute"
    __table_args__ = (Index("ix_mute_settled_until", "settled", "until"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    scope: Mapped[str] = mapped_column(String(120))
    family: Mapped[str] = mapped_column(String(64), default="")
    rule: Mapped[str] = mapped_column(String(16), default="", server_default="")
    owner: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(500))
    start: Mapped[int]
    until: Mapped[int]
    made_at: Mapped[int]
    made_by: Mapped[str] = mapped_column(String(64))
    ended_at: Mapped[int | None]
    ended_by: Mapped[str | None] = mapped_column(String(64))
    settled: Mapped[bool] = mapped_column(default=False)

    @property
    def end(self) -> int:
        """When it ends, or ended. [ms]"""
        return self.until if self.ended_at is None else min(self.until, self.ended_at)


class MutedFinding(Scoped, Base):
    """A finding that opened no order because something was muted.

    Attributes:
        mute_id: What kept it back last.
        state: Of the finding, as it was last told.
        released_at: When it went to an order after all. [ms]
    """

    __tablename__ = "muted_finding"

    finding_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    mute_id: Mapped[int] = mapped_column(ForeignKey("mute.id"), index=True)
    rule: Mapped[str] = mapped_column(String(16))
    target: Mapped[str] = mapped_column(String(120))
    title: Mapped[str] = mapped_column(String(1000))
    severity: Mapped[int]
    state: Mapped[str] = mapped_column(String(16))
    revision: Mapped[int]
    opened: Mapped[int]
    last: Mapped[int]
    muted_at: Mapped[int]
    released_at: Mapped[int | None]
