"""From worlds to what can be asked: when each fault could be seen, and what it wasted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from core.clock import DAY_MS
from core.site import Site
from core.words import Carrier, Discipline
from scoring.plan import severity_word
from scoring.records import Cause, Visit
from simulators.physics.climate import DEFAULT_CLIMATE
from simulators.physics.faults import Fault
from simulators.physics.kinds.catalogue import FAULT_KINDS
from simulators.truth import Truth
from simulators.worlds import Difference, Worlds, building_of, one_building

_PATIENCE_MS = 7 * DAY_MS
_TIMES = 3
_LEAST_DAYS = 0.25  # of life over which a waste a day is told; less, and it is noise


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
        """Whether anybody could tell: its hours came on three days within seven of the visit."""
        until = visit.at + _PATIENCE_MS
        came = self.shown[visit.cause].on_days(visit.at, until) if visit.cause in self.shown else 0
        return replace(visit, judged=until <= end and came >= _TIMES)


def known_of(
    site: Site, seed: int, start: int, days: int, faults: Sequence[Fault],
    progress: Callable[[float], None], climate: str = DEFAULT_CLIMATE,
) -> Known:  # fmt: skip
    """Makes the worlds of all buildings, one building at a time."""
    shown: dict[str, Difference] = {}
    use: dict[str, Mapping[str, float]] = {}
    for number, building in enumerate(sorted(site.buildings)):
        mine = [f for f in faults if building_of(site, f.asset) == building]
        worlds = Worlds(
            site=one_building(site, building), seed=seed, start=start, days=days, faults=mine,
            climate=climate,
        )  # fmt: skip
        origin = worlds.origin()
        healthy = worlds.healthy(origin)
        everything, without = worlds.unrepaired(origin)
        shown |= {id_: worlds.difference(everything, life) for id_, life in without.items()}
        mean = healthy.used.sum(axis=0) / days
        use[building] = {c.value: float(x) for c, x in zip(Carrier, mean, strict=True)}
        progress((number + 1) / len(site.buildings))
    return Known(shown=shown, use=use)


def causes_of(
    truth: Sequence[Truth], faults: Sequence[Fault], known: Known, end: int
) -> list[Cause]:
    """Each fault of a run as what is scored."""
    drawn = {f.id: f for f in faults}
    return [_cause(line, drawn[line.id], known, end) for line in truth]


def _cause(line: Truth, fault: Fault, known: Known, end: int) -> Cause:
    kind, difference = FAULT_KINDS[fault.kind], known.shown[line.id]
    data = kind.discipline is Discipline.INSTRUMENT
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
