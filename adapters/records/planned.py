"""Tables of planned work: occurrences, hours counted, checklists and answers, calendar keys.

An occurrence is one due date of one plan at one asset. The database holds each once, however
many processes notice it: what makes its order takes its row first.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, event, text
from sqlalchemy.orm import Mapped, mapped_column

from adapters.records.base import AppendOnly, Base, Scoped
from adapters.records.guarding import on_dialect
from adapters.records.orders import OfOrder


class PlannedAsset(Scoped, Base):
    """A plan at one asset, since it was first seen here.

    Attributes:
        since: When it was first seen; nothing that fell due earlier is missed. [ms]
        judged: Up to when occurrences were looked for; run clock. [ms]
        left_at: When the plan or its asset was no longer in the site model. [ms]
    """

    __tablename__ = "planned_asset"

    plan: Mapped[str] = mapped_column(String(40), primary_key=True)
    asset: Mapped[str] = mapped_column(String(120), primary_key=True)
    since: Mapped[int]
    judged: Mapped[int]
    left_at: Mapped[int | None]


class PlannedOccurrence(Scoped, Base):
    """One due date of a plan at an asset, and what became of it.

    Attributes:
        occurrence: The date it is for, or what it was counted from; never said twice.
        trigger: As :class:`core.plans.TriggerKind`.
        trade: Of the plan when it was made.
        due_at: End of the day on which it is due. [ms]
        miss_at: Not done by then it is missed. [ms]
        made_at: When it was noticed; run clock. [ms]
        order_id: The order that does it; of one that was absorbed, the order that was open.
        absorbed: The order of an earlier one was open still: no second one was made.
        done_at: When the crew said that it was done, once the order closed. [ms]
        missed_at: When it was missed; stays for good, though it be done later. [ms]
        note: ``muted``, ``maintenance`` or ``shutdown`` where that covers the day it is due.
        hours: Of running counted, for what is due by them. [h]
        unknown: Hours of those without data. [h]
    """

    __tablename__ = "planned_occurrence"
    __table_args__ = (
        UniqueConstraint("plan", "asset", "occurrence"),
        Index("ix_planned_occurrence_due", "due_at"),
        Index("ix_planned_occurrence_order", "order_id"),
        Index("ix_planned_occurrence_open", "done_at", "missed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    plan: Mapped[str] = mapped_column(String(40))
    asset: Mapped[str] = mapped_column(String(120))
    occurrence: Mapped[str] = mapped_column(String(40))
    trigger: Mapped[str] = mapped_column(String(12))
    trade: Mapped[str] = mapped_column(String(1))
    due_at: Mapped[int]
    miss_at: Mapped[int]
    made_at: Mapped[int]
    order_id: Mapped[str | None] = mapped_column(ForeignKey("work_order.id"))
    absorbed: Mapped[bool] = mapped_column(default=False)
    done_at: Mapped[int | None]
    missed_at: Mapped[int | None]
    note: Mapped[str] = mapped_column(String(16), default="")
    hours: Mapped[float | None]
    unknown: Mapped[float | None]


class PlannedDay(Scoped, Base):
    """What was counted of one local day; counted again while late readings may come.

    Attributes:
        ran_ms: Time that it ran, by what was read. [ms]
        unknown_ms: Time of the day that nothing was read of. [ms]
        crossed_at: When a watched condition had held long enough. [ms]
    """

    __tablename__ = "planned_day"

    plan: Mapped[str] = mapped_column(String(40), primary_key=True)
    asset: Mapped[str] = mapped_column(String(120), primary_key=True)
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    ran_ms: Mapped[int] = mapped_column(default=0)
    unknown_ms: Mapped[int] = mapped_column(default=0)
    crossed_at: Mapped[int | None]


class PlannedOrder(OfOrder, AppendOnly, Base):
    """What a planned order asks, as the plan was when it was made. Written once.

    Attributes:
        detail: Names, steps, parts and expected minutes.
    """

    __tablename__ = "planned_order"

    order_id: Mapped[str] = mapped_column(ForeignKey("work_order.id"), primary_key=True)
    plan: Mapped[str] = mapped_column(String(40), index=True)
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)


class PlannedAnswer(OfOrder, AppendOnly, Base):
    """An answer to a step of a checklist. Written once; the last one of a step counts.

    Attributes:
        attempt: Of the order: work that is sent back is answered anew.
        number: As it was read off.
        photo: Name of a photo of the order.
        within: Whether a number lies within its limits; else a note stands with it.
    """

    __tablename__ = "planned_answer"
    __table_args__ = (Index("ix_planned_answer_order", "order_id", "attempt"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("work_order.id"))
    attempt: Mapped[int]
    step: Mapped[str] = mapped_column(String(40))
    at: Mapped[int]
    by: Mapped[str] = mapped_column(String(64))
    number: Mapped[float | None]
    photo: Mapped[str] = mapped_column(String(32), default="")
    within: Mapped[bool] = mapped_column(default=True)
    note: Mapped[str] = mapped_column(String(1000), default="")


class FeedKey(Base):
    """A key that reads one person's planned work as a calendar, and nothing else.

    Attributes:
        login: Whose scope and trades it reads, as they are when it is used.
        trade: Of a crew; empty for the person's own.
        secret: Hash of what stands in the address.
        revoked_at: System time. [ms]
    """

    __tablename__ = "feed_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(ForeignKey("person.login", ondelete="CASCADE"), index=True)
    trade: Mapped[str] = mapped_column(String(1), default="")
    secret: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[int]
    revoked_at: Mapped[int | None]


GUARDS = {
    "sqlite": (
        "CREATE TRIGGER {table}_{verb} BEFORE {VERB} ON {table} "
        "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    ),
    "postgresql": "CREATE RULE {table}_{verb} AS ON {VERB} TO {table} DO INSTEAD NOTHING",
}
"""The database's own guard by dialect, for ``{verb}`` update and delete."""


def _guard() -> None:
    for kind in (PlannedOrder, PlannedAnswer):
        for dialect, statement in GUARDS.items():
            for verb in ("update", "delete"):
                guard = text(
                    statement.format(table=kind.__tablename__, verb=verb, VERB=verb.upper())
                )
                event.listen(kind.__table__, "after_create", on_dialect(dialect, guard))


_guard()
