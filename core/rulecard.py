"""A rule's card: all that docs, filters, orders and proofs need to know of a rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.clock import MINUTE_MS
from core.site import EquipmentClass
from core.words import Discipline, Licence, Permit, Trade


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A number a rule uses: configuration, never a constant in its code.

    Attributes:
        value: The default.
        unit: Its unit.
        why: Its source, and what goes wrong on either side of it.
    """

    value: float
    unit: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Movable:
    """A parameter of a card that an engineer may move at one asset, as false alarms teach.

    Only one whose unit is that of the rule's margin, so that the limit moves as far as it does.

    Attributes:
        parameter: Its name among the card's.
        most: No farther than this: beyond it the rule would find nothing that it is for.
        step: It is moved by whole steps, to just beyond what was seen.
    """

    parameter: str
    most: float
    step: float


class Weather(StrEnum):
    """Which outdoor air brings the plant into a mode, beside people and hours."""

    BELOW = "below"
    ABOVE = "above"
    BETWEEN = "between"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """How long a condition must last before it counts.

    Either minutes of evaluable time without an OK between, or ``need`` of ``of``
    consecutive judged nights or days.
    """

    minutes: int = 0
    need: int = 0
    of: int = 0

    @property
    def counted(self) -> bool:
        """Whether nights or days are counted, not minutes."""
        return self.need > 0

    @property
    def ms(self) -> int:
        """The minutes. [ms]"""
        return self.minutes * MINUTE_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCard:
    """One rule, described once.

    Attributes:
        id: Discipline and number: ``PWR-03``.
        family: Faults of one family on one asset are one cause: ``ahu_heating_valve``.
        discipline: Part of the plant.
        trade: Who mends it.
        severity: 1 to 4; gives the priority.
        title: What an engineer would say, English msgid with ``{placeholders}``.
        explanation: Plain words for the crew, msgid with placeholders.
        applies_to: Equipment classes; empty for rules that judge points.
        exemptions: Declared parameters that exempt an asset (``makes_hot_water``).
        roles: Roles that must be there.
        optional_roles: Roles used where they are there.
        modes: Names of modes in which it judges.
        interval_s: Length of a judged interval. [s]
        counted_in: ``minutes``, ``nights`` or ``days``: what the hold counts.
        longest_period_s: Coarser data is NOT EVALUABLE. [s]
        sufficiency: Least share of good data in an interval.
        condition: In words.
        hold: How long before it counts.
        clear_at: The value at which an interval is OK again, in words, with its direction.
        clears_when: The proof of a repair, in words.
        exposures: Clear exposures that prove a repair.
        exposures_per_day: At most so many a day count.
        seasonal: Whether an order is parked until the season comes back.
        served_when: What the plant must be seen to give since the repair, for as long as the
            hold, in words; its intervals say *served*. Empty where the exposures show it.
        lingers_h: How long after a repair the fault may go on showing until it has first gone: what
            it filled or heated must first be used. What shows until then refuses nothing. [h]
        answers_h: How long after a repair people may still be asked of what was before it. What
            shows until then refuses nothing, gone in between or not: one answer may raise the
            next question. [h]
        behind: Families that show as this one: while one of them stands open on the same
            asset, nothing here is proven. One that stands open on what lies behind the asset,
            before the meters below it, takes this as its symptom.
        stops: Whether what it feeds or holds stops with it, as behind a tripped breaker or a
            silent gateway: what is found there within half an hour is its symptom.
        follows: Families that show as this one on what they feed or hold, within half an hour.
        waste_formula: In words and symbols.
        causes: Ranked, likeliest first.
        checks: What to look at, in order.
        parts: What to take along.
        isolation: What to isolate before touching it.
        effort_min: Expected work. [min]
        desk: Whether the fix needs no visit.
        sources: Where the rule and its numbers come from.
        parameters: Its numbers.
        movable: Which of them may be moved at one asset; None where none.
        out_of_hours: Whether it judges what runs out of hours: use that is planned is then
            overtime, else maintenance.
        licences: Which who leads the work must hold.
        permits: Which must be given before the work begins.
        people: How many must be there; live work needs two.
        outdoor: The modes that outdoor air brings about, and on which side of what limit.
        outdoor_limit: The parameter that is this limit; without it, what the fault was seen at.
    """

    id: str
    family: str
    discipline: Discipline
    trade: Trade
    severity: int
    title: str
    explanation: str
    applies_to: tuple[EquipmentClass, ...]
    roles: tuple[str, ...]
    modes: tuple[str, ...]
    interval_s: int
    counted_in: str
    longest_period_s: int
    sufficiency: float
    condition: str
    hold: Hold
    clear_at: str
    clears_when: str
    waste_formula: str
    causes: tuple[str, ...]
    checks: tuple[str, ...]
    parts: tuple[str, ...]
    isolation: str
    effort_min: int
    desk: bool
    sources: tuple[str, ...]
    exemptions: tuple[str, ...] = ()
    optional_roles: tuple[str, ...] = ()
    exposures: int = 3
    exposures_per_day: int = 1
    seasonal: bool = False
    served_when: str = ""
    lingers_h: float = 0.0
    answers_h: float = 0.0
    behind: tuple[str, ...] = ()
    stops: bool = False
    follows: tuple[str, ...] = ()
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    movable: Movable | None = None
    out_of_hours: bool = False
    licences: tuple[Licence, ...] = ()
    permits: tuple[Permit, ...] = ()
    people: int = 1
    outdoor: Mapping[str, Weather] = field(default_factory=dict)
    outdoor_limit: str = ""

    def value(self, name: str) -> float:
        """A parameter's default."""
        return self.parameters[name].value
