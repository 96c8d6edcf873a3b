"""From the truth to what a point says: offset, noise, quantum, and the sensor's own faults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.batch import Bools, Floats, Ints
from core.clock import MINUTE_MS
from core.site import Site
from simulators.physics.readings.background import PERFECT, Background, Episodes, some_hours
from simulators.physics.readings.due import Due
from simulators.physics.readings.sensor_faults import OPEN_READING, SOUND, SensorFaults
from simulators.physics.streams import autoregression, fixed, remembered, stream, wander
from simulators.physics.weather.weather import DAY_MIN


@dataclass(frozen=True, slots=True)
class SensorClass:
    """What healthy sensors of one role do.

    Attributes:
        offset: Fixed error at most, either way.
        noise: Standard deviation of one reading.
        quantum: Smallest step.
        centre: Middle of the fixed errors.
        slow: Standard deviation of what wanders within hours.
    """

    offset: float
    noise: float
    quantum: float
    centre: float = 0.0
    slow: float = 0.0


_EXACT = SensorClass(0.0, 0.0, 0.1)
# Instruments of class 0.5 show a reading a second: what is left of the grid's own flicker.
_VOLTS, _AMPS = SensorClass(0.0, 0.15, 0.1), SensorClass(0.0, 0.1, 0.1)
_STATUS = SensorClass(0.0, 0.0, 1.0)
_AIR = SensorClass(0.25, 0.04, 0.05)
_WATER = SensorClass(0.3, 0.08, 0.1)
# The flow that two substations' heat and temperatures imply scatters by 2 %, of 5 K between them.
_HOT = SensorClass(0.3, 0.05, 0.1)
# Offsets within class: Pt1000 class B with its transmitter, 0.3 K; a mixing box is worse.
CLASSES: dict[str, SensorClass] = {
    # Those that control are read by 12 bits over 250 K: 0.06 K, as a laboratory's are.
    "oat": SensorClass(0.25, 0.04, 0.05), "oah": SensorClass(1.5, 0.4, 0.1),
    "irradiance": SensorClass(0.0, 2.0, 1.0), "sat": SensorClass(0.2, 0.0, 0.06),
    "rat": SensorClass(0.25, 0.0, 0.06), "mat": SensorClass(0.35, 0.05, 0.06),
    "ccet": _AIR, "cclt": _AIR, "hcet": _AIR, "hclt": _AIR, "zone_temp": _AIR,
    # Five rooms of one office at night: 288 to 455 ppm, in the mean 380, where some 395 were
    # outdoors then and rooms keep a little; 3.8 to 4.7 ppm of noise about a moving mean of half
    # an hour, 5 to 6 with what wanders slower.
    # Capacitive sensors in rooms: 2 to 3 % by their makers.
    "zone_rh": SensorClass(2.0, 0.2, 0.1),
    "zone_co2": SensorClass(85.0, 4.1, 1.0, centre=-30.0, slow=3.6),
    "sat_sp": _EXACT, "heat_valve": _EXACT, "cool_valve": _EXACT, "oa_damper": _EXACT,
    "fan_speed": _EXACT, "pump_speed": _EXACT,
    "hw_sp": SensorClass(0.0, 0.0, 0.5), "supply_flow": SensorClass(0.0, 0.06, 0.01),
    "fan_status": _STATUS, "occupied": _STATUS, "chiller_status": _STATUS,
    "boiler_cmd": _STATUS, "boiler_status": _STATUS, "pump_status": _STATUS,
    "hw_leaving": _HOT, "hw_entering": _HOT, "chw_leaving": _WATER, "chw_entering": _WATER,
    "primary_leaving": _WATER, "primary_entering": _WATER, "primary_valve": _EXACT,
    "primary_flow": SensorClass(0.0, 0.02, 0.01), "branch_return": _WATER, "tank_temp": _WATER,
    "burner_status": _STATUS, "chw_flow": SensorClass(0.0, 0.1, 0.1), "cw_to_chiller": _WATER,
    "cw_from_chiller": _WATER,
    "pressure": SensorClass(2.0, 1.2, 0.5),
    "voltage_a": _VOLTS, "voltage_b": _VOLTS, "voltage_c": _VOLTS, "current_a": _AMPS,
    "current_b": _AMPS, "current_c": _AMPS, "neutral_current": _AMPS,
    "residual_current": SensorClass(0.0, 0.001, 0.001), "cable_temp": SensorClass(0.5, 0.1, 0.1),
    "power_factor": SensorClass(0.0, 0.0, 0.001), "demand": _EXACT,
}  # fmt: skip
_NEVER_NEGATIVE = {
    "irradiance", "supply_flow", "pressure", "zone_co2", "oah", "zone_rh", "chw_flow",
    "primary_flow",
}  # fmt: skip
_SATURATED = {"oah": 100.0, "zone_rh": 100.0}
"""Where a transmitter's output ends whatever its element says: in fog a humidity sensor's error
would lift it over the top of its scale."""

# Carbon dioxide of outdoor air goes up and down with the days' weather, and rooms follow it; the
# nights of five rooms moved together within 29 ppm in eight days. [ppm], kept of the day before
_CARBON_SD, _CARBON_KEEPS, _CARBON_DAYS = 15.0, 0.7, 14
# What wanders forgets within so long. [min]
_SLOW_MIN = 35.0
# A reader of a heat station said -39.9 of all its temperatures for hours or days, three times in
# five years of two stations.
_DEAD, _DEAD_A_YEAR, _DEAD_H, _DEAD_SPREAD = -39.9, 0.3, 18.0, 1.5
_STATION = {"hw_leaving", "hw_entering"}

# A spike is so many times the larger of noise and quantum: some kelvins of a thermometer.
_SPIKE_LEAST, _SPIKE_MOST = 20.0, 300.0
# A shield warms and cools with a quarter of an hour, and the sun comes round to it for some hours.
_SHIELD_MIN, _SUN_HOURS, _SUN_FROM, _SUN_UNTIL = 15.0, 2.0, 9.0, 15.0
_FULL_SUN = 1000.0


@dataclass(frozen=True, slots=True)
class Stretch:
    """Consecutive minutes of one local day.

    Attributes:
        ordinal: The day.
        first: First minute of it.
        sun: Horizontal irradiance of the whole day by minutes. [W/m²]
    """

    ordinal: int
    first: int
    sun: Floats

    def later(self, part: slice) -> Stretch:
        """Some of its minutes."""
        return Stretch(self.ordinal, self.first + part.start, self.sun)


Ills = Mapping[int, Sequence[tuple[slice, SensorFaults | None]]]
"""What is wrong with sensors in which minutes of a stretch, by point index."""


class Sensors:
    """All sensors of a site: their fixed errors, and what the frozen ones hold.

    Attributes:
        offset: Fixed error of each point.
        last: What each said last; NaN before it said anything.
        noise: Of a day by minutes, by point and day.
    """

    def __init__(self, site: Site, seed: int, background: Background = PERFECT) -> None:
        self._site = site
        self._seed = seed
        self._class = [CLASSES.get(p.role.id, _EXACT) for p in site.points]
        self.offset = np.array([
            fixed(seed, p.id, "offset", c.centre - c.offset, c.centre + c.offset)
            if c.offset > 0.0 else 0.0
            for p, c in zip(site.points, self._class, strict=True)
        ])  # fmt: skip
        self.last = np.full(len(site.points), np.nan)
        self._most = np.array([_SATURATED.get(p.role.id, np.inf) for p in site.points])
        self._quantum = np.array([c.quantum for c in self._class])
        roles = [p.role.id for p in site.points]
        self._positive: Bools = np.array([r in _NEVER_NEGATIVE for r in roles], np.bool_)
        self._breathed: Bools = np.array([r == "zone_co2" for r in roles], np.bool_)
        self.noise: dict[tuple[int, int], Floats] = {}
        self._carbon: dict[int, Floats] = {}
        self._carbon_weights = autoregression(_CARBON_KEEPS, length=_CARBON_DAYS)
        self._dead = _dead(site, seed, background.nonsense)

    def read(
        self, point: int, truth: Floats, when: Stretch, fault: SensorFaults | None,
        *, biased: bool = False,
    ) -> Floats:  # fmt: skip
        """What a point said in consecutive minutes.

        Args:
            point: Index.
            truth: What it looks at.
            when: The minutes.
            fault: What is wrong with it.
            biased: Whether ``truth`` is already what the controller read.
        """
        cls, ill = self._class[point], fault or SOUND
        seen = truth
        if not biased:
            if self._site.points[point].role.id == "zone_co2":
                seen = seen + self._outdoor_carbon(when)[when.first : when.first + len(truth)]
            seen = seen + self.offset[point]
            if cls.noise > 0.0:
                noise = self._noise_of(point, when.ordinal)[when.first : when.first + len(truth)]
                seen = seen + noise * ill.noise
            seen = self._astray(point, seen, when, ill)
        said = np.round(np.round(seen / cls.quantum) * cls.quantum, 3)
        if self._site.points[point].role.id in _NEVER_NEGATIVE:
            said = np.minimum(np.maximum(said, 0.0), self._most[point])
        said = self._faulty(point, said, ill)
        self.last[point] = said[-1]
        return self._unread(point, said, when)

    def read_sound(
        self, points: Sequence[int], truth: Floats, when: Stretch, biased: frozenset[int],
        at: Ints | None = None,
    ) -> Floats:  # fmt: skip
        """What points said that nothing is wrong with: :meth:`read` of all at once, to the bit.

        Args:
            points: Indices.
            truth: What they look at, (points, minutes); written.
            when: The minutes.
            biased: Those whose truth is already what the controller read.
            at: Which of the minutes are asked for, the last one among them; None for all.
        """
        which = np.array(points, np.int64)
        part = when.first + (np.arange(truth.shape[1]) if at is None else at)
        said = truth
        breathed = np.flatnonzero(self._breathed[which])
        if len(breathed):
            said[breathed] += self._outdoor_carbon(when)[part]
        offset = self.offset[which]
        offset[[i for i, point in enumerate(points) if point in biased]] = 0.0
        said += offset[:, None]
        for i, point in enumerate(points):
            if self._class[point].noise > 0.0 and point not in biased:
                said[i] += self._noise_of(point, when.ordinal).take(part)
        quantum = self._quantum[which][:, None]
        said /= quantum
        np.rint(said, out=said)
        said *= quantum
        np.round(said, 3, out=said)
        positive = np.flatnonzero(self._positive[which])
        most = self._most[which[positive]][:, None]
        said[positive] = np.minimum(np.maximum(said[positive], 0.0), most)
        self.last[which] = said[:, -1]
        for i, point in enumerate(points):
            if point in self._dead:
                said[i] = self._unread(point, said[i], when, part)
        return said

    def read_parts(
        self, point: int, truth: Floats, when: Stretch,
        parts: Sequence[tuple[slice, SensorFaults | None]], *, biased: bool = False,
    ) -> Floats:  # fmt: skip
        """What a point said whose fault changes within the minutes, as :meth:`read` has it."""
        said = [
            self.read(point, truth[part], when.later(part), fault, biased=biased)
            for part, fault in parts
        ]
        return said[0] if len(said) == 1 else np.concatenate(said)

    def read_all(
        self, truth: Mapping[int, Floats], when: Stretch, ills: Ills, due: Due
    ) -> dict[int, tuple[Ints, Floats]]:
        """Times and values of what points said that are due; arguments as of :meth:`read`."""
        said: dict[int, tuple[Ints, Floats]] = {}
        by_period: dict[int, list[int]] = {}
        for point in truth:
            period = self._site.points[point].period_s
            if point in ills:
                said[point] = due.of(
                    period, self.read_parts(point, truth[point], when, ills[point])
                )
            else:
                by_period.setdefault(period, []).append(point)
        for period, points in by_period.items():
            at = due.and_last(period)
            seen = np.stack([truth[point].take(at) for point in points])
            values = self.read_sound(points, seen, when, frozenset(), at)
            times = due.ends[due.which(period)]
            said |= {p: (times, values[i, : len(times)]) for i, p in enumerate(points)}
        return said

    def in_loop(self, point: int, noise: Floats, when: Stretch, fault: SensorFaults) -> Floats:
        """The noise of a sensor that controls, as its fault makes it; offsets come with a bias.

        Args:
            point: Index.
            noise: As it is while the sensor is sound. [the point's unit]
            when: The minutes.
            fault: What is wrong with it.
        """
        return noise * fault.noise + self._spikes(point, len(noise), when, fault.spikes)

    def forget(self, ordinal: int) -> None:
        """Drops the noise of other days; the day before stays for who goes on a little later."""
        for key in [k for k in self.noise if not ordinal - 1 <= k[1] <= ordinal]:
            del self.noise[key]

    def share(self, other: Sensors | None) -> None:
        """Draws noise together with others of the same site and seed; None: by itself again."""
        self.noise = dict(self.noise) if other is None else other.noise

    def _astray(self, point: int, seen: Floats, when: Stretch, ill: SensorFaults) -> Floats:
        """Adds what has no part in a healthy reading."""
        if ill.bias != 0.0:
            seen = seen + ill.bias
        if ill.spikes > 0.0:
            seen = seen + self._spikes(point, len(seen), when, ill.spikes)
        if ill.sun > 0.0:
            warmed = self._sunshine(point, when.sun)[when.first : when.first + len(seen)]
            seen = seen + ill.sun * warmed
        return seen

    def _faulty(self, point: int, said: Floats, ill: SensorFaults) -> Floats:
        if ill.broken:
            said = np.full_like(said, OPEN_READING)
        elif ill.stuck:
            held = self.last[point]
            return np.full_like(said, said[0] if np.isnan(held) else held)
        return np.round(said * 1.8 + 32.0, 2) if ill.fahrenheit else said

    def _unread(self, point: int, said: Floats, when: Stretch, at: Ints | None = None) -> Floats:
        """What the reader makes of it; the controller has its own sensor's word.

        ``at`` which minutes of the day; all of the stretch where it is not said.
        """
        if point not in self._dead:
            return said
        of_day = when.first + np.arange(len(said)) if at is None else at
        minutes = when.ordinal * DAY_MIN + of_day
        return np.where(self._dead[point].acting(minutes * MINUTE_MS), _DEAD, said)

    def _outdoor_carbon(self, when: Stretch) -> Floats:
        """How far outdoor air is from its usual carbon dioxide, by minutes of the day. [ppm]"""
        if when.ordinal not in self._carbon:
            noons = [
                _CARBON_SD
                * remembered(self._carbon_weights, self._seed, "carbon", ordinal=when.ordinal + k)
                for k in (-1, 0, 1)
            ]
            hours = (np.arange(DAY_MIN) + 0.5) / 60.0
            self._carbon = {when.ordinal: np.interp(hours, [-12.0, 12.0, 36.0], noons)}
        return self._carbon[when.ordinal]

    def _spikes(self, point: int, minutes: int, when: Stretch, per_day: float) -> Floats:
        """Errors of single minutes; a higher rate has all those of a lower one, and more."""
        rng = stream(self._seed, self._site.points[point].id, "spikes", when.ordinal)
        chance, share, side = rng.random((3, DAY_MIN))[:, when.first : when.first + minutes]
        cls = self._class[point]
        size = _SPIKE_LEAST * (_SPIKE_MOST / _SPIKE_LEAST) ** share
        size = size * max(cls.noise, cls.quantum) * np.sign(side - 0.5)
        return np.where(chance < per_day / DAY_MIN, size, 0.0)

    def _sunshine(self, point: int, sun: Floats) -> Floats:
        """How far the sun warms a shield by the minute: 1 is full sun for long."""
        comes = fixed(self._seed, self._site.points[point].id, "sunlit", _SUN_FROM, _SUN_UNTIL)
        hours = (np.arange(DAY_MIN) + 0.5) / 60.0
        falls = sun / _FULL_SUN * np.exp(-0.5 * ((hours - comes) / _SUN_HOURS) ** 2)
        kernel = np.exp(-np.arange(8 * int(_SHIELD_MIN)) / _SHIELD_MIN)
        warmed: Floats = np.convolve(falls, kernel / kernel.sum())[:DAY_MIN]
        return warmed

    def _noise_of(self, point: int, ordinal: int) -> Floats:
        key = (point, ordinal)
        if key not in self.noise:
            rng = stream(self._seed, self._site.points[point].id, "noise", ordinal)
            cls = self._class[point]
            self.noise[key] = rng.standard_normal(DAY_MIN) * cls.noise
            if cls.slow > 0.0:
                self.noise[key] += wander(rng, DAY_MIN, _SLOW_MIN, cls.slow)
        return self.noise[key]


def _dead(site: Site, seed: int, often: float) -> dict[int, Episodes]:
    """By point, when a station's reader says nothing but -39.9; all its points at once."""
    found: dict[int, Episodes] = {}
    for index, point in enumerate(site.points):
        if often > 0.0 and point.role.id in _STATION:
            lasting = some_hours(_DEAD_H, _DEAD_SPREAD)
            words = (point.equipment, "dead")
            found[index] = Episodes(seed, words, often * _DEAD_A_YEAR, lasting)
    return found
