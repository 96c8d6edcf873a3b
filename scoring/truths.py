"""From worlds to what can be asked: when each fault could be seen, and what it wasted."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from core.clock import DAY_MS
from core.words import Carrier, Discipline
from scoring.plan import severity_word
from scoring.records import Cause, Saving, Visit
from simulators.campus import Campus
from simulators.physics.faults import Fault
from simulators.physics.kinds.catalogue import FAULT_KINDS
from simulators.truth import Truth
from simulators.worlds import (
    Difference,
    Life,
    Repair,
    Worlds,
    building_of,
    one_building,
)

_PATIENCE_MS = 7 * DAY_MS
_TIMES = 3
EFFECTIVE = "effective"
_LEAST_DAYS = 0.25  # of life over which a waste a day is told; less, and it is noise


def _untold(_share: float) -> None:
    """Nobody asks how far it is."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the worlds say.

    Attributes:
        shown: U against L of each fault, by its id.
        use: What a building uses a day without faults, by building and carrier. [kWh, m³]
    """

    shown: Mapping[str, Difference]
    use: Mapping[str, Mapping[str, float]]

    def judged(self, visit: Visit, end: int) -> Visit:
        """Whether anybody could tell: its hours came on three days within seven of the visit.

        In a plant that was stopped they come no more; only who says *verified* is wrong then.
        """
        until = visit.at + _PATIENCE_MS
        came = self.shown[visit.cause].on_days(visit.at, until) if visit.cause in self.shown else 0
        gone = visit.effect == "plant_stopped" and visit.said != "verified"
        return replace(visit, judged=until <= end and came >= _TIMES and not gone)


@dataclass(frozen=True)
class Witness:
    """All worlds of one seed, a building at a time.

    Attributes:
        whole: Of all buildings and all that goes wrong.
    """

    whole: Worlds
    _seen: dict[str, tuple[Worlds, Campus, Life]] = field(init=False, default_factory=dict)

    def known(self, progress: Callable[[float], None] = _untold) -> Known:
        """When each fault shows, what it wastes, and what is used without any: H, U and L."""
        shown: dict[str, Difference] = {}
        use: dict[str, Mapping[str, float]] = {}
        site = self.whole.site
        for number, building in enumerate(sorted(site.buildings)):
            worlds = dataclasses.replace(
                self.whole, site=one_building(site, building), faults=self._of(building)
            )
            origin = worlds.origin()
            healthy = worlds.healthy(origin)
            everything, without = worlds.unrepaired(origin)
            self._seen[building] = worlds, origin, everything
            shown |= {id_: worlds.difference(everything, life) for id_, life in without.items()}
            mean = healthy.used.sum(axis=0) / self.whole.days
            use[building] = {c.value: float(x) for c, x in zip(Carrier, mean, strict=True)}
            progress((number + 1) / len(site.buildings))
        return Known(shown=shown, use=use)

    def savings(self, visits: Sequence[Visit]) -> list[Saving]:
        """What each visit truly saved, in the order of time; those of :meth:`known` come first.

        R_(j-1) - R_j over all days that followed: of one building, whose repairs alone change
        it. What was useless, a cheat or half a repair is in no R and saves nothing here, so
        that the savings sum to what all effective repairs spared, U - R.
        """
        found = [
            Saving(cause=v.cause, order=v.order, at=v.at) for v in visits if v.effect != EFFECTIVE
        ]
        for _, (worlds, origin, everything) in sorted(self._seen.items()):
            mine = {fault.id for fault in worlds.faults}
            mending = sorted(
                (v for v in visits if v.effect == EFFECTIVE and v.cause in mine),
                key=lambda v: (v.at, v.cause),
            )
            lives = worlds.repaired(origin, [Repair(v.cause, v.at) for v in mending])
            for visit, before, after in zip(mending, [everything, *lives], lives, strict=False):
                spared = (before.used - after.used).sum(axis=0)
                saved = {c.value: float(x) for c, x in zip(Carrier, spared, strict=True) if x}
                found.append(Saving(cause=visit.cause, order=visit.order, at=visit.at, saved=saved))
        return sorted(found, key=lambda s: (s.at, s.cause))

    def _of(self, building: str) -> list[Fault]:
        site = self.whole.site
        return [f for f in self.whole.faults if building_of(site, f.asset) == building]


def causes_of(
    truth: Sequence[Truth], faults: Sequence[Fault], known: Known, end: int
) -> list[Cause]:
    """Each fault of a run as what is scored."""
    drawn = {f.id: f for f in faults}
    return [_cause(line, drawn[line.id], known, end) for line in truth]


def _cause(line: Truth, fault: Fault, known: Known, end: int) -> Cause:
    kind, difference = FAULT_KINDS[fault.kind], known.shown[line.id]
    data = kind.discipline is Discipline.INSTRUMENT or kind.dangerous
    return Cause(
        id=line.id, kind=line.kind, family=kind.family, discipline=line.discipline,
        trade=line.trade, asset=line.asset, building=line.building,
        severity=severity_word(fault), onset=line.onset, end=line.end,
        visible=difference.visible(any_hour=data),
        waste=_waste(difference, line.onset, end if line.end is None else min(line.end, end)),
        use=dict(known.use.get(line.building, {})),
    )  # fmt: skip


def _waste(difference: Difference, onset: int, end: int) -> dict[str, float]:
    """Mean a day over the days in which it lived; it goes on in U, so whole days can be taken."""
    first = (onset - difference.start) // DAY_MS
    last = min(len(difference.days), -(-(end - difference.start) // DAY_MS))
    lived = difference.start / DAY_MS + last - onset / DAY_MS
    total = difference.days[first:last].sum(axis=0) / max(lived, _LEAST_DAYS)
    return {c.value: float(x) for c, x in zip(Carrier, total, strict=True) if x}
