"""Switchbacks of orders: what was accepted, how far it is, and what it says of each carrier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.records.ledger import PlanRow
from adapters.records.ledger_events import SwitchbackRow
from analytics.savings.switchback import Effect, Spell, by_draw, estimate
from core.words import Carrier
from workorders.ledger.days import Day
from workorders.ledger.ground import Daily, Ground

ACCEPTED, DECLINED, STOPPED = "accepted", "declined", "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Switchback:
    """An accepted schedule.

    Attributes:
        stopped: When somebody ended it before its time: it decides nothing then. [ms]
    """

    order: str
    spells: tuple[Spell, ...]
    seed: int
    by: str
    at: int
    reason: str
    mute: int | None = None
    stopped: int | None = None
    stopped_by: str = ""
    stopped_why: str = ""

    @property
    def first(self) -> date:
        """Its first day."""
        return self.spells[0].days[0]

    @property
    def last(self) -> date:
        """Its last day."""
        return self.spells[-1].days[-1]

    @property
    def off(self) -> frozenset[date]:
        """Days without the fix."""
        return frozenset(day for spell in self.spells if not spell.on for day in spell.days)

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "seed": self.seed,
            "spells": [
                {"pair": s.pair, "on": s.on, "days": [d.isoformat() for d in s.days],
                 "settling": s.settling}
                for s in self.spells
            ],
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """All that was said of an order's: an accepted one, or that it was declined."""

    accepted: Switchback | None = None
    declined: SwitchbackRow | None = None
    seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a switchback says of one carrier.

    Attributes:
        effects: By day type.
        chance: How often another draw shows as much; None where it cannot be told. [1]
    """

    carrier: Carrier
    effects: tuple[Effect, ...]
    chance: float | None


def read_switchback(session: Session, order: str) -> Said:
    """What was said of an order's."""
    found, declined, seq = None, None, 0
    query = select(SwitchbackRow).where(SwitchbackRow.order_id == order)
    for row in session.scalars(query.order_by(SwitchbackRow.seq)):
        seq = row.seq
        if row.what == DECLINED:
            declined = row
        elif row.what == ACCEPTED:
            found = Switchback(
                order=order, spells=_spells(row.detail), seed=int(row.detail["seed"]), by=row.by,
                at=row.at, reason=row.reason, mute=row.mute,
            )  # fmt: skip
        elif found is not None:
            found = replace(found, stopped=row.at, stopped_by=row.by, stopped_why=row.reason)
    return Said(accepted=found, declined=declined, seq=seq)


def _spells(detail: Mapping[str, Any]) -> tuple[Spell, ...]:
    return tuple(
        Spell(pair=s["pair"], on=s["on"], settling=s["settling"],
              days=tuple(date.fromisoformat(day) for day in s["days"]))
        for s in detail["spells"]
    )  # fmt: skip


def measured(
    ground: Ground, daily: Daily, planned: PlanRow, of: Switchback, last: date
) -> tuple[Measured, ...]:
    """What it says of each carrier, at the meter that the carrier is booked out of.

    Args:
        ground: The installation.
        daily: Use by day.
        planned: The order's plan, with its cells.
        of: The schedule.
        last: Up to this day readings are whole: later ones are not looked at.
    """
    every = [day for spell in of.spells for day in spell.days]
    working = {day: ground.calendar.workday(day, planned.target) for day in every}
    days = [day for day in every if day <= last]
    found = []
    for carrier in (Carrier(c) for c in planned.carriers):
        cell = planned.boundary.get(carrier.value, "")
        if not cell or not days:
            continue
        use = dict(zip(days, daily.use(cell, days).tolist(), strict=True))
        effects = estimate(of.spells, use, working)
        if effects:
            chance = by_draw(of.spells, use, working)
            found.append(Measured(carrier=carrier, effects=effects, chance=chance))
    return tuple(found)


def switched(
    days: Sequence[Day], of: Switchback, found: Sequence[Measured], ground: Ground, target: str
) -> list[Day]:
    """Days as a finished switchback says them, in place of the construction.

    A day with the fix saves what its type was measured to; an off day saves nothing. Types that
    were not switched, and days that cannot be estimated, stay as they are. Exposure is none: what
    such a day may be wrong by is shared by all of them, and the totals add it linearly.
    """
    by_carrier = {m.carrier: {e.working: e for e in m.effects} for m in found}
    made = []
    for day in days:
        effect = by_carrier.get(day.carrier, {}).get(ground.calendar.workday(day.day, target))
        if effect is None or (day.why and day.why != "day_type"):
            made.append(day)
            continue
        on = day.day not in of.off
        made.append(
            replace(
                day, counterfactual=effect.per_day, actual=0.0 if on else effect.per_day,
                hours=0.0, u=effect.u if on else 0.0, why="",
            )
        )  # fmt: skip
    return made
