"""Tables of work orders: the order, what was done to it, its findings, clocks and watches."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    Enum,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    event,
    text,
    true,
)
from sqlalchemy.orm import Mapped, Mapper, declared_attr, mapped_column, relationship

from adapters.records.base import Base, Scoped
from adapters.records.guarding import on_dialect
from core.errors import Fatal
from core.words import (
    CancelReason,
    HoldReason,
    OrderState,
    Origin,
    Outcome,
    Priority,
    ProofKind,
    Trade,
)

OPEN = text("closed_at IS NULL")
"""What the database itself checks one-order-a-cause by."""


UNMARKED = text("marked < marking")
UNTOLD = text("marked < revision")
"""What dashboards have not heard of yet: few of very many rows, asked for at every step."""

_SORTED = ("priority", "score", "opened_at", "id", "assignee")
"""What a queue is sorted and chosen by."""

CAME_BACK = text("recurrence_of IS NOT NULL")
"""Few of very many: an assessment asks for them alone."""

RUNNING = text("met_at IS NULL")
"""Promises that are not kept yet."""


def _word(words: type[StrEnum]) -> Enum:
    """A column that holds a word's value and gives the word back."""
    return Enum(
        words,
        native_enum=False,
        create_constraint=False,
        length=16,
        values_callable=lambda cls: [word.value for word in cls],
    )


class OrderNumber(Base):
    """The last number given in a year; locked while the next is taken."""

    __tablename__ = "order_number"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(default=0)


class Order(Scoped, Base):
    """A work order as it stands now; how it came to be so is in :class:`OrderEvent`.

    Attributes:
        id: The number people say: ``WO-2026-0001``.
        cause: Asset and fault family; one open order has it.
        rule: Of the finding that is worst so far.
        skill: Trade it is sent to: the rule's, another after two refused repairs.
        waste_raised: Its priority was raised by cost alone, so its clock keeps office hours.
        version: Raised by every step a person can see; a form of an older one is stale.
        marking: Raised with every change; ``marked`` is what dashboards have of it.
        told: What people were told once and need not hear every step.
        tried: Log-ins that had it and did not answer or did not mend it.
        opened_at: When its clocks began. [ms]
        repaired_by: Who said done last; never the one who closes it.
        lowered_from: Priority from which a person lowered it; what is no worse leaves it there.
        withdrawn_at: When late data took all its findings back. [ms]
        cleared_at: When all its findings had cleared by themselves. [ms]
    """

    __tablename__ = "work_order"
    __table_args__ = (
        Index("uq_work_order_open_cause", "cause", unique=True, sqlite_where=OPEN,
              postgresql_where=OPEN),
        Index("ix_work_order_cause_closed", "cause", "closed_at"),
        # All that sorts a queue stands in these: no order is read to find the first of them.
        Index("ix_work_order_closed", "closed_at", *_SORTED, "building"),
        Index("ix_work_order_building_closed", "building", "closed_at", *_SORTED),
        Index("ix_work_order_rule_closed", "rule", "closed_at"),
        Index("ix_work_order_family", "family", "opened_at"),
        Index("ix_work_order_tally", "building", "state", "outcome", "refusals"),
        Index("ix_work_order_building_opened", "building", "opened_at"),
        Index("ix_work_order_unmarked", "id", sqlite_where=UNMARKED, postgresql_where=UNMARKED),
        Index("ix_work_order_state_assignee", "state", "assignee"),
        Index("ix_work_order_came_back", "recurrence_of", "opened_at", sqlite_where=CAME_BACK,
              postgresql_where=CAME_BACK),
    )  # fmt: skip

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    origin: Mapped[Origin] = mapped_column(_word(Origin))
    cause: Mapped[str] = mapped_column(String(200))
    asset: Mapped[str] = mapped_column(String(120), index=True)
    family: Mapped[str] = mapped_column(String(64))
    rule: Mapped[str] = mapped_column(String(16), index=True)
    target: Mapped[str] = mapped_column(String(120))
    trade: Mapped[Trade] = mapped_column(_word(Trade))
    skill: Mapped[Trade] = mapped_column(_word(Trade))
    proof: Mapped[ProofKind] = mapped_column(_word(ProofKind))
    title: Mapped[dict[str, Any]] = mapped_column(JSON)
    explanation: Mapped[dict[str, Any]] = mapped_column(JSON)
    severity: Mapped[int]
    priority: Mapped[int] = mapped_column(default=Priority.P4)
    lowered_from: Mapped[int | None]
    reasons: Mapped[list[str]] = mapped_column(JSON, default=list)
    told: Mapped[list[str]] = mapped_column(JSON, default=list)
    waste_raised: Mapped[bool] = mapped_column(default=False)
    state: Mapped[OrderState] = mapped_column(_word(OrderState), default=OrderState.NEW)
    version: Mapped[int] = mapped_column(default=1)
    marking: Mapped[int] = mapped_column(default=1)
    marked: Mapped[int] = mapped_column(default=0)
    attempt: Mapped[int] = mapped_column(default=1)
    refusals: Mapped[int] = mapped_column(default=0)
    assignee: Mapped[str | None] = mapped_column(String(64))
    tried: Mapped[list[str]] = mapped_column(JSON, default=list)
    count: Mapped[int] = mapped_column(default=1)
    first_seen: Mapped[int]
    last_seen: Mapped[int]
    opened_at: Mapped[int]
    changed_at: Mapped[int]
    assigned_at: Mapped[int | None]
    acknowledged_at: Mapped[int | None]
    arrived_at: Mapped[int | None]
    done_at: Mapped[int | None]
    repaired_by: Mapped[str | None] = mapped_column(String(64))
    closed_at: Mapped[int | None]
    closed_by: Mapped[str | None] = mapped_column(String(64))
    outcome: Mapped[Outcome | None] = mapped_column(_word(Outcome))
    cancel_reason: Mapped[CancelReason | None] = mapped_column(_word(CancelReason))
    risk_until: Mapped[int | None]
    hold_reason: Mapped[HoldReason | None] = mapped_column(_word(HoldReason))
    hold_until: Mapped[int | None]
    withdrawn_at: Mapped[int | None]
    cleared_at: Mapped[int | None]
    recurrence_of: Mapped[str | None] = mapped_column(String(24))
    effort_min: Mapped[int]
    minutes: Mapped[int] = mapped_column(default=0)
    cause_code: Mapped[str | None] = mapped_column(String(64))
    waste_per_day: Mapped[float] = mapped_column(default=0.0)
    value_per_day: Mapped[float] = mapped_column(default=0.0)
    score: Mapped[float] = mapped_column(default=0.0)
    terms: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)


class OfOrder(Scoped):
    """Mixin of rows that belong to an order; they are written after it."""

    # Never read: it only tells the session in which order to write.
    @declared_attr
    def order(self) -> Mapped[Order]:
        """Their order."""
        return relationship(Order, lazy="raise")


class OrderEvent(OfOrder, Base):
    """One step in the life of an order. Written once, never changed, never removed."""

    __tablename__ = "order_event"
    __table_args__ = (
        UniqueConstraint("order_id", "seq"),
        # An assessment reads who came when off the index alone, not off a million rows.
        Index("ix_order_event_command_at", "command", "at", "order_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("work_order.id"))
    seq: Mapped[int]
    at: Mapped[int] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(64))
    command: Mapped[str] = mapped_column(String(24))
    from_state: Mapped[OrderState] = mapped_column(_word(OrderState))
    to_state: Mapped[OrderState] = mapped_column(_word(OrderState))
    note: Mapped[str] = mapped_column(String(4000), default="")
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class OrderFinding(OfOrder, Base):
    """A finding that an order stands for, with what triage and dashboards need of it."""

    __tablename__ = "order_finding"
    __table_args__ = (
        Index("ix_order_finding_untold", "finding_id", sqlite_where=UNTOLD,
              postgresql_where=UNTOLD),
    )  # fmt: skip

    finding_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("work_order.id"), primary_key=True, index=True)
    revision: Mapped[int]
    state: Mapped[str] = mapped_column(String(16))
    rule: Mapped[str] = mapped_column(String(16))
    target: Mapped[str] = mapped_column(String(120))
    severity: Mapped[int]
    onset: Mapped[int]
    opened: Mapped[int]
    last: Mapped[int]
    changed_at: Mapped[int]
    confidence: Mapped[float]
    money_per_day: Mapped[float]
    comfort_hours: Mapped[float] = mapped_column(default=0.0)
    service_hours: Mapped[float] = mapped_column(default=0.0)
    title: Mapped[str] = mapped_column(String(1000))
    marked: Mapped[int] = mapped_column(default=0)


class OrderClock(OfOrder, Base):
    """A time promised for an order. A worse finding adds clocks; the first ones are kept.

    Attributes:
        kind: ``acknowledge``, ``arrive`` or ``restore``.
        always: Runs day and night; else by the work calendar.
        minutes: Of the clock, from start to due. [min]
        rung: How many steps of the escalation were taken.
        breached_at: When it was due and not met; never taken back. [ms]
    """

    __tablename__ = "order_clock"
    __table_args__ = (
        Index("ix_order_clock_running", "order_id", sqlite_where=RUNNING,
              postgresql_where=RUNNING),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("work_order.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    priority: Mapped[int]
    always: Mapped[bool]
    started_at: Mapped[int]
    minutes: Mapped[int]
    due_at: Mapped[int]
    met_at: Mapped[int | None]
    breached_at: Mapped[int | None]
    rung: Mapped[int] = mapped_column(default=0)


class OrderPause(OfOrder, Base):
    """A stretch of hold that stops the clock to restore."""

    __tablename__ = "order_pause"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("work_order.id"), index=True)
    reason: Mapped[HoldReason] = mapped_column(_word(HoldReason))
    who: Mapped[str] = mapped_column(String(200))
    start: Mapped[int]
    end: Mapped[int | None]


class Watch(OfOrder, Base):
    """What the telemetry says of one repair, by rule and target; one a *done*.

    Attributes:
        outcome: Last answer of the proof; ``waiting`` until it was asked.
        judged_until: Up to where verdicts stood when it was asked. [ms]
    """

    __tablename__ = "order_watch"
    __table_args__ = (UniqueConstraint("order_id", "done_at", "rule", "target"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("work_order.id"))
    rule: Mapped[str] = mapped_column(String(16))
    target: Mapped[str] = mapped_column(String(120))
    done_at: Mapped[int]
    outcome: Mapped[str] = mapped_column(String(16), default="waiting")
    asked_at: Mapped[int | None]
    judged_until: Mapped[int | None]
    exposures: Mapped[int] = mapped_column(default=0)
    needed: Mapped[int] = mapped_column(default=0)
    clear_since: Mapped[int | None]
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class Notification(OfOrder, Base):
    """A message owed to a person: written with the step it tells of, sent at least once.

    Attributes:
        key: The same for every sending of one message; receivers may drop repeats by it.
        order_id: None where it is of no order: a channel that is dead.
        person: A log-in, or ``@`` and the name of a group.
        way: ``ring`` where it may only go by telephone, else any way.
        copied: Whether groups and telephones that it also goes to have rows of their own.
        held: ``quiet`` or ``digest`` while it waits for an hour, not for a server.
        next_at: Not before this system time. [ms]
        state: ``waiting``, ``sent``, ``failed``, or ``moot`` where nobody needs it any more.
    """

    __tablename__ = "notification"
    __table_args__ = (Index("ix_notification_due", "state", "next_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(160), unique=True)
    order_id: Mapped[str | None] = mapped_column(ForeignKey("work_order.id"), index=True)
    person: Mapped[str] = mapped_column(String(64), index=True)
    way: Mapped[str] = mapped_column(String(8), default="", server_default="")
    copied: Mapped[bool] = mapped_column(default=False, server_default=true())
    held: Mapped[str | None] = mapped_column(String(8))
    kind: Mapped[str] = mapped_column(String(24))
    priority: Mapped[int]
    text: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[int]
    state: Mapped[str] = mapped_column(String(8), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[int] = mapped_column(default=0)
    first_try_at: Mapped[int | None]
    sent_at: Mapped[int | None]
    channel: Mapped[str | None] = mapped_column(String(40))
    error: Mapped[str | None] = mapped_column(String(1000))


def _refuse(_mapper: Mapper[OrderEvent], _connection: object, row: OrderEvent) -> None:
    raise Fatal(f"event {row.seq} of order {row.order_id} is written once and for all")


event.listen(OrderEvent, "before_update", _refuse)
event.listen(OrderEvent, "before_delete", _refuse)

APPEND_ONLY = {
    "sqlite": (
        "CREATE TRIGGER order_event_{verb} BEFORE {VERB} ON order_event "
        "BEGIN SELECT RAISE(ABORT, 'order_event is append-only'); END"
    ),
    "postgresql": ("CREATE RULE order_event_{verb} AS ON {VERB} TO order_event DO INSTEAD NOTHING"),
}
"""The database's own guard by dialect, for ``{verb}`` update and delete; migrations use it too."""


def _guard() -> None:
    for dialect, statement in APPEND_ONLY.items():
        for verb in ("update", "delete"):
            guard = text(statement.format(verb=verb, VERB=verb.upper()))
            event.listen(OrderEvent.__table__, "after_create", on_dialect(dialect, guard))


_guard()
