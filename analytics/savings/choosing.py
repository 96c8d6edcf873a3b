"""Which carriers of a plan are known well enough to be booked.

What is decided here is decided before the repair is done, and frozen with the plan.
"""

from __future__ import annotations

import math
from dataclasses import replace

from analytics.savings.constructions import Construction, Kind
from analytics.savings.groups import bearing, groups_of
from analytics.savings.plan import Plan, Window
from core.words import Carrier

HORIZON_DAYS = 28
"""At which a saving must be known well enough (savings.md, option C). [d]"""

MOST_UNCERTAIN = 0.82
"""Half-width of a saving, of itself, beyond which it is not reported: ASHRAE Guideline 14 asks for
less than half at 68 %, which is 0.82 at 90 %. [1]"""


def known_enough(of: Construction, window: Window, made: Plan) -> Plan | None:
    """The plan of those carriers that are known well enough; None where none is.

    Args:
        of: How it is measured.
        window: Before the repair.
        made: Its plan.
    """
    if of.kind is not Kind.PLANT or not made.costs:
        return made
    healthy = window.healthy.scaled(made.factors)
    days = len(set(healthy.day.tolist()))
    kept = [
        carrier
        for carrier in made.levels.rate
        if _uncertain(made, carrier, healthy.hours, healthy.total(carrier), days) <= MOST_UNCERTAIN
    ]
    return _only(made, kept) if kept else None


def _uncertain(made: Plan, carrier: Carrier, hours: float, healthy: float, days: int) -> float:
    """Half-width over the horizon, of the saving; 0 where no healthy day says what is usual."""
    if hours <= 0 or not days:
        return 0.0
    long = hours / days * HORIZON_DAYS
    saving = (made.levels.mean(carrier) - healthy / hours) * long
    known = made.known[carrier]
    shares = [share * saving for share in groups_of(made.groups, carrier).values()]
    width = math.sqrt((known.level * long) ** 2 + known.day**2 * long + sum(s * s for s in shares))
    return width / abs(saving) if saving else math.inf


def _only(made: Plan, carriers: list[Carrier]) -> Plan:
    """Of some carriers alone."""
    at = made.levels
    return replace(
        made, levels=replace(at, rate={c: at.rate[c] for c in carriers}),
        known={c: made.known[c] for c in carriers},
        groups=bearing(made.groups, carriers),
        costs={c: cost for c, cost in made.costs.items() if c in carriers},
        unsure=tuple(c for c in at.rate if c not in carriers),
    )  # fmt: skip
