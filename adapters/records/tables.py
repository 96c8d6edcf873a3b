"""Tables of readings' way: receipts, quarantine, progress, verdicts, findings, models, changes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    Float,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from adapters.records.base import AppendOnly, Base, Scoped


class ReceiptRow(Base):
    """What is settled of one boot of a gateway; ``changed`` is system time. [ms]"""

    __tablename__ = "receipt"

    gateway: Mapped[str] = mapped_column(String(63), primary_key=True)
    boot: Mapped[str] = mapped_column(String(63), primary_key=True)
    upto: Mapped[int] = mapped_column(default=0)
    seen: Mapped[int] = mapped_column(default=0)
    holes: Mapped[list[list[int]]] = mapped_column(JSON, default=list)
    changed: Mapped[int] = mapped_column(default=0)


class DiscardRow(Base):
    """A range that an edge had to drop and said so: lost, by policy."""

    __tablename__ = "discard"

    gateway: Mapped[str] = mapped_column(String(63), primary_key=True)
    boot: Mapped[str] = mapped_column(String(63), primary_key=True)
    first: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class QuarantineRow(Base):
    """Something refused, with its payload and reason; ``key`` keeps a repeat from doubling it.

    What strangers wrote has no length here: PostgreSQL would refuse what is longer.

    Attributes:
        state: ``open``, ``asked`` (to be replayed), ``settled``.
        stored: Readings of it that a replay has stored.
        tries: Replays so far; ``said`` is why the last one did not settle it.
        by: Who asked or settled last; ``at`` is when, by the run clock. [ms]
        how: ``replayed`` or ``dismissed``, once settled.
        mends: What people said that it should have been, each with who and when; the
            payload stays as it came.
    """

    __tablename__ = "quarantine"
    __table_args__ = (
        Index("ix_quarantine_reason_received", "reason", "received"),
        Index("ix_quarantine_received", "received"),
        Index("ix_quarantine_state", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    gateway: Mapped[str] = mapped_column(Text, index=True)
    topic: Mapped[str] = mapped_column(Text)
    payload: Mapped[bytes] = mapped_column(LargeBinary)
    reason: Mapped[str] = mapped_column(Text)
    detail: Mapped[str] = mapped_column(Text)
    readings: Mapped[int]
    received: Mapped[int]
    boot: Mapped[str | None] = mapped_column(Text)
    seq: Mapped[int | None]
    point: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(8), default="open")
    stored: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)
    said: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[str] = mapped_column(String(64), default="")
    at: Mapped[int | None]
    how: Mapped[str] = mapped_column(String(12), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    mends: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)


class QuarantinePointRow(Base):
    """Readings of one point in an entry, by the entry's key."""

    __tablename__ = "quarantine_point"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    point: Mapped[str] = mapped_column(String(200), primary_key=True, index=True)
    readings: Mapped[int]


class PurgeRow(AppendOnly, Base):
    """What was removed from quarantine by age, by reason and gateway: counted for good.

    Attributes:
        before: Entries received before it went. [ms]
        unstored: Readings that went without ever being stored.
    """

    __tablename__ = "quarantine_purge"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[int]
    actor: Mapped[str] = mapped_column(String(64))
    before: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    gateway: Mapped[str] = mapped_column(Text)
    entries: Mapped[int]
    readings: Mapped[int]
    unstored: Mapped[int]


class MeterEventRow(Scoped, Base):
    """Something that happened to a register (core/meters.py).

    Attributes:
        at: First read of the new level, or when it is said to have happened. [ms]
        version: Raised by every change; who decides names the one that they saw.
        derived: Whether the use of the register shows what was decided.
        history: Who did what when: nothing is ever taken out of it.
    """

    __tablename__ = "meter_event"
    __table_args__ = (
        UniqueConstraint("point", "at"),
        Index("ix_meter_event_state", "state"),
        Index("ix_meter_event_derived", "derived"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    point: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(12))
    at: Mapped[int]
    before_at: Mapped[int | None]
    before: Mapped[float | None] = mapped_column(Float)
    first: Mapped[float | None] = mapped_column(Float)
    closing: Mapped[float | None] = mapped_column(Float)
    opening: Mapped[float | None] = mapped_column(Float)
    exact: Mapped[bool] = mapped_column(default=True)
    evidence: Mapped[dict[str, float]] = mapped_column(JSON, default=dict)
    history: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    version: Mapped[int] = mapped_column(default=1)
    derived: Mapped[bool] = mapped_column(default=True)


class GatewayHealthRow(Base):
    """What a gateway said last of itself, and what came from it since it was first heard.

    Attributes:
        said: Its health message (docs/wire-contract.md).
        said_at: When that came, run clock. [ms]
        clock_offset: Its clock less ours at its last live batch. [ms]
        twins: Times that two of its boots were live at once.
        deferred: Batches that came above its rate and were left to its outbox.
        over_at: When it last sent faster than it may, run clock. [ms]
    """

    __tablename__ = "gateway_health"

    gateway: Mapped[str] = mapped_column(String(63), primary_key=True)
    said: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    said_at: Mapped[int | None]
    clock_offset: Mapped[int | None]
    twins: Mapped[int] = mapped_column(default=0)
    batches: Mapped[int] = mapped_column(default=0)
    readings: Mapped[int] = mapped_column(default=0)
    quarantined: Mapped[int] = mapped_column(default=0)
    duplicates: Mapped[int] = mapped_column(default=0)
    discarded: Mapped[int] = mapped_column(default=0)
    deferred: Mapped[int] = mapped_column(default=0)
    over_at: Mapped[int | None]


class GatewayRow(Base):
    """How far a gateway's data goes."""

    __tablename__ = "gateway_progress"

    gateway: Mapped[str] = mapped_column(String(63), primary_key=True)
    newest: Mapped[int]
    oldest_unsent: Mapped[int | None]
    heard: Mapped[int]
    state: Mapped[str] = mapped_column(String(16))


class ClockRow(Base):
    """What a gateway's clock was ahead of ours for a while. [ms]"""

    __tablename__ = "gateway_clock"

    gateway: Mapped[str] = mapped_column(String(63), primary_key=True)
    since: Mapped[int] = mapped_column(primary_key=True)
    until: Mapped[int] = mapped_column(index=True)
    ahead: Mapped[int]


class LateRow(Base):
    """A range to be judged again; no id is ever used twice. [ms]"""

    __tablename__ = "late_range"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    point: Mapped[str] = mapped_column(Text, index=True)
    start: Mapped[int]
    end: Mapped[int]


class RunRow(Scoped, Base):
    """A run of equal verdicts; an empty ``good`` or ``margin`` is NaN."""

    __tablename__ = "verdict_run"
    __table_args__ = (Index("ix_verdict_run_rule_target_end", "rule", "target", "end"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    rule: Mapped[str] = mapped_column(String(16))
    target: Mapped[str] = mapped_column(String(200))
    start: Mapped[int]
    end: Mapped[int]
    verdict: Mapped[int]
    mode: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(String(40))
    good: Mapped[float | None] = mapped_column(Float)
    waste: Mapped[dict[str, float] | None] = mapped_column(JSON)
    margin: Mapped[float | None] = mapped_column(Float)
    building: Mapped[str] = mapped_column(String(64))  # no index: it is the largest table


class JudgedRow(Scoped, Base):
    """Up to where verdicts of a rule and target stand."""

    __tablename__ = "judged_until"

    rule: Mapped[str] = mapped_column(String(16), primary_key=True)
    target: Mapped[str] = mapped_column(String(200), primary_key=True)
    until: Mapped[int]
    building: Mapped[str] = mapped_column(String(64))


class FindingRow(Scoped, Base):
    """A finding; ``body`` is the whole of it, the columns are what is searched by."""

    __tablename__ = "finding"
    __table_args__ = (Index("ix_finding_rule_target_last", "rule", "target", "last"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    rule: Mapped[str] = mapped_column(String(16))
    target: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(16), index=True)
    revision: Mapped[int]
    onset: Mapped[int]
    last: Mapped[int]
    cleared: Mapped[int | None]
    money_per_day: Mapped[float | None] = mapped_column(Float)
    body: Mapped[bytes] = mapped_column(LargeBinary)


class ModelRow(Base):
    """A version of the site model that was in force from a run time on."""

    __tablename__ = "site_model"

    version: Mapped[str] = mapped_column(String(64), primary_key=True)
    site: Mapped[str] = mapped_column(String(63))
    since: Mapped[int]
    compiled: Mapped[bytes] = mapped_column(LargeBinary)


class ChangeRow(Scoped, Base):
    """Something people look at has changed; written with it, read by the live streams.

    ``seq`` rises in the order of commits: whoever has seen one has missed none before it.
    """

    __tablename__ = "change"
    __table_args__ = ({"sqlite_autoincrement": True},)

    seq: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[int]
    kind: Mapped[str] = mapped_column(String(24))
    ref: Mapped[str] = mapped_column(String(200))
    payload: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class IdempotencyRow(Base):
    """An answer that was given, so that a repeat of the request gets the same one."""

    __tablename__ = "idempotency"

    actor: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    body: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    at: Mapped[int]


class AuditRow(AppendOnly, Base):
    """Who did what to the system itself; the database too refuses to change it."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[int]
    actor: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(64))
    detail: Mapped[str] = mapped_column(Text, default="")


class PersonRow(Base):
    """Somebody with a log-in; ``whole_campus`` or the buildings of :class:`ScopeRow`.

    Attributes:
        firm: A contractor: never logs in, is never on call, comes by a link to one order.
    """

    __tablename__ = "person"

    login: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(String(16))
    language: Mapped[str] = mapped_column(String(16), default="en")
    mail: Mapped[str] = mapped_column(String(200), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    whole_campus: Mapped[bool] = mapped_column(default=True)
    active: Mapped[bool] = mapped_column(default=True)
    trades: Mapped[str] = mapped_column(String(16), default="")
    firm: Mapped[bool] = mapped_column(default=False)
    password: Mapped[str | None] = mapped_column(String(200))


class ScopeRow(Base):
    """A building that a person may see."""

    __tablename__ = "person_building"

    login: Mapped[str] = mapped_column(
        ForeignKey("person.login", ondelete="CASCADE"), primary_key=True
    )
    building: Mapped[str] = mapped_column(String(64), primary_key=True)


class ShiftRow(Base):
    """Hours on call for a trade, site time; an empty building is the whole campus."""

    __tablename__ = "shift"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(ForeignKey("person.login", ondelete="CASCADE"), index=True)
    trade: Mapped[str] = mapped_column(String(1))
    building: Mapped[str] = mapped_column(String(64), default="")
    start: Mapped[int]
    end: Mapped[int]
    weekdays: Mapped[str] = mapped_column(String(7))
    preference: Mapped[int]


class LeaveRow(Base):
    """Time in which somebody is not called, run clock. [ms]

    Attributes:
        substitute: Who is called in their place, or empty.
    """

    __tablename__ = "leave"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(ForeignKey("person.login", ondelete="CASCADE"), index=True)
    start: Mapped[int]
    end: Mapped[int]
    note: Mapped[str] = mapped_column(Text, default="")
    substitute: Mapped[str] = mapped_column(String(64), default="")


class LoginRow(Base):
    """A log-in session, by the hash of its secret; times are system time. [ms]"""

    __tablename__ = "login_session"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    login: Mapped[str] = mapped_column(ForeignKey("person.login", ondelete="CASCADE"), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    created: Mapped[int]
    seen: Mapped[int]
    until: Mapped[int | None]
    """When it ends whatever is done with it: one by PIN ends with the shift."""
    half: Mapped[bool] = mapped_column(default=False, server_default=false())
    """The password was right, and the second factor is still to come: it opens nothing yet."""


class AttemptRow(Base):
    """Failed log-ins by account or address, for the throttle; system time. [ms]"""

    __tablename__ = "login_attempt"

    subject: Mapped[str] = mapped_column(String(200), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    until: Mapped[int] = mapped_column(default=0)
    last: Mapped[int] = mapped_column(default=0)


class KeyRow(Base):
    """An API key: its secret as a hash, its role and scope, until when; system time. [ms]"""

    __tablename__ = "api_key"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    hash: Mapped[str] = mapped_column(String(64))
    login: Mapped[str] = mapped_column(ForeignKey("person.login", ondelete="CASCADE"), index=True)
    expires: Mapped[int]
    used: Mapped[int | None]
