"""Tables of switching the person on a shared machine: PINs, and who logged in there in full."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from adapters.records.base import Base


class PinRow(Base):
    """Somebody's PIN, as a hash; system time. [ms]"""

    __tablename__ = "pin"

    login: Mapped[str] = mapped_column(
        ForeignKey("person.login", ondelete="CASCADE"), primary_key=True
    )
    hash: Mapped[str] = mapped_column(String(200))
    set_at: Mapped[int]


class DeskRow(Base):
    """A full log-in of somebody on a machine: until when a PIN may stand for it.

    Attributes:
        machine: Hash of the machine's cookie.
        until: System time. [ms]
        wrong: PINs that were wrong since the last right one.
    """

    __tablename__ = "desk_login"

    machine: Mapped[str] = mapped_column(String(64), primary_key=True)
    login: Mapped[str] = mapped_column(
        ForeignKey("person.login", ondelete="CASCADE"), primary_key=True
    )
    until: Mapped[int]
    wrong: Mapped[int] = mapped_column(default=0)
