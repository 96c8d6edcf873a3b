"""Tables of what people say to the ledger: events beside a repair, and switchbacks of a desk fix.

All are written once. Each row of events carries the digest of the one before it in its table, as
the days of the ledger do, so that a changed or a missing one shows.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint, event, text
from sqlalchemy.orm import Mapped, mapped_column

from adapters.records.base import AppendOnly, Base, Scoped
from adapters.records.guarding import on_dialect
from adapters.records.ledger import APPEND_ONLY
from adapters.records.orders import OfOrder


class LedgerEventRow(AppendOnly, Scoped, Base):
    """Something that changed what is used at a place, for other reasons than a repair.

    Attributes:
        place: A meter or an asset.
        first: Local day from which it acts.
        last: The last one.
        per_day: What it adds to a day's use; negative where it takes off. [kWh, m³]
        u: Half-width of that, 90 %. [kWh, m³]
        words: What changed.
        document: Where that is written down.
        source: ``stated`` by a person, or ``estimated`` from a meter without an order.
        evidence: Of an estimate: which meter, which days, how many.
        by: Who entered it.
        at: When, run clock. [ms]
    """

    __tablename__ = "mv_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[str] = mapped_column(String(120))
    carrier: Mapped[str] = mapped_column(String(16))
    first: Mapped[str] = mapped_column(String(10))
    last: Mapped[str] = mapped_column(String(10))
    per_day: Mapped[float]
    u: Mapped[float]
    words: Mapped[str] = mapped_column(String(500))
    document: Mapped[str] = mapped_column(String(200))
    source: Mapped[str] = mapped_column(String(12))
    evidence: Mapped[dict[str, Any]] = mapped_column(JSON)
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[int]
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64), unique=True)


class LedgerEventStepRow(AppendOnly, Scoped, Base):
    """What was said of an event: confirmed or refused, then perhaps undone.

    Attributes:
        seq: 1 for the decision, 2 for what takes it back; each is said once.
        what: ``confirmed``, ``refused`` or ``undone``.
        event_digest: Of the event as it was when this was said of it.
    """

    __tablename__ = "mv_event_step"
    __table_args__ = (UniqueConstraint("event_id", "seq"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("mv_event.id"))
    event_digest: Mapped[str] = mapped_column(String(64))
    seq: Mapped[int]
    what: Mapped[str] = mapped_column(String(12))
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[int]
    reason: Mapped[str] = mapped_column(String(500))
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64), unique=True)


class SwitchbackRow(OfOrder, AppendOnly, Base):
    """What was said of switching an order's fix off and on: accepted or declined, then stopped.

    Attributes:
        seq: Within the order; each is said once.
        what: ``accepted``, ``declined`` or ``stopped``.
        detail: Of an accepted one: seed, pairs, spells with their days.
        mute: That keeps the off days from opening orders.
    """

    __tablename__ = "mv_switchback"
    __table_args__ = (UniqueConstraint("order_id", "seq"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("work_order.id"))
    seq: Mapped[int]
    what: Mapped[str] = mapped_column(String(12))
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[int]
    reason: Mapped[str] = mapped_column(String(500))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    mute: Mapped[int | None]


def _guard() -> None:
    for row in (LedgerEventRow, LedgerEventStepRow, SwitchbackRow):
        table = row.__tablename__
        for dialect, statement in APPEND_ONLY.items():
            for verb in ("update", "delete"):
                said = text(statement.format(table=table, verb=verb, VERB=verb.upper()))
                event.listen(row.__table__, "after_create", on_dialect(dialect, said))


_guard()
