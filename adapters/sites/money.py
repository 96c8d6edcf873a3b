"""Prices and carbon factors, in the unit in which amounts of their carrier are kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar
from zoneinfo import ZoneInfo

from adapters.sites.document import Place
from adapters.sites.keys import CarbonKeys, PriceKeys, ScaleKeys, SiteKeys
from adapters.sites.local import at
from adapters.sites.log import Log
from core.quantity import Quantity, unit_for, units_of
from core.site import CarbonFactor, OpenDays, Price
from core.words import Carrier

_QUANTITY = {
    Carrier.ELECTRICITY: Quantity.ACTIVE_ENERGY,
    Carrier.WATER: Quantity.VOLUME,
    Carrier.GAS: Quantity.GAS_VOLUME,
    Carrier.HEAT: Quantity.HEAT_ENERGY,
    Carrier.COOLING: Quantity.HEAT_ENERGY,
}

Dated = TypeVar("Dated", PriceKeys, CarbonKeys, ScaleKeys)
T = TypeVar("T")


def prices_of(keys: SiteKeys, zone: ZoneInfo, log: Log) -> Mapping[Carrier, tuple[Price, ...]]:
    """Prices by carrier, oldest first."""

    def price(carrier: Carrier, entry: PriceKeys, valid_from: int) -> Price:
        return Price(valid_from, entry.price / _factor(carrier, entry, log))

    return _by_carrier(keys.prices, price, zone, log)


def carbon_of(
    keys: SiteKeys, zone: ZoneInfo, log: Log
) -> Mapping[Carrier, tuple[CarbonFactor, ...]]:
    """Carbon factors by carrier, oldest first."""

    def carbon(carrier: Carrier, entry: CarbonKeys, valid_from: int) -> CarbonFactor:
        per_unit = entry.kg / _factor(carrier, entry, log)
        return CarbonFactor(valid_from=valid_from, kg_per_unit=per_unit, source=entry.source)

    return _by_carrier(keys.carbon, carbon, zone, log)


def open_days_of(keys: SiteKeys, zone: ZoneInfo, log: Log) -> Mapping[str, OpenDays]:
    """How long faults stood open before, by family: for how long savings are money."""
    found: dict[str, OpenDays] = {}
    for family, of in keys.open_days.items():
        at(of.date, zone, log.place(of, "date"), log)
        found[family] = OpenDays(days=of.days, source=of.source, date=of.date, cases=of.cases)
    return found


def dated(
    entries: Sequence[Dated], zone: ZoneInfo, log: Log
) -> list[tuple[int, Dated]]:  # fmt: skip
    """Entries by the time from which each holds, oldest first; one a time."""
    by_time: dict[int, Dated] = {}
    for entry in entries:
        place = log.place(entry, "valid_from")
        start = at(entry.valid_from, zone, place, log)
        if start in by_time:
            log.mistake(place, f"'{entry.valid_from}' stands twice", "one entry from a date on")
        by_time[start] = entry
    return sorted(by_time.items(), key=lambda item: item[0])


def unit_factor(spelling: str, quantity: Quantity, place: Place, log: Log) -> float:
    """Canonical units in a written one; 1, and a mistake, where it is no such unit."""
    known = units_of(quantity)
    if spelling not in known:
        what = f"'{spelling}' is not a unit of {quantity.value.replace('_', ' ')}"
        log.mistake(place, what, " or ".join(known), near=(spelling, known))
        return 1.0
    return unit_for(quantity, spelling).factor


def _factor(carrier: Carrier, entry: PriceKeys | CarbonKeys, log: Log) -> float:
    return unit_factor(entry.per, _QUANTITY[carrier], log.place(entry, "per"), log)


def _by_carrier(
    entries: Mapping[Carrier, Sequence[Dated]],
    make: Callable[[Carrier, Dated, int], T],
    zone: ZoneInfo,
    log: Log,
) -> Mapping[Carrier, tuple[T, ...]]:
    return {
        carrier: tuple(make(carrier, entry, start) for start, entry in dated(some, zone, log))
        for carrier, some in entries.items()
    }
