"""Tables of what another person looks at again, of quotes, and of what was said of them."""

from __future__ import annotations

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint, event, text
from sqlalchemy.orm import Mapped, mapped_column

from adapters.records.base import AppendOnly, Base, Scoped
from adapters.records.guarding import on_dialect
from adapters.records.orders import APPEND_ONLY, OfOrder


class CheckRow(OfOrder, AppendOnly, Base):
    """A closed order that somebody else looks at again; drawn when it closed. Written once.

    Attributes:
        kind: ``inspection`` of a repair, ``audit`` of an order that ended without one.
        why: ``drawn`` or ``first`` (a contractor's first ones).
        subject: Log-in of whose work or decision it is.
        at: Run clock. [ms]
    """

    __tablename__ = "order_check"
    __table_args__ = (UniqueConstraint("order_id", "attempt", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("work_order.id"))
    attempt: Mapped[int]
    kind: Mapped[str] = mapped_column(String(12))
    why: Mapped[str] = mapped_column(String(8))
    subject: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[int]


class CheckResultRow(AppendOnly, Scoped, Base):
    """What was found. Written once."""

    __tablename__ = "order_check_result"

    id: Mapped[int] = mapped_column(primary_key=True)
    check_id: Mapped[int] = mapped_column(ForeignKey("order_check.id"), unique=True)
    at: Mapped[int]
    by: Mapped[str] = mapped_column(String(64))
    passed: Mapped[bool]
    note: Mapped[str] = mapped_column(String(2000))


class LotRow(AppendOnly, Base):
    """The secret of this installation by which lots are drawn: one row, never shown."""

    __tablename__ = "lot"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    secret: Mapped[str] = mapped_column(String(64))


class QuoteRow(OfOrder, AppendOnly, Base):
    """What a contractor asks for an order; the newest one of an order counts. Written once.

    Attributes:
        firm: Log-in of the contractor.
        amount: In the site's currency.
        entered_by: The firm's log-in where it came through its link.
        file_name: Of the paper; empty where there is none.
    """

    __tablename__ = "order_quote"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("work_order.id"), index=True)
    firm: Mapped[str] = mapped_column(String(64))
    amount: Mapped[float]
    words: Mapped[str] = mapped_column(String(2000), default="")
    entered_by: Mapped[str] = mapped_column(String(64))
    at: Mapped[int]
    file_name: Mapped[str] = mapped_column(String(120), default="")
    media: Mapped[str] = mapped_column(String(40), default="")
    data: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)


class QuoteSaidRow(AppendOnly, Scoped, Base):
    """That a quote was approved or refused. Written once.

    Attributes:
        total: Of all quotes that counted together then. [site currency]
    """

    __tablename__ = "order_quote_said"

    id: Mapped[int] = mapped_column(primary_key=True)
    quote_id: Mapped[int] = mapped_column(ForeignKey("order_quote.id"), unique=True)
    approved: Mapped[bool]
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[int]
    reason: Mapped[str] = mapped_column(String(500))
    total: Mapped[float]


def _guard() -> None:
    for row in (CheckRow, CheckResultRow, LotRow, QuoteRow, QuoteSaidRow):
        for dialect, said in APPEND_ONLY.items():
            for verb in ("update", "delete"):
                words = said.replace("order_event", row.__tablename__)
                guard = text(words.format(verb=verb, VERB=verb.upper()))
                event.listen(row.__table__, "after_create", on_dialect(dialect, guard))


_guard()
