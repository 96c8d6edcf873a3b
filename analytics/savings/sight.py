"""From the store to units: what a target lost, in the carriers its building buys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np

from analytics.calendar import Calendar
from analytics.daybook import Daybook
from analytics.frame import Frame
from analytics.frames import Scene, coarse_rows, layout, means_frame
from analytics.grid import Grid
from analytics.rule import LOOKBACK_MS, Basis, Rule, Target
from analytics.savings.bought import Conversion, registers
from analytics.savings.constructions import CONSTRUCTIONS, Construction, Kind
from analytics.savings.levels import UNHEATED, driver_bins
from analytics.savings.meter_loss import circuit, leak
from analytics.savings.plant_loss import PLANT_LOSSES, Loss
from analytics.savings.plant_meter import counted, fans_of, heat_of, meters_of, plant_of
from analytics.savings.units import Units, joined
from core.batch import Bools, Columns, Floats
from core.clock import DAY_MS
from core.ports import ReadingStore
from core.quality import WHOLE_DAY
from core.site import Site
from core.words import Carrier

_CHUNK_MS = 7 * DAY_MS
"""Read at once: a week of a unit's points at a minute is some 170,000 rows."""

_SLOTS = 96
_ROLES = (
    "fan_status", "fan_speed", "supply_flow", "heat_valve", "cool_valve", "oa_damper", "sat", "mat",
    "rat", "oat", "occupied", "ccet", "cclt", "hcet", "hclt", "heat_power",
)  # fmt: skip
"""Of an air handler, beyond those that its rule names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metered:
    """Local days of a building's meters.

    Attributes:
        use: By bought carrier, of plant; NaN where a day is not whole. (n,) [kWh, m³]
        oat: Mean outdoor air. (n,) [°C]
        working: Working days. (n,)
    """

    use: Mapping[Carrier, Floats]
    oat: Floats
    working: Bools


Targets = Mapping[tuple[str, str], tuple[Rule, Target]]
"""By rule and target, of the rules whose savings can be measured."""


def measurable(site: Site, rules: Sequence[Rule]) -> Targets:
    """All targets of a site whose repair can be measured, where they are sampled finely enough."""
    return {
        (rule.id, target.id): (rule, target)
        for rule in rules
        if rule.card.family in CONSTRUCTIONS
        for target in rule.targets(site)
        if not coarse_rows(site, rule.card.longest_period_s, [target])[0]
    }


@dataclass(frozen=True)
class Sight:
    """Reads targets of a site."""

    site: Site
    calendar: Calendar
    store: ReadingStore
    targets: Targets
    _books: dict[tuple[int, ...], Daybook] = field(default_factory=dict)
    _used: dict[tuple[tuple[int, ...], Grid], Floats] = field(default_factory=dict)
    _days: dict[tuple[str, int], Columns] = field(default_factory=dict)
    _wanted: dict[str, set[int]] = field(default_factory=dict)

    def construction(self, rule: str, target: str) -> Construction | None:
        """How a repair there is measured; None where nothing is claimed."""
        known = self.targets.get((rule, target))
        return CONSTRUCTIONS[known[0].card.family] if known is not None else None

    def units(self, rule: str, target: str, start: int, end: int, node: Conversion | None) -> Units:
        """All units that end within ``(start, end]``. [ms]"""
        of, mine = self.targets[rule, target]
        kind = CONSTRUCTIONS[of.card.family].kind
        if kind is Kind.PLANT:
            found = self._plant(of, mine, start, end)
        else:
            found = self._meter(of, mine, kind, start, end)
        return found if node is None else found.converted(Carrier.GAS, Carrier.HEAT, node.per_unit)

    def metered(self, target: str, days: list[date]) -> Metered:
        """What the meters of a target's building counted on local days, and their weather."""
        building = self.site.equipment[target].building
        use = {
            carrier: self._summed(self.rates(tuple(sorted(points)), days))
            for carrier, points in meters_of(self.site, building).items()
        }
        meter = self.site.equipment[target].meter
        if meter is not None:
            # What a meter passes by itself: no weather is asked.
            points = (*registers(self.site, self.site.equipment[target]), *self._below(target))
            rates = self.rates(points, days)
            own = self._summed(rates[:, :1]) - self._summed(rates[:, 1:])
            working = np.array([self.calendar.workday(d, target) for d in days], dtype=np.bool_)
            return Metered(use={meter.carrier: own}, oat=np.zeros(len(days)), working=working)
        oat = self.site.find(target, "oat")
        air = self.rates((oat,), days)[:, 0] if oat is not None else np.full((len(days), 1), np.nan)
        known = np.isfinite(air)
        mean = np.where(known, air, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
        working = np.array([self.calendar.workday(d, target) for d in days], dtype=np.bool_)
        whole = known.mean(axis=1) >= WHOLE_DAY
        return Metered(use=use, oat=np.where(whole, mean, np.nan), working=working)

    def _below(self, target: str) -> tuple[int, ...]:
        """Registers that a night flow is freed of: meters below the target."""
        found = (t.less for (_, id_), (_, t) in self.targets.items() if id_ == target)
        return next(iter(found), ())

    @staticmethod
    def _summed(rates: Floats) -> Floats:
        """Of whole days; NaN where any of the meters missed some. (days,) [kWh, m³]"""
        known = np.isfinite(rates)
        each = np.where(known, rates, 0.0).sum(axis=2) / np.maximum(known.sum(axis=2), 1)
        found: Floats = np.where(
            (known.mean(axis=2) >= WHOLE_DAY).all(axis=1), 24.0 * each.sum(axis=1), np.nan
        )
        return found

    def occupied_slots(self, target: str) -> Bools:
        """Slots within a target's hours: days off, then working days. (192,)"""
        equipment = self.site.equipment[target]
        hours = self.calendar.hours(equipment)
        found = np.zeros(2 * _SLOTS, dtype=np.bool_)
        for working, span in ((0, hours.offday), (1, hours.workday)):
            if span is not None:
                first, last = span[0] // 15, -(-span[1] // 15)
                # A quarter-hour of grace on either side is nobody's changed schedule.
                found[_SLOTS * working + max(0, first - 2) : _SLOTS * working + last + 2] = True
        return found

    def days(self, start: int, end: int) -> list[date]:
        """Whole local days within ``(start, end]``."""
        return [
            day
            for day in self.calendar.days(start, end)
            if self.calendar.moment(day) >= start
            and self.calendar.moment(day + timedelta(days=1)) <= end
        ]

    def rates(self, points: tuple[int, ...], days: list[date]) -> Floats:
        """Quarter-hours of some points; days whose clock changes are unknown. (days, points, 96)"""
        book = self._books.get(points)
        if book is None:
            book = self._books[points] = Daybook(self.site, self.calendar, self.store, points)
        found = np.full((len(days), len(points), _SLOTS), np.nan)
        rows = [book.row[p] for p in points]
        for n, of in enumerate(book.days(days)):
            if of.grid.count == _SLOTS:
                found[n] = of.rate[rows]
        return found

    def forget(self, first: date, last: date) -> None:
        """Late readings fell into these days."""
        for book in self._books.values():
            book.forget(first, last)
        self._used.clear()
        self._days.clear()

    def _read(self, target: str, points: Sequence[int], start: int, end: int) -> Columns:
        """Readings of some points, by point and time, and of others of the target beside them.

        Of whole days, kept: the rules of one target and the windows of one rule ask for the same
        days again and again.
        """
        wanted = self._wanted.setdefault(target, set())
        if not wanted.issuperset(points):
            wanted.update(points)
            for key in [key for key in self._days if key[0] == target]:
                del self._days[key]
        blocks = []
        for day in range((start + 1) // DAY_MS, (end - 1) // DAY_MS + 1):
            rows = self._days.get((target, day))
            if rows is None:
                rows = self.store.read(sorted(wanted), day * DAY_MS, (day + 1) * DAY_MS).rows
                self._days[target, day] = rows
            blocks.append(rows)
        rows = Columns.joined(blocks)
        rows = rows.keep((rows.at > start) & (rows.at <= end))
        return rows.keep(np.argsort(rows.point, kind="stable")) if len(blocks) > 1 else rows

    def _counted(self, registers: Sequence[int], grid: Grid) -> Floats:
        """What a building's registers counted; its plants' targets all ask for the same."""
        key = (tuple(registers), grid)
        if key not in self._used:
            self._used[key] = counted(self.store, registers, grid.ends, grid.step)
        return self._used[key]

    def _plant(self, rule: Rule, target: Target, start: int, end: int) -> Units:
        parts: list[Units] = []
        at = start
        while at < end:
            upto = min(at + _CHUNK_MS, end)
            parts.append(self._stretch(rule, target, at, upto))
            at = upto
        return joined(parts)

    def _stretch(self, rule: Rule, target: Target, start: int, end: int) -> Units:
        step, back = rule.step_ms, LOOKBACK_MS[Basis.MEANS] // rule.step_ms
        inner = Grid.covering(start, end, step)
        grid = Grid(start=inner.start - back * step, step=step, count=inner.count + back)
        wide = _wide(rule)
        points = dict(target.points)
        for role in wide.card.optional_roles:
            index = self.site.find(target.id, role)
            if index is not None:
                points.setdefault(role, index)
        mine = replace(target, points=points, parameters={**_PLAIN, **target.parameters})
        indices = sorted(set(points.values()))
        rows = self._read(target.id, indices, grid.start, grid.end + step)
        seen = np.zeros(len(self.site.points), dtype=np.int64)
        scene = Scene(self.site, self.calendar, indices, rows, seen)
        frame = means_frame(scene, wide, layout(self.site, wide, [mine]), grid, {})
        building = self.site.equipment[target.id].building
        fans, plant = (self._counted(of(self.site, building), grid) for of in (fans_of, plant_of))
        heat = self._counted(heat_of(self.site, building), grid)
        loss = PLANT_LOSSES[rule.card.family](frame).within(heat).counted(fans, plant)
        kept = loss.exposed[0].copy()
        kept[:back] = False
        return self._of(rule, target, frame, loss, kept)

    def _of(self, rule: Rule, target: Target, frame: Frame, loss: Loss, kept: Bools) -> Units:
        grid = frame.grid
        oat, ends = frame.value("oat")[0], grid.ends
        days = self.calendar.ordinals(ends[kept])
        driver = oat[kept]
        bins = driver_bins(driver)
        if loss.unheated is not None:
            bins = bins + UNHEATED * loss.unheated[0][kept]
        if CONSTRUCTIONS[rule.card.family].timed:
            off = {d: not self.calendar.workday(date.fromordinal(d), target.id)
                   for d in set(days.tolist())}  # fmt: skip
            bins = np.array([off[d] for d in days.tolist()], dtype=np.int64)
            driver = np.full(len(bins), np.nan)
        return Units(
            at=ends[kept], day=days, bin=bins, driver=driver,
            exposure=np.full(int(kept.sum()), grid.hours),
            amount={c: np.nan_to_num(a[0][kept]) for c, a in loss.amount.items()},
            doubt={c: np.nan_to_num(a[0][kept]) for c, a in loss.doubt.items()},
        )  # fmt: skip

    def _meter(self, rule: Rule, target: Target, kind: Kind, start: int, end: int) -> Units:
        days = self.days(start, end)
        ends = [self.calendar.moment(day + timedelta(days=1)) for day in days]
        points = (target.points["rate"], *target.less)
        rate = self.rates(points, days)
        draw = rate[:, 0] - rate[:, 1:].sum(axis=1)
        if kind is Kind.CIRCUIT:
            working = np.array([self.calendar.workday(d, target.id) for d in days], dtype=np.bool_)
            return circuit(days, ends, draw, working)
        pressed = target.points.get("pressure")
        pressure = (self.rates((pressed,), days)[:, 0] if pressed is not None
                    else np.full_like(draw, np.nan))  # fmt: skip
        return leak(days, ends, draw, pressure, rule.card.value("n1"))


_PLAIN = {
    "design_air_flow": np.nan, "oa_min": 0.15, "oa_damper_min": np.nan, "cop": 3.5,
    "heating_capacity": np.nan, "cooling_capacity": np.nan, "fan_power": np.nan,
    "rated_power": np.nan,
}  # fmt: skip
"""What a loss may ask of a target whose rule declares less."""


def _wide(rule: Rule) -> Rule:
    """The rule as one that sees every role a loss may need."""
    own = {*rule.card.roles, *rule.card.optional_roles}
    extra = tuple(role for role in _ROLES if role not in own)
    card = replace(rule.card, optional_roles=(*rule.card.optional_roles, *extra))
    return replace(rule, card=card)
