"""The project's words, one for one thing, as they stand in records, APIs and texts."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum


class Carrier(StrEnum):
    """What is bought and can be wasted; unit of an amount in :data:`CARRIER_UNIT`."""

    ELECTRICITY = "electricity"
    WATER = "water"
    GAS = "gas"
    HEAT = "heat"
    COOLING = "cooling"


CARRIER_UNIT: dict[Carrier, str] = {
    Carrier.ELECTRICITY: "kWh",
    Carrier.WATER: "m³",
    Carrier.GAS: "m³",
    Carrier.HEAT: "kWh",
    Carrier.COOLING: "kWh",
}


class Discipline(StrEnum):
    """Which part of the plant; the first letters of a rule id say the same."""

    POWER = "power"
    WATER = "water"
    HEATING = "heating"
    AIR = "air"
    INSTRUMENT = "instrument"
    GAS = "gas"


class Trade(StrEnum):
    """Who mends it."""

    ELECTRICIAN = "E"
    PLUMBER = "P"
    HVAC = "H"
    HEATING = "T"
    INSTRUMENT = "I"
    OPERATOR = "O"
    """Desk fix: a schedule, a setpoint, an override."""


class Role(StrEnum):
    """What a log-in may do; managers are viewers."""

    VIEWER = "viewer"
    TECHNICIAN = "technician"
    SUPERVISOR = "supervisor"
    ENGINEER = "engineer"
    ADMIN = "admin"


class Licence(StrEnum):
    """What the law asks of who does some work; each has a date on which it ends."""

    ELECTRICIAN = "electrician"
    GAS = "gas"
    HEIGHT = "height"
    REFRIGERANT = "refrigerant"


class Permit(StrEnum):
    """Leave that another person gives before dangerous work begins."""

    ISOLATION = "isolation"
    HOT_WORK = "hot_work"
    CONFINED_SPACE = "confined_space"
    HEIGHT = "height"


class Priority(IntEnum):
    """How soon; 1 stands on top whatever it costs."""

    P1 = 1
    P2 = 2
    P3 = 3
    P4 = 4


class OrderState(StrEnum):
    """States of a work order, in the order of its life."""

    NEW = "new"
    TRIAGED = "triaged"
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    IN_PROGRESS = "in_progress"
    ON_HOLD = "on_hold"
    DONE = "done"
    VERIFYING = "verifying"
    CLOSED = "closed"
    CANCELLED = "cancelled"


OPEN_STATES = tuple(s for s in OrderState if s not in {OrderState.CLOSED, OrderState.CANCELLED})


class HoldReason(StrEnum):
    """Why an order waits."""

    PARTS = "parts"
    ACCESS = "access"
    VENDOR = "vendor"
    CUSTOMER_DATE = "customer_date"


class Outcome(StrEnum):
    """How an order closed; *refused* never closes."""

    VERIFIED = "verified"
    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"
    INSPECTED = "inspected"
    CHECKED = "checked"
    """Planned work whose checklist is whole, nothing of it beyond its limits."""
    INCONCLUSIVE = "inconclusive"


class CancelReason(StrEnum):
    """Why an order was cancelled."""

    DUPLICATE = "duplicate"
    FALSE_ALARM = "false_alarm"
    ACCEPTED_RISK = "accepted_risk"


class FalseCause(StrEnum):
    """Why an alarm was false, where that teaches something."""

    PLANNED = "planned_event"
    """Somebody meant it: an event, a test, works."""
    NORMAL = "normal_here"
    """This plant is like that, and well."""


class ProofKind(StrEnum):
    """What proves the repair, fixed when the order is made."""

    TELEMETRY = "telemetry"
    REPORTER = "reporter"
    INSPECTION = "inspection"


class Origin(StrEnum):
    """What an order came from."""

    FINDING = "finding"
    REQUEST = "request"
    PLAN = "plan"


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence that is translated where it is shown.

    Attributes:
        msgid: English, with named ``{placeholders}``; the key in ``locales/``.
        params: Values for the placeholders; numbers stay numbers until they are shown.
    """

    msgid: str
    params: dict[str, str | int | float] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.msgid.format(**self.params)
