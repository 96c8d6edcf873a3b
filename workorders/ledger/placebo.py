"""The placebo: the same reckoning on assets that nobody touched, with random dates of repair.

What it books there is booked of every real repair too. Mean and coverage are published beside
the savings.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from analytics.savings.bought import Conversion, bought, cell_of
from analytics.savings.constructions import Construction, Kind
from analytics.savings.groups import groups_of
from analytics.savings.interval import Part, combined
from analytics.savings.levels import estimate
from analytics.savings.plan import Plan, Window, plan
from analytics.savings.sight import Sight
from analytics.savings.unit_cost import cost
from core.words import Carrier
from workorders.ledger.freezing import HEALTHY_DAYS
from workorders.ledger.ground import Daily, Ground
from workorders.ledger.pricing import believed_of, formula_groups

BEFORE_DAYS, AFTER_DAYS = 4, 7
"""Of a pretended fault, and of a pretended booking. [d]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sham:
    """One pretended repair.

    Attributes:
        saving: What would have been booked over all its days. [kWh, m³]
        u: Half-width, 90 %. [kWh, m³]
        use: Of its cell on the same days. [kWh, m³]
    """

    rule: str
    target: str
    day: date
    carrier: Carrier
    saving: float
    u: float
    use: float


def shams(
    ground: Ground, first: date, last: date, touched: Mapping[str, Sequence[tuple[date, date]]],
    *, seed: int, each: int = 2,
) -> Iterator[Sham]:  # fmt: skip
    """Pretended repairs of every target that can be measured.

    Args:
        ground: The installation.
        first: From which day readings stand.
        last: The last whole day.
        touched: Days on which an asset had a case, by target: no placebo is there.
        seed: Of the dates.
        each: So many a target.
    """
    sight = ground.sight()
    daily = Daily(ground, sight)
    chance = np.random.default_rng(seed)
    for rule, target in sorted(sight.targets):
        of = sight.construction(rule, target)
        # A circuit's slots are chosen by what has changed: where nothing has, there are none.
        if of is None or of.kind is Kind.CIRCUIT:
            continue
        back = HEALTHY_DAYS[of.kind] + BEFORE_DAYS
        span = (last - first).days + 1 - back - AFTER_DAYS
        for offset in sorted(chance.integers(0, span, each).tolist()) if span > 0 else ():
            day = first + timedelta(days=back + int(offset))
            begin, end = day - timedelta(days=back), day + timedelta(days=AFTER_DAYS)
            if any(a <= end and b >= begin for a, b in touched.get(target, ())):
                continue
            yield from _sham(ground, sight, daily, of, (rule, target), day)


def _sham(
    ground: Ground, sight: Sight, daily: Daily, of: Construction, key: tuple[str, str], day: date
) -> Iterator[Sham]:
    rule, target = key
    building = ground.site.equipment[target].building
    at, onset = ground.midnight(day), ground.midnight(day - timedelta(days=BEFORE_DAYS))
    healthy = ground.midnight(day - timedelta(days=BEFORE_DAYS + HEALTHY_DAYS[of.kind]))
    end = ground.midnight(day + timedelta(days=AFTER_DAYS))
    node = ground.node(building, onset)
    gas = Conversion(per_unit=node[0], share=node[1]) if node else None
    units = sight.units(rule, target, healthy, end, gas)
    window = Window(before=units.between(onset, at), opened=onset - 1,
                    healthy=units.between(healthy, onset), limit=math.nan)  # fmt: skip
    # Of nothing no meter tells what it costs, and nothing is too uncertain: as it is believed.
    costs = {carrier: cost(None, believed) for carrier, believed in believed_of(of, window).items()}
    groups = {f"{name}:{target}": share for name, share in of.groups.items()}
    made = plan(of, window, {**groups, **formula_groups(building, target, costs)}, costs)
    if made is None:
        return
    days = [day + timedelta(days=n) for n in range(AFTER_DAYS)]
    found = [(d, estimate(made.levels, units.of_day(d), by_slot=of.timed)) for d in days]
    told = [(d, e) for d, e in found if not e.why]
    family = _family(ground, rule)
    for carrier in sorted(set(made.levels.rate) & bought(ground.site, building)):
        cell = cell_of(ground.site, target, family, carrier)
        used = daily.use(cell, [d for d, _ in told])
        use = float(np.nansum(used)) if told else 0.0
        hours = sum(e.exposure for _, e in told)
        if not told or use <= 0 or hours <= 0 or carrier not in made.known:
            continue
        saving = sum(e.saving(carrier) for _, e in told)
        u = _width(made, carrier, saving, hours)
        yield Sham(rule=rule, target=target, day=day, carrier=carrier, saving=saving, u=u, use=use)


def _width(made: Plan, carrier: Carrier, saving: float, hours: float) -> float:
    known = made.known[carrier]
    part = Part(
        amount=saving, random=known.day * math.sqrt(hours),
        groups=groups_of(made.groups, carrier), shared={"level": known.level * hours},
    )  # fmt: skip
    return combined([part])


def _family(ground: Ground, rule: str) -> str:
    return next(r.card.family for r in ground.rules if r.id == rule)
