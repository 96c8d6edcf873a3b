"""Tables of people at work: licences, hand-overs, the shift log."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from adapters.records.base import AppendOnly, Base, Scoped


class LicenceRow(Base):
    """A licence of a person, valid in ``(valid_from, valid_until]``, run clock. [ms]

    Attributes:
        kind: As :class:`core.words.Licence`.
        number: As it is printed on it.
    """

    __tablename__ = "licence"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(ForeignKey("person.login", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    number: Mapped[str] = mapped_column(String(80), default="")
    valid_from: Mapped[int]
    valid_until: Mapped[int]


class HandoverRow(Base):
    """What one person handed to another at the end of a shift.

    Attributes:
        at: Run clock. [ms]
        orders: For each order its id, state and what the next one has to know.
        taken_at: When the other one said that they had read it. [ms]
    """

    __tablename__ = "handover"
    __table_args__ = (Index("ix_handover_to_taken", "to_login", "taken_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[int] = mapped_column(index=True)
    from_login: Mapped[str] = mapped_column(String(64))
    to_login: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(String(4000), default="")
    orders: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    taken_at: Mapped[int | None]


class ShiftLogRow(AppendOnly, Scoped, Base):
    """A line of a building's shift log; written once. Run clock. [ms]"""

    __tablename__ = "shift_log"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[int] = mapped_column(index=True)
    login: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(String(4000))
