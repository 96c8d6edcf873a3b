"""Tables of the ledger: plans, days booked, cells that nothing is booked from twice, nodes above.

What is booked is written once: who was wrong writes a counter-entry. Each day's entry carries
the digest of the one before, so that a changed or a missing one shows.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    event,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from adapters.records.base import AppendOnly, Base, Scoped
from adapters.records.guarding import on_dialect
from adapters.records.orders import OfOrder


class PlanRow(OfOrder, AppendOnly, Base):
    """How a repair will be measured; the last one frozen before *done* counts.

    Attributes:
        seq: Within the order.
        onset: Of the fault. [ms]
        carriers: That it speaks of.
        boundary: Cell by carrier.
        key: The parameter that the repair changes.
        detail: Window, levels, drivers and what is uncertain, as :mod:`analytics.savings.plan`
            writes them; empty where nothing can be said.
        hash: Of the detail.
        why: Why nothing can be said; empty where something can.
        scene: Hash of what the model says of asset and hours: another one freezes the booking.
        frozen_at: Run clock. [ms]
        expected: The finding's estimate a day, by carrier.
    """

    __tablename__ = "mv_plan"
    __table_args__ = (UniqueConstraint("order_id", "seq"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("work_order.id"))
    seq: Mapped[int]
    rule: Mapped[str] = mapped_column(String(16))
    target: Mapped[str] = mapped_column(String(120))
    family: Mapped[str] = mapped_column(String(64))
    option: Mapped[str] = mapped_column(String(1))
    onset: Mapped[int]
    carriers: Mapped[list[str]] = mapped_column(JSON)
    boundary: Mapped[dict[str, str]] = mapped_column(JSON)
    key: Mapped[str] = mapped_column(String(200))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    hash: Mapped[str] = mapped_column(String(64))
    why: Mapped[str] = mapped_column(String(40), default="")
    scene: Mapped[str] = mapped_column(String(64))
    frozen_at: Mapped[int]
    expected: Mapped[dict[str, float]] = mapped_column(JSON)


class AccountRow(OfOrder, Base):
    """How far the booking of one repair is; one a *done*.

    Attributes:
        plan_id: What it is held against; None where none was frozen in time.
        state: ``provisional``, ``verified``, ``ended`` or ``reversed``.
        first: First whole local day after *done*.
        until: Last day that counts.
        until_why: What says so.
        next: The next day to be booked.
        ended_why: Why nothing more is booked; empty while it goes on.
        lost: Days on end without enough data.
    """

    __tablename__ = "mv_account"
    __table_args__ = (UniqueConstraint("order_id", "done_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("work_order.id"))
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("mv_plan.id"))
    done_at: Mapped[int]
    state: Mapped[str] = mapped_column(String(16))
    first: Mapped[str] = mapped_column(String(10))
    until: Mapped[str] = mapped_column(String(10))
    until_why: Mapped[str] = mapped_column(String(24))
    next: Mapped[str] = mapped_column(String(10))
    ended_why: Mapped[str] = mapped_column(String(40), default="")
    lost: Mapped[int] = mapped_column(default=0)


class DayRow(OfOrder, AppendOnly, Base):
    """One day's saving of one carrier, or what takes an earlier entry back. Written once.

    Attributes:
        day: Local.
        counterfactual: What would have been used of it. [kWh, m³]
        actual: What was. [kWh, m³]
        saving: Signed; of a counter-entry the opposite of what it takes back. [kWh, m³]
        hours: Exposure of the day; none where a switchback says it, whose half-width all such
            days share. [h]
        u: Half-width of the day's own part, 90 %. [kWh, m³]
        state: ``provisional``, ``verified``, ``reversed``, ``disputed`` or ``not_estimable``.
        why: Of the last two, and of a reversal.
        price: Money for a unit, and since when that price is; None where there is none.
        factor: kgCO₂ for a unit, and since when.
        revision: Raised for a day and carrier that is booked anew.
        previous: Digest of the entry before it in the ledger.
        digest: Of this entry and the one before.
    """

    __tablename__ = "mv_day"
    __table_args__ = (
        Index("ix_mv_day_account_day", "account_id", "day"),
        Index("ix_mv_day_state_day", "state", "day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("mv_account.id"))
    order_id: Mapped[str] = mapped_column(ForeignKey("work_order.id"), index=True)
    at: Mapped[int]
    day: Mapped[str] = mapped_column(String(10))
    carrier: Mapped[str] = mapped_column(String(16))
    cell: Mapped[str] = mapped_column(String(120))
    counterfactual: Mapped[float]
    actual: Mapped[float]
    saving: Mapped[float]
    hours: Mapped[float]
    u: Mapped[float]
    state: Mapped[str] = mapped_column(String(16))
    why: Mapped[str] = mapped_column(String(40), default="")
    price: Mapped[float | None]
    price_from: Mapped[int | None]
    factor: Mapped[float | None]
    factor_from: Mapped[int | None]
    revision: Mapped[int]
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64), unique=True)


class CellDayRow(Scoped, Base):
    """What is booked out of one meter on one day; the database refuses more than was there.

    Attributes:
        booked: Running total of all orders. [kWh, m³]
        counterfactual: The most that would have been used without any repair, at 95 %: its
            baseline on this day and the half-width. [kWh, m³]
    """

    __tablename__ = "cell_day"
    __table_args__ = (CheckConstraint("booked <= counterfactual", name="never_more_than_used"),)

    cell: Mapped[str] = mapped_column(String(120), primary_key=True)
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    carrier: Mapped[str] = mapped_column(String(16), primary_key=True)
    booked: Mapped[float] = mapped_column(default=0.0)
    counterfactual: Mapped[float]


class NodeRow(Scoped, Base):
    """A meter above what is booked, and whether it can have seen all that.

    Attributes:
        since: First day that anything below it was booked for.
        upto: Last day reconciled.
        booked: Σ below it. [kWh, m³]
        drop: Its baseline less what it measured, over the same days. [kWh, m³]
        u: Half-width of the drop, 90 %. [kWh, m³]
        excess: Booked beyond drop and half-width: leaves the totals. [kWh, m³]
        state: ``agrees``, ``disputed`` or ``unknown``, where its baseline says too little.
        adjusted_booked: Σ below it without what non-routine events changed, where there are any
            that count; the others the same way. [kWh, m³]
    """

    __tablename__ = "mv_node"

    meter: Mapped[str] = mapped_column(String(120), primary_key=True)
    carrier: Mapped[str] = mapped_column(String(16), primary_key=True)
    since: Mapped[str] = mapped_column(String(10))
    upto: Mapped[str] = mapped_column(String(10))
    booked: Mapped[float]
    drop: Mapped[float]
    u: Mapped[float]
    excess: Mapped[float]
    state: Mapped[str] = mapped_column(String(16))
    adjusted_booked: Mapped[float | None]
    adjusted_drop: Mapped[float | None]
    adjusted_u: Mapped[float | None]
    adjusted_excess: Mapped[float | None]


class PlaceboRow(Base):
    """What the same reckoning says where nothing was repaired; one line a carrier and run."""

    __tablename__ = "mv_placebo"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[int]
    carrier: Mapped[str] = mapped_column(String(16))
    runs: Mapped[int]
    mean: Mapped[float]
    """Of all runs, of the use of their cells. [1]"""
    coverage: Mapped[float]
    """Share of the runs whose interval holds nothing saved. [1]"""


APPEND_ONLY = {
    "sqlite": (
        "CREATE TRIGGER {table}_{verb} BEFORE {VERB} ON {table} "
        "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    ),
    "postgresql": "CREATE RULE {table}_{verb} AS ON {VERB} TO {table} DO INSTEAD NOTHING",
}
"""The database's own guard by dialect; migrations use it too."""

GUARDED = ("mv_plan", "mv_day")


def guards(dialect: str) -> list[str]:
    """Statements that keep plans and days as they were written."""
    return [
        APPEND_ONLY[dialect].format(table=table, verb=verb, VERB=verb.upper())
        for table in GUARDED
        for verb in ("update", "delete")
        if dialect in APPEND_ONLY
    ]


def _guard() -> None:
    for row in (PlanRow, DayRow):
        table = row.__tablename__
        for dialect, statement in APPEND_ONLY.items():
            for verb in ("update", "delete"):
                said = text(statement.format(table=table, verb=verb, VERB=verb.upper()))
                event.listen(row.__table__, "after_create", on_dialect(dialect, said))


_guard()
