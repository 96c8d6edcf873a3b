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
from simulators.lives import Difference, Life
from simulators.physics.faults import Fault
from simulators.physics.kinds.catalogue import FAULT_KINDS
from simulators.truth import Truth
from simulators.worlds import (
    Repair,
    Worlds,
    building_of,
    one_building,
    origins,
    repaired,
    unrepaired,
)

_PATIENCE_MS = 7 * DAY_MS
_TIMES = 3
_RUN_IN = 0.2  # of the worlds' work, what their fortnight before takes; it is only told on a bar
EFFECTIVE = "effective"
_LEFT = {EFFECTIVE: 0.0, "partial": 0.5}
"""Of visits that helped: what share of the fault they left, as the simulator halves it."""
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
    """All worlds of one seed.

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
        buildings = sorted(site.buildings)
        many = [
            dataclasses.replace(self.whole, site=one_building(site, b), faults=self._of(b))
            for b in buildings
        ]
        begun = origins(many)
        progress(_RUN_IN)
        found = unrepaired(list(zip(many, begun, strict=True)))
        progress(1.0)
        for b, worlds, origin, of in zip(buildings, many, begun, found, strict=True):
            self._seen[b] = worlds, origin, of.everything
            shown |= {
                id_: worlds.difference(of.everything, life) for id_, life in of.without.items()
            }
            mean = of.healthy.used.sum(axis=0) / self.whole.days
            use[b] = {c.value: float(x) for c, x in zip(Carrier, mean, strict=True)}
        return Known(shown=shown, use=use)

    def savings(self, visits: Sequence[Visit]) -> list[Saving]:
        """What each visit truly saved, in the order of time; those of :meth:`known` come first.

        R_(j-1) - R_j over all days that followed: of one building, whose repairs alone change
        it. Half a repair spares what it spares; what was useless or a cheat is in no R and
        saves nothing here, so that the savings sum to what all repairs spared, U - R.
        """
        found = [
            Saving(cause=v.cause, order=v.order, at=v.at) for v in visits if v.effect not in _LEFT
        ]
        seen = [each for _, each in sorted(self._seen.items())]
        mending = [_mending(visits, worlds) for worlds, _, _ in seen]
        mended = repaired([
            (worlds, origin, [Repair(v.cause, v.at, _LEFT[v.effect]) for v in mine])
            for (worlds, origin, _), mine in zip(seen, mending, strict=True)
        ])  # fmt: skip
        for (_, _, everything), mine, lives in zip(seen, mending, mended, strict=True):
            for visit, before, after in zip(mine, [everything, *lives], lives, strict=False):
                by_day = before.used - after.used
                spared = by_day.sum(axis=0)
                saved = {c.value: float(x) for c, x in zip(Carrier, spared, strict=True) if x}
                days: dict[str, list[float]] = {
                    c.value: [float(x) for x in by_day[:, n]]
                    for n, c in enumerate(Carrier)
                    if c.value in saved
                }
                found.append(
                    Saving(
                        cause=visit.cause, order=visit.order, at=visit.at, saved=saved, days=days
                    )
                )  # fmt: skip
        return sorted(found, key=lambda s: (s.at, s.cause))

    def _of(self, building: str) -> list[Fault]:
        site = self.whole.site
        return [f for f in self.whole.faults if building_of(site, f.asset) == building]


def _mending(visits: Sequence[Visit], worlds: Worlds) -> list[Visit]:
    """What really was mended of one building, by time."""
    faults = {fault.id for fault in worlds.faults}
    mending = [v for v in visits if v.effect in _LEFT and v.cause in faults]
    return sorted(mending, key=lambda v: (v.at, v.cause))


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
