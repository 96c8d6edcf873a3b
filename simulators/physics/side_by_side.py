"""Plans of several worlds as one, for what steps their assets together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.batch import Floats, Ints
from core.site import Equipment
from simulators.physics.plan import Plan

_Ones = tuple[Equipment | None, ...]


@dataclass(frozen=True)
class SideBySide(Plan):
    """The assets of several plans, plan after plan, as if they were of one site.

    Of twins every asset stands there so many times, so that its name tells no place any more:
    what is found by name is found in each plan by itself.

    Attributes:
        parts: The plans.
    """

    parts: tuple[Plan, ...] = ()

    @cached_property
    def ahu_building(self) -> Ints:
        """Index of each air handler's building."""
        return _shifted([(p.ahu_building, len(p.buildings)) for p in self.parts])

    @cached_property
    def zone_building(self) -> Ints:
        """Index of each room's building."""
        return _shifted([(p.zone_building, len(p.buildings)) for p in self.parts])

    @cached_property
    def zone_blown(self) -> Ints:
        """Index of the air handler that feeds a room; any of the same site, where none does."""
        blown = _shifted([(p.zone_blown, len(p.ahus)) for p in self.parts])
        return np.minimum(blown, max(len(self.ahus) - 1, 0))

    @cached_property
    def boilers(self) -> _Ones:
        """By building."""
        return self._of_each(lambda p: p.boilers)

    @cached_property
    def stations(self) -> _Ones:
        """District heating by building."""
        return self._of_each(lambda p: p.stations)

    @cached_property
    def towers(self) -> _Ones:
        """Cooling towers by building."""
        return self._of_each(lambda p: p.towers)

    @cached_property
    def chillers(self) -> _Ones:
        """By building."""
        return self._of_each(lambda p: p.chillers)

    @cached_property
    def pumps(self) -> _Ones:
        """Heating pumps by building; those that boost drinking water are none."""
        return self._of_each(lambda p: p.pumps)

    @cached_property
    def chilling(self) -> tuple[tuple[Equipment, ...], ...]:
        """All chillers of each building, the one that leads first."""
        return tuple(machines for p in self.parts for machines in p.chilling)

    @cached_property
    def radiating(self) -> tuple[bool, ...]:
        """By building: whether rooms of it have radiators."""
        return tuple(warm for p in self.parts for warm in p.radiating)

    @cached_property
    def shows_damp(self) -> tuple[bool, ...]:
        """By room: whether it has a point of humidity."""
        return tuple(shown for p in self.parts for shown in p.shows_damp)

    def _of_each(self, find: Callable[[Plan], _Ones]) -> _Ones:
        return tuple(one for p in self.parts for one in find(p))


def side_by_side(plans: Sequence[Plan]) -> Plan:
    """One plan of the assets of many, all under the same laws."""
    if len(plans) == 1:
        return plans[0]
    return SideBySide(
        site=plans[0].site,
        buildings=tuple(b for p in plans for b in p.buildings),
        ahus=tuple(a for p in plans for a in p.ahus),
        zones=tuple(z for p in plans for z in p.zones),
        zone_ahu=_shifted([(p.zone_ahu, len(p.ahus)) for p in plans]),
        electric=tuple(m for p in plans for m in p.electric),
        water=tuple(m for p in plans for m in p.water),
        units=tuple(u for p in plans for u in p.units),
        unit_zone=_shifted([(p.unit_zone, len(p.zones)) for p in plans]),
        laws=plans[0].laws,
        parts=tuple(plans),
    )


def joined(of_each: Sequence[Floats]) -> Floats:
    """Values of each world side by side. (…, assets) each to (…, rows)"""
    return np.ascontiguousarray(np.concatenate(of_each, axis=-1), dtype=np.float64)


def _shifted(parts: Sequence[tuple[Ints, int]]) -> Ints:
    """Indices of each part moved behind what the parts before hold; −1 stays."""
    starts = np.cumsum([0, *(size for _, size in parts)])
    moved = [np.where(of < 0, of, of + at) for (of, _), at in zip(parts, starts, strict=False)]
    joined: Ints = np.concatenate(moved).astype(np.int64)
    return joined
