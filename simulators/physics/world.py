"""One world: a site's physics, its sensors and meters, and all that they remember."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import numpy as np

from core.batch import Bools, Columns, Floats, Ints
from core.clock import MINUTE_MS
from core.site import Site
from core.words import Carrier
from simulators.physics.conditions import Conditions, conditions_of
from simulators.physics.drivers import Drivers, drivers_of
from simulators.physics.faults import Fault
from simulators.physics.laws import FIRST, Laws
from simulators.physics.model import Going, Model, Reads, Step
from simulators.physics.people.happenings import Happening, changed, layered, tended
from simulators.physics.pieces import Acting, Piece, spans, together
from simulators.physics.plan import plan_of
from simulators.physics.power.electrical import Supplied
from simulators.physics.power.loads import Asked, Loads
from simulators.physics.power.panel import Panel
from simulators.physics.readings.background import PERFECT, Background
from simulators.physics.readings.due import Due
from simulators.physics.readings.meter_faults import SOUND as UNHARMED
from simulators.physics.readings.meters import Meters, Passed
from simulators.physics.readings.outlets import LOOPED, Outlet, element_of, outlets_of
from simulators.physics.readings.sensing import Ills, Sensors, Stretch
from simulators.physics.readings.sensor_faults import SensorFaults
from simulators.physics.trace import Trace
from simulators.physics.water.water import ROW, Watered, Waterworks
from simulators.physics.water.water_points import water_outlets
from simulators.physics.weather.weather import SeededSky, Sky

_MINUTE_S = 60
Said = dict[int, tuple[Ints, Floats]]
"""Times [ms] and values by point index."""


class World:
    """A simulated site between two minutes of its days.

    The same seed gives the same weather, people and noise whatever faults there are.

    Raises:
        Misconfigured: The site has points that nothing here can simulate.
    """

    def __init__(
        self, site: Site, seed: int, gateways: frozenset[str], *, sky: Sky | None = None,
        happenings: Sequence[Happening] = (), background: Background = PERFECT,
        laws: Laws = FIRST,
    ) -> None:  # fmt: skip
        self.plan = plan_of(site, laws)
        self.seed = seed
        self._sky = sky or SeededSky(seed)
        self._happenings = tuple(happenings)
        self.model = Model([self.plan], seed)
        self._loads = Loads(self.plan, seed)
        self._sensors = Sensors(site, seed, background)
        self._meters = Meters(self.plan, seed, background)
        self._gateways = gateways
        self._outlets = outlets_of(self.plan, gateways)
        self._looped = frozenset(i for i, p in enumerate(site.points) if p.role.id in LOOPED)
        self._outdoor = [i for i, p in enumerate(site.points) if p.role.id == "oat"]
        self._panel = Panel(self.plan, self._sensors, seed)
        self._water = Waterworks(self.plan)
        self._water_outlets = water_outlets(self.plan)
        self.day: tuple[Drivers, Asked] | None = None
        self._lender: World | None = None

    def steps(
        self, day: tuple[date, int, Bools], acting: Sequence[Acting], minutes: tuple[int, int],
        *, plant: bool = True,
    ) -> Going[Columns]:  # fmt: skip
        """Goes on through minutes of one local day; gives what all points said, in time order.

        Asks whoever steps the model for what it needs.

        Args:
            day: The local day, its midnight [ms], and by building whether it is worked.
            acting: Which faults act; what lies outside these minutes is left out.
            minutes: From and to, minutes of the day.
            plant: Whether plant points are wanted beside the meters.
        """
        drivers, asked = self._drivers(day)
        pieces = [
            Piece(part, self._conditions(drivers, faults, part))
            for part, faults in spans(acting, drivers.start, minutes)
        ]
        at = drivers.start + (np.arange(minutes[0], minutes[1]) + 1) * MINUTE_MS
        when = Stretch(drivers.day.toordinal(), minutes[0], drivers.weather.sun)
        ills = _ills(pieces)
        looped = self._looped_noise(drivers, ills, when, len(at))
        outdoor = self._read_outdoor(drivers, ills, when, len(at))
        reads = Reads(*self._for_controllers(outdoor, minutes), looped)
        traces = []
        for piece in together(pieces, lambda now: now.plant):
            part = reads.cut(piece.within(minutes[0]))
            traces.append((yield Step(drivers, piece.now, piece.minutes, part)))
        trace = Trace.joined(traces)
        watered = Watered.joined([
            self._water.run(drivers.draws, now.water, span, trace.cut(part))
            for span, now, part in _each(pieces, lambda now: now.water)
        ])  # fmt: skip
        supplied = Supplied.joined([
            self._supplied(drivers, asked, (span, now), trace.cut(part),
                           watered.building[ROW["power"], part])
            for span, now, part in _each(pieces, lambda now: now.supply)
        ])  # fmt: skip
        said: Said = {}
        passed = Passed(supplied, watered.branch, watered.main, trace)
        counting = [(part, now.meters) for _, now, part in _each(pieces, lambda now: now.meters)]
        for part, faults_of_meters in counting:
            _go_on(said, self._meters.read(passed.cut(part), at[part], faults_of_meters))
        if plant:
            said |= self._read_plant(drivers, ills, when, trace, outdoor, at)
            said |= self._read_water(ills, when, watered, at)
            said |= self._panel.read(supplied, at, when, counting, ills)
        return _columns(said, pieces[0].now.silent, self.plan.site, self._gateways)

    def _conditions(
        self, drivers: Drivers, faults: Sequence[Fault], minutes: tuple[int, int]
    ) -> Conditions:
        """The parameters of minutes in which nothing grows."""
        hour = minutes[0] - minutes[0] % 60  # severities grow by the hour, however time is cut
        now = conditions_of(self.plan, faults, drivers.start + hour * MINUTE_MS)
        begun = drivers.start + minutes[0] * MINUTE_MS
        layers = layered(self._happenings, begun)
        now.sensors.update(tended(self.plan, self._happenings, begun))
        for meter, moment in changed(self._happenings, begun).items():
            now.meters[meter] = now.meters.get(meter, UNHARMED).changed(moment)
        for i, ahu in enumerate(self.plan.ahus):
            now.air[i].layered = layers.get(ahu.id, 0.0)
        self._with_offsets(now)
        return now

    @property
    def sensors(self) -> Sensors:
        """All that is read but meters."""
        return self._sensors

    def borrow(self, lender: World | None) -> None:
        """Takes each day's drivers from another world of the seed, which goes first."""
        self._lender = lender
        self._sensors.share(None if lender is None else lender.sensors)

    def consumed(self) -> dict[tuple[str, Carrier], float]:
        """What each building truly used so far, by carrier. [kWh, m³]

        Of electricity with what its transformer turned to heat, before its main meter.
        """
        used = self._meters.consumed()
        for building, lost in zip(self.plan.buildings, self._loads.network.lost, strict=True):
            key = (building, Carrier.ELECTRICITY)
            used[key] = used.get(key, 0.0) + float(lost)
        return used

    def memory(self) -> dict[str, Floats]:
        """All that has to be kept to go on later, by name."""
        kept = self.model.memory() | self._water.memory() | self._loads.network.memory()
        return kept | self._meters.memory() | {"sensors.last": self._sensors.last}

    def remember(self, memory: Mapping[str, Floats]) -> None:
        """Takes up what :meth:`memory` gave."""
        self.model.remember(memory)
        self._water.remember(memory)
        self._loads.network.remember(memory)
        self._meters.remember(memory)
        self._sensors.last = np.array(memory["sensors.last"])

    def _drivers(self, day: tuple[date, int, Bools]) -> tuple[Drivers, Asked]:
        if self._lender is not None and self.day is not self._lender.day:
            self._sensors.forget(day[0].toordinal())
            self.day = self._lender.day
        if self.day is None or self.day[0].day != day[0]:
            drivers = drivers_of(
                self.plan, self.seed, *day, sky=self._sky, happenings=self._happenings
            )
            self._sensors.forget(day[0].toordinal())
            self.day = (drivers, self._loads.asked(drivers))
        return self.day

    def _with_offsets(self, now: Conditions) -> None:
        """Adds the fixed errors of the sensors that control."""
        for ahu, air in zip(self.plan.ahus, now.air, strict=True):
            points, offset = self.plan.site.points_of(ahu.id), self._sensors.offset
            if "sat" in points:
                air.supply_bias += offset[points["sat"]]
            if "rat" in points:
                air.return_bias += offset[points["rat"]]
        for zone, room in zip(self.plan.zones, now.rooms, strict=True):
            if room.says is not None and np.isnan(room.says):
                held = float(self._sensors.last[self.plan.site.points_of(zone.id)["zone_temp"]])
                room.says = None if np.isnan(held) else held

    def _supplied(
        self, drivers: Drivers, asked: Asked, piece: tuple[tuple[int, int], Conditions],
        trace: Trace, pumped: Floats,
    ) -> Supplied:  # fmt: skip
        """What boards see through minutes in which nothing of their own grows."""
        minutes, now = piece
        circuits = self._loads.power(asked, now, minutes, trace, pumped)
        weather = drivers.weather
        return self._loads.network.run(asked.grid, circuits, now.power, minutes, weather)

    def _looped_noise(self, drivers: Drivers, ills: Ills, when: Stretch, many: int) -> Floats:
        """Of supply and return sensors, with what their faults make of it. [K]"""
        noise = drivers.looped_noise[when.first : when.first + many].copy()
        for i, ahu in enumerate(self.plan.ahus):
            for k, role in enumerate(("sat", "rat")):
                point = self.plan.site.points_of(ahu.id).get(role)
                if point is None or point not in ills:
                    continue
                for part, fault in ills[point]:
                    if fault is not None:
                        noise[part, k, i] = self._sensors.in_loop(
                            point, noise[part, k, i], when.later(part), fault
                        )
        return noise

    def _read_outdoor(
        self, drivers: Drivers, ills: Ills, when: Stretch, many: int
    ) -> dict[int, Floats]:
        truth = drivers.weather.oat[when.first : when.first + many]
        sound = [(slice(0, many), None)]
        return {
            p: self._sensors.read_parts(p, truth, when, ills.get(p, sound)) for p in self._outdoor
        }

    def _for_controllers(
        self, outdoor: Mapping[int, Floats], minutes: tuple[int, int]
    ) -> tuple[Floats, Floats]:
        """What air handlers and boilers take as outdoor temperature."""
        temperate = np.full(minutes[1] - minutes[0], 15.0)

        def read(equipment: str | None) -> Floats:
            point = self.plan.site.find(equipment, "oat") if equipment is not None else None
            return temperate if point is None else outdoor[point]

        ahus = np.stack([read(a.id) for a in self.plan.ahus], axis=1)
        warming = zip(self.plan.boilers, self.plan.stations, strict=True)
        plants = [read(p.id if (p := b or s) is not None else None) for b, s in warming]
        return ahus, np.stack(plants, axis=1)

    def _read_plant(
        self, drivers: Drivers, ills: Ills, when: Stretch, trace: Trace,
        outdoor: Mapping[int, Floats], at: Ints,
    ) -> Said:  # fmt: skip
        due = Due(at)
        before, points = self._sensors.last.copy(), self.plan.site.points
        values = dict(outdoor)
        by_period: dict[int, list[int]] = {}
        for point in self._outlets:
            if point not in ills and point not in outdoor:
                # What is told on change is looked at every minute.
                period = _MINUTE_S if points[point].on_change else points[point].period_s
                by_period.setdefault(period, []).append(point)
        said: Said = {}
        for period, sound in by_period.items():
            times, its = self._read_sound(sound, period, drivers, when, trace, due)
            if period == _MINUTE_S:
                values |= zip(sound, its, strict=True)
            else:
                said |= {p: (times, values_of) for p, values_of in zip(sound, its, strict=True)}
        for point in self._outlets.keys() - values.keys() - said.keys():
            values[point] = self._read_ill(point, ills[point], drivers, when, trace)
        for point, its in values.items():
            model = points[point]
            if point in self._outlets and model.on_change:
                held = its[0] if np.isnan(before[point]) else before[point]
                kept = due.at(model.period_s) | (np.diff(its, prepend=held) != 0.0)
                said[point] = (at[kept], its[kept])
            elif point in self._outlets:
                said[point] = due.of(model.period_s, its)
        return said

    def _read_sound(
        self, points: Sequence[int], period: int, drivers: Drivers, when: Stretch, trace: Trace,
        due: Due,
    ) -> tuple[Ints, Floats]:  # fmt: skip
        """When points of one period are due, and what they say then. (times,), (points, times)"""
        which = due.and_last(period)
        seen = trace.at(which)
        truth = np.empty((len(points), len(which)))
        for i, point in enumerate(points):
            truth[i] = self._outlets[point](seen, drivers, when.first + which)
        said = self._sensors.read_sound(points, truth, when, self._looped, which)
        times = due.ends[due.which(period)]
        return times, said[:, : len(times)]

    def _read_ill(
        self, point: int, parts: Sequence[tuple[slice, SensorFaults | None]], drivers: Drivers,
        when: Stretch, trace: Trace,
    ) -> Floats:  # fmt: skip
        """What a point says that something is wrong with, minute by minute."""
        rows = slice(when.first, when.first + trace.building.shape[1])
        biased = point in self._looped
        seen = self._outlets[point](trace, drivers, rows).copy()
        for part, fault in () if biased else parts:
            wired = self._wired(fault.partner) if fault is not None else None
            if wired is not None:
                seen[part] = wired(trace, drivers, rows)[part]
        return self._sensors.read_parts(point, seen, when, parts, biased=biased)

    def _wired(self, partner: int | None) -> Outlet | None:
        return element_of(self.plan, partner) if partner is not None else None

    def _read_water(self, ills: Ills, when: Stretch, watered: Watered, at: Ints) -> Said:
        truth = {point: outlet(watered) for point, outlet in self._water_outlets.items()}
        return self._sensors.read_all(truth, when, ills, Due(at))


def _each(
    pieces: Sequence[Piece], of: Callable[[Conditions], object]
) -> list[tuple[tuple[int, int], Conditions, slice]]:
    """Pieces that differ in one thing: minutes, parameters, and where they lie in the stretch."""
    first = pieces[0].minutes[0]
    return [(p.minutes, p.now, p.within(first)) for p in together(pieces, of)]


def _ills(pieces: Sequence[Piece]) -> Ills:
    """Points that something is wrong with in some of the pieces, and what in which of them."""
    return {
        point: [
            (part, now.sensors.get(point))
            for _, now, part in _each(pieces, lambda now, p=point: now.sensors.get(p))  # type: ignore[misc]
        ]
        for point in {point for piece in pieces for point in piece.now.sensors}
    }


def _go_on(said: Said, more: Said) -> None:
    """Adds what was said in the minutes that follow."""
    for point, later in more.items():
        before = said.get(point)
        said[point] = later if before is None else (
            np.append(before[0], later[0]), np.append(before[1], later[1])
        )  # fmt: skip


def _columns(said: Said, silent: frozenset[int], site: Site, gateways: frozenset[str]) -> Columns:
    """All rows in time order, then by point; silent points and other gateways' give none."""
    points = sorted(p for p in said if p not in silent and site.points[p].gateway in gateways)
    if not points:
        return Columns.of([], [], [])
    at = np.concatenate([said[p][0] for p in points])
    order = np.argsort(at, kind="stable")
    sizes = [len(said[p][0]) for p in points]
    return Columns.of(
        np.repeat(np.array(points, dtype=np.int32), sizes)[order],
        at[order],
        np.concatenate([said[p][1] for p in points])[order],
    )
