"""The table of where those who work here do so: their ratings of their own work count nowhere."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from adapters.records.base import Base


class WorkNetworkRow(Base):
    """An address from which somebody works here, as a keyed mark that nobody reads back.

    Attributes:
        mark: As :attr:`adapters.records.requests.ServiceRequest.network`.
        seen: When last. System time. [ms]
    """

    __tablename__ = "work_network"

    login: Mapped[str] = mapped_column(
        ForeignKey("person.login", ondelete="CASCADE"), primary_key=True
    )
    mark: Mapped[str] = mapped_column(String(64), primary_key=True)
    seen: Mapped[int]
