"""Orders as people and programs see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.finding import Finding
from core.words import (
    CancelReason,
    HoldReason,
    OrderState,
    Origin,
    Outcome,
    Priority,
    ProofKind,
    Text,
    Trade,
)
from workorders.ranking import Term
from workorders.states import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class DueTime:
    """A promise.

    Attributes:
        kind: ``acknowledge``, ``arrive`` or ``restore``.
        due: [ms]; while a hold stops the clock it moves on.
        met: When it was kept, whether in time or late. [ms]
        breached: When it was missed. [ms]
    """

    kind: str
    priority: Priority
    started: int
    due: int
    met: int | None
    breached: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """An order in a list.

    Attributes:
        id: The number people say.
        person: Log-in of whom it belongs to; None while nobody has it.
        person_name: As shown.
        reasons: What raised the priority above the rule's severity.
        terms: What the value a day consists of. [site currency a day]
        score: Value a day over hours of work; the list's order within a priority.
        waste_per_day: Wasted now. [site currency a day]
        due: The next promise not yet kept.
        late: Whether a promise was missed.
        needs_signature: Telemetry cannot prove it; a person has to sign.
    """

    id: str
    version: int
    building: str
    asset: str
    rule: str
    target: str
    trade: Trade
    skill: Trade
    title: Text
    explanation: Text
    state: OrderState
    priority: Priority
    reasons: tuple[str, ...]
    person: str | None
    person_name: str
    attempt: int
    count: int
    opened_at: int
    assigned_at: int | None
    last_seen: int
    closed_at: int | None
    outcome: Outcome | None
    waste_per_day: float
    value_per_day: float
    effort_min: int
    score: float
    terms: tuple[Term, ...]
    due: DueTime | None
    late: bool
    withdrawn: bool
    cleared: bool
    needs_signature: bool
    recurrence_of: str | None
    allowed: tuple[Command, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of an order's history.

    Attributes:
        what: A command of a person or the system, or something that happened.
        data: What came with it: cause, minutes, reason, who, finding, watches…
    """

    at: int
    actor: str
    actor_name: str
    what: str
    before: OrderState
    after: OrderState
    note: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """What the next exposure waits for.

    Attributes:
        above: Outdoor air warmer than this; None where cold is no hindrance. [°C]
        below: Outdoor air colder than this; None where warmth is no hindrance. [°C]
        hours: For so long; 0 where no outdoor air is awaited. [h]
        lacks: What kept the last day from being one, as :class:`core.verdict.Reason`.
        known_until: Up to where a forecast is known; None where none is. [ms]
        forecast: When it says such air for long enough; (start, end). [ms]
        next_use: When the declared hours of use begin next, where they are awaited. [ms]
    """

    above: float | None
    below: float | None
    hours: float
    lacks: str
    known_until: int | None
    forecast: tuple[tuple[int, int], ...]
    next_use: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchView:
    """What telemetry says of the last repair, by rule and target.

    Attributes:
        outcome: As :class:`analytics.proof.ProofState`.
        awaited: What is still awaited, or what decided.
        needs: What the next exposure waits for; None where nothing is known to be missing.
        windows: Exposures or faults that decided. [ms]
    """

    rule: str
    target: str
    done_at: int
    outcome: str
    exposures: int
    needed: int
    clear_since: int | None
    awaited: Text
    windows: tuple[tuple[int, int], ...]
    needs: Awaited | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    """What the crew gave back with one *done*.

    Attributes:
        declared: It was read off paper by ``entered_by``, or off the phone of who did it.
        alarm: Whether the finding was true; None where nobody said.
        minutes: [min]
        parts: Number and name of each.
    """

    attempt: int
    at: int
    by: str
    declared: bool
    entered_by: str
    cause: str
    action: str
    alarm: bool | None
    minutes: int
    parts: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDetail:
    """An order with everything that is known of it.

    Attributes:
        row: As in the list.
        findings: The worst first; evidence, waste and references are theirs.
        history: The newest last.
    """

    row: OrderRow
    origin: Origin
    proof: ProofKind
    family: str
    cause_code: str | None
    minutes: int
    acknowledged_at: int | None
    arrived_at: int | None
    done_at: int | None
    repaired_by: str | None
    closed_by: str | None
    cancel_reason: CancelReason | None
    risk_until: int | None
    hold_reason: HoldReason | None
    hold_until: int | None
    due_times: tuple[DueTime, ...]
    findings: tuple[Finding, ...]
    watches: tuple[WatchView, ...]
    reports: tuple[ReportView, ...]
    history: Sequence[Step]
