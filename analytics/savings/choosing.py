"""Which of several sights of a fault its repair is held against, decided before it is done.

The rule's own formula is the narrowest, and wrong where the plant does not behave as it supposes:
a chiller kept running in November costs more than cold ÷ COP, a valve stuck half open withholds
heat on cold days. Both coils together, or the plant's meters, hold all of it and the weather's
noise too. Each sight is tried on the healthy days before the fault as if they came after the
repair: what the others contradict is not used.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from analytics.savings.constructions import Construction, Kind
from analytics.savings.groups import groups_of
from analytics.savings.levels import estimate
from analytics.savings.plan import Plan, Window, plan
from analytics.savings.plant_loss import OWN
from core.words import Carrier

HORIZON_DAYS = 28
"""At which a sight of the whole plant must see the saving (savings.md, option C). [d]"""

_LEAST_DAYS = 4
"""Healthy days that can be estimated; fewer tell nothing."""


@dataclass(frozen=True, slots=True)
class Case:
    """What a sight says that the repair will save, over the horizon.

    Attributes:
        saving: Signed. [unit]
        width: Half-width of it, 90 %. [unit]
    """

    saving: float
    width: float

    @property
    def seen(self) -> bool:
        """Whether it is more than chance."""
        return abs(self.saving) > self.width

    def refutes(self, other: Case) -> bool:
        """Whether both cannot be true."""
        return abs(self.saving - other.saving) > math.hypot(self.width, other.width)


def best(
    of: Construction, windows: Mapping[str, Window], groups: Mapping[str, float]
) -> Plan | None:
    """The plan by the narrowest sight that no other refutes; None where nothing can be said.

    Args:
        of: How it is measured.
        windows: By view.
        groups: Systematic half-width by group. [1]
    """
    own = plan(of, windows[OWN], groups)
    if of.kind is not Kind.PLANT:
        return own
    sights = {view: _Sights(of, view, window, groups) for view, window in windows.items()}
    mine = sights[OWN]
    refuted = own is None or any(
        case.refutes(points)
        for carrier, points in mine.points.items()
        for other in sights.values()
        for case in (other.points.get(carrier), other.meters.get(carrier))
        if case is not None
    )
    if not refuted:
        return mine.plan()
    others = (of_view.plan() for view, of_view in sights.items() if view != OWN)
    return next((made for made in others if made is not None), mine.plan())


class _Sights:
    """One view, by the fault's points and by the plant's meters."""

    def __init__(
        self, of: Construction, view: str, window: Window, groups: Mapping[str, float]
    ) -> None:
        self._of, self._view, self._window, self._groups = of, view, window, groups
        meters = frozenset(window.before.meter)
        self.points = self._cases(frozenset())
        # One by one: a meter that said nothing takes no other's hours away.
        self.meters = {
            c: case
            for c in sorted(meters)
            if (case := self._cases(frozenset({c})).get(c)) is not None
        }

    def plan(self) -> Plan | None:
        """By meters where they see the saving, and the points say otherwise or know it less."""
        metered = frozenset(c for c, case in self.meters.items() if self._prefers(c, case))
        bare = not self._window.before.amount
        if bare and not metered:
            return None
        return plan(self._of, self._window, self._groups, view=self._view, metered=metered)

    def _prefers(self, carrier: Carrier, meter: Case) -> bool:
        points = self.points.get(carrier)
        if points is None:
            return meter.seen
        # A meter that has seen nothing says so as well as one that has seen more.
        return meter.refutes(points) or (meter.seen and meter.width < points.width)

    def _cases(self, metered: frozenset[Carrier]) -> dict[Carrier, Case]:
        """The healthy days booked as if they came after the repair."""
        made = plan(self._of, self._window, self._groups, view=self._view, metered=metered)
        if made is None:
            return {}
        healthy = self._window.healthy.taken(metered)
        days = sorted({int(day) for day in healthy.day})
        told = [
            e
            for day in days
            if not (e := estimate(made.levels, healthy.of_day(date.fromordinal(day)),
                                  by_slot=self._of.timed)).why
        ]  # fmt: skip
        if len(told) < _LEAST_DAYS:
            return {}
        times = HORIZON_DAYS / len(told)
        hours = sum(e.exposure for e in told) * times
        found = {}
        for carrier, known in made.known.items():
            saving = sum(e.saving(carrier) for e in told) * times
            systematic = sum(groups_of(made.groups, carrier, made.metered).values()) * saving
            width = math.sqrt((known.level * hours) ** 2 + known.day**2 * hours + systematic**2)
            found[carrier] = Case(saving, width)
        return found
