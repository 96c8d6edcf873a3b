"""What shows a fault that is elsewhere: one order, where the fault is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from core.clock import MINUTE_MS
from core.rulecard import RuleCard
from core.site import Site
from core.words import Trade

TOGETHER_MS = 30 * MINUTE_MS
"""A symptom begins, or is certain, this near to its cause (domain.md E). Wider, and a fault of
its own is never gone for; narrower, and rules of a long hold miss their cause."""

NEVER_FOLDED = 1
"""Severity of what always has an order of its own (crews.md)."""

Moments = tuple[int, int]
"""When a fault began and when it was certain. [ms]"""


@dataclass(frozen=True)
class Graph:
    """What stands above and below what, on one site."""

    site: Site
    _above: dict[str, frozenset[str]] = field(default_factory=dict, init=False)
    _carriers: dict[str, frozenset[str]] = field(default_factory=dict, init=False)

    def above(self, asset: str) -> frozenset[str]:
        """What feeds some equipment, meters it or holds it, however far away."""
        if asset not in self._above:
            self._above[asset] = _reached(self._suppliers, asset)
        return self._above[asset]

    def carriers(self, asset: str) -> frozenset[str]:
        """What its readings come through: the gateways of its points, and what it is part of."""
        if asset not in self._carriers:
            self._carriers[asset] = _reached(self._holders, asset)
        return self._carriers[asset]

    @cached_property
    def _suppliers(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for one in self.site.equipment.values():
            served = [*one.feeds]
            if one.meter is not None and one.meter.measures is not None:
                served.append(one.meter.measures)
            for other in served:
                found.setdefault(other, set()).add(one.id)
            above = (one.part_of, one.meter.parent if one.meter is not None else None)
            found.setdefault(one.id, set()).update(id_ for id_ in above if id_ is not None)
        return {id_: frozenset(ids) for id_, ids in found.items()}

    @cached_property
    def _holders(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for one in self.site.equipment.values():
            if one.part_of is not None:
                found.setdefault(one.id, set()).add(one.part_of)
        for point in self.site.points:
            found.setdefault(point.equipment, set()).add(point.gateway)
        return {id_: frozenset(ids) for id_, ids in found.items()}


def causes_above(
    graph: Graph, asset: str, card: RuleCard, cards: Iterable[RuleCard]
) -> Sequence[str]:
    """Causes above an asset of which a finding by this card may be a symptom.

    What falls silent does so with its gateway; a valve that leaks does not. So a cause of the
    instrument trade takes symptoms of that trade alone, along the way of the readings.
    """
    found: list[str] = []
    families = set(card.follows)
    families.update(c.family for c in cards if c.stops and c.trade is not Trade.INSTRUMENT)
    found += [f"{up}|{family}" for up in sorted(graph.above(asset)) for family in sorted(families)]
    if card.trade is Trade.INSTRUMENT:
        silent = {c.family for c in cards if c.stops and c.trade is Trade.INSTRUMENT}
        ways = sorted(graph.carriers(asset))
        found += [f"{way}|{family}" for way in ways for family in sorted(silent)]
    return list(dict.fromkeys(found))


def together(one: Moments, other: Moments) -> bool:
    """Whether two faults began, or were certain, within half an hour of each other."""
    return any(abs(a - b) <= TOGETHER_MS for a, b in zip(one, other, strict=True))


def causes_behind(site: Site, asset: str, families: Sequence[str]) -> list[str]:
    """Causes of some families on what lies between a meter and the meters below it.

    A tank fills through the main and feeds the pump that feeds the toilets: what runs over
    there runs through the main, and through no meter below.

    Args:
        site: The model.
        asset: Whose symptom it may be.
        families: Of :attr:`core.rulecard.RuleCard.behind`.
    """
    below = {
        e.id for e in site.equipment.values() if e.meter is not None and e.meter.parent == asset
    }
    behind: list[str] = []
    fed = below
    while fed:
        feeders = [e for e in site.equipment.values() if fed & set(e.feeds) and e.meter is None]
        new = [e.id for e in feeders if e.id not in behind]
        behind += new
        fed = set(new)
    return [f"{one}|{family}" for one in sorted(behind) for family in families]


def _reached(steps: Mapping[str, frozenset[str]], start: str) -> frozenset[str]:
    reached: set[str] = set()
    fresh = set(steps.get(start, ()))
    while fresh:
        reached |= fresh
        fresh = {far for one in fresh for far in steps.get(one, ())} - reached
    return frozenset(reached - {start})
