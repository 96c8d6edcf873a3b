"""Water in the rooms' air, and air handlers that dry it: cooled too far, then heated again.

Only rooms that show their humidity, have a fan coil or an air handler that declares
``dehumidifies`` are reckoned.
People give water, supply air and what seeps in bring and take it, walls and paper hold some. What
chilled water does to condense goes by outdoor dew point (:mod:`simulators.physics.brought`).
"""

from __future__ import annotations

import numpy as np

from core.batch import Bools, Floats
from simulators.physics.air.fan_coils import Dried
from simulators.physics.air.rooms import HEIGHT_M, SEEPS_PER_MIN, STEP_MIN
from simulators.physics.constants import constant
from simulators.physics.plan import Plan
from simulators.physics.rows import Rows
from simulators.physics.weather.moist import relative_of, saturated

_START_G_KG = 7.0  # 20 °C and some 48 %
# A person at a desk gives off some 50 g/h at 22 °C (recalled of ISO 7730's and ASHRAE's tables).
_PERSON_G_MIN = 50.0 / 60.0
_AIR_KG_M3 = 1.2
# Paper, carpets and plaster take up and give back water: the air counts so many times. Chosen, of
# what programs of building physics take for furnished rooms, 3 to 15.
_HOLDS = 6.0
# Air leaves a wet coil nearly saturated: some passes between the fins.
_LEAVES_COIL = constant(0.93)
_COOLS_K = constant(0.3)
# A drying controller opens the cooling valve over so much of return humidity, from 60 % on where a
# site says nothing: GB 50736's upper bound of offices in summer (recalled); archives want 50. [%RH]
_LIMIT, _BAND = 60.0, constant(10.0)
_NO_AIR, _NOUGHT, _ONE = constant(1e-9), constant(0.0), constant(1.0)
_SEEPS, _SETTLES = constant(SEEPS_PER_MIN * STEP_MIN), constant(-1.0 / _HOLDS)


class Damp:
    """Humidity of all rooms of all worlds.

    Attributes:
        state: Water [g/kg] and relative humidity [%RH] of each room. (2, rooms)
        some: Whether any room is reckoned.
        dries: Whether any air handler dries.
    """

    def __init__(self, plan: Plan, rows: Rows) -> None:
        self._rows = rows
        self._drying: Bools = np.array([a.declared("dehumidifies") for a in plan.ahus], np.bool_)
        # A coil that dries comes before the one that heats, else behind it.
        self._behind = 1.0 - self._drying
        self._limit = np.array([a.number("humidity_limit", _LIMIT) for a in plan.ahus], np.float64)
        self.dries = bool(self._drying.any())
        by_ahu = self._drying[plan.zone_ahu] if len(plan.ahus) else np.zeros(rows.zones, np.bool_)
        self._reckoned = np.array(plan.shows_damp, np.bool_) | (by_ahu & (plan.zone_ahu >= 0))
        self._reckoned[plan.unit_zone] = True
        self.some = bool(self._reckoned.any())
        self._per_litre = 60.0 * STEP_MIN / (plan.area * HEIGHT_M)
        self._gives = _PERSON_G_MIN * STEP_MIN / (plan.area * HEIGHT_M * _AIR_KG_M3)
        self._asks = np.empty((2, rows.zones))
        self.state = np.empty((2, rows.zones))
        self.state[0], self.state[1] = _START_G_KG, 50.0

    def step(
        self, air: Floats, heads: Floats, mean: Floats, share: Floats, outdoors: Floats,
        coils: Dried | None = None,
    ) -> None:  # fmt: skip
        """Five minutes.

        Args:
            air: Of the rooms, after them. [°C]
            heads: People in each.
            mean: Of each air handler: flow [m³/s], and flow times outdoor share, mixed air, heating
                rise, cooling drop and supply. (6, air handlers)
            share: Of its air handler's flow that each room takes.
            outdoors: Water in outdoor air, one for all. [g/kg]
            coils: What fan coils dry; None where there are none.
        """
        water = self.state[0]
        supplied, flow = self._rows.from_ahus(self._supply(water, mean, share, outdoors))
        flow *= share
        flow *= self._per_litre
        rate = flow + _SEEPS
        brings = flow * supplied + (self._gives * heads + _SEEPS * outdoors)
        if coils is not None:
            through = coils.flow * self._per_litre
            rate = rate + through
            brings = brings + through * coils.leaves
        settles = brings / rate
        after = settles + (water - settles) * np.exp(rate * _SETTLES)
        np.copyto(water, after, where=self._reckoned)
        np.copyto(self.state[1], relative_of(air, water), where=self._reckoned)

    def asks(self, air: Floats, share: Floats) -> Floats:
        """How far each drying air handler's humidity loop opens its cooling valve. (…,) 0…1

        Args:
            air: Of the rooms. [°C]
            share: As in :meth:`step`.
        """
        wet, warm, whole = self._rows.to_ahus(np.stack([
            self.state[0] * share, air * share, share
        ]))  # fmt: skip
        whole = np.maximum(whole, _NO_AIR)
        humidity = relative_of(warm / whole, wet / whole)
        asked = np.minimum(np.maximum((humidity - self._limit) / _BAND, _NOUGHT), _ONE)
        opened: Floats = asked * self._drying
        return opened

    def _supply(self, water: Floats, mean: Floats, share: Floats, outdoors: Floats) -> Floats:
        """Water in each air handler's supply [g/kg], and its flow [m³/s]. (2, air handlers)"""
        supply = mean[:2].copy()
        if not np.count_nonzero(mean[0]):
            return supply
        asks = self._asks
        np.multiply(water, share, out=asks[0])
        asks[1] = share
        wet, whole = self._rows.to_ahus(asks)
        back = wet / np.maximum(whole, _NO_AIR)
        fresh, mixed, rise, drop = mean[1:5] / np.maximum(mean[0], _NO_AIR)
        supply[0], supply[1] = back + fresh * (outdoors - back), mean[0]
        cools = drop > _COOLS_K
        if np.count_nonzero(cools):
            leaves = _LEAVES_COIL * saturated(mixed - drop + self._behind * rise)
            np.minimum(supply[0], leaves, out=supply[0], where=cools)
        return supply
