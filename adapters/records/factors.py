"""Tables of the second factor at log-in: its secrets, recovery codes, machines that remember it."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from adapters.records.base import Base


class FactorRow(Base):
    """Somebody's second factor; system time. [ms]

    Attributes:
        secret: What their authenticator has, sealed (:mod:`core.sealing`) with a key that is not in
            the records. Codes are made from it, so no hash would do.
        step: The last step whose code was taken: no code opens anything twice.
    """

    __tablename__ = "second_factor"

    login: Mapped[str] = mapped_column(
        ForeignKey("person.login", ondelete="CASCADE"), primary_key=True
    )
    secret: Mapped[str] = mapped_column(String(64))
    step: Mapped[int]
    set_at: Mapped[int]


class RecoveryRow(Base):
    """A code for who has lost their telephone, as a hash; it is taken away with its use."""

    __tablename__ = "recovery_code"

    login: Mapped[str] = mapped_column(
        ForeignKey("person.login", ondelete="CASCADE"), primary_key=True
    )
    hash: Mapped[str] = mapped_column(String(64), primary_key=True)


class FactorMachineRow(Base):
    """A machine that remembers somebody's second factor until their shift ends.

    Attributes:
        machine: Hash of the machine's cookie.
        until: System time. [ms]
    """

    __tablename__ = "factor_machine"

    machine: Mapped[str] = mapped_column(String(64), primary_key=True)
    login: Mapped[str] = mapped_column(
        ForeignKey("person.login", ondelete="CASCADE"), primary_key=True
    )
    until: Mapped[int]


FACTORS = (FactorRow, RecoveryRow, FactorMachineRow)
"""All that there is of somebody's second factor."""
