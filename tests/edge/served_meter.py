"""A simulated meter whose values are set by the names of a template."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from adapters.sites.devicekeys import BusKeys, SerialKeys
from adapters.sites.meterkeys import Dlt645Keys
from adapters.sites.templatekeys import TemplateKeys
from edge.buses.device import Device
from simulators.devices.cjt188 import HEAT, HeatState, SimulatedCjt188Meter, WaterState, cjt188_bus
from simulators.devices.dlt645 import SimulatedDlt645Meter, dlt645_bus
from simulators.devices.mbus import (
    EnergyState,
    Identity,
    SimulatedMbusMeter,
    electricity_records,
    heat_records,
    mbus_bus,
    water_records,
)
from simulators.devices.meter_bus import MeterBus
from tests.edge.fieldbus import device_of

Set = Callable[[str, float | None], None]
_FIELDS = {
    "volume": "volume", "volume_settled": "settled", "battery_low": "low_battery",
    "heat": "energy", "heat_settled": "settled", "heat_power": "power", "flow": "flow",
    "supply_temperature": "supply", "return_temperature": "back", "energy": "energy",
    "power": "power",
}  # fmt: skip
"""Fields of the states by name of the templates' values."""


@contextmanager
def served_meter(template: TemplateKeys) -> Iterator[tuple[Set, Device, BusKeys]]:
    """What sets its values, the device as the site file has it, and how it is reached."""
    set_, address, bus = _MADE[template.protocol](template)
    with bus:
        reached = BusKeys(
            protocol=template.protocol, tcp=bus.endpoint, serial=SerialKeys(baud=115_200)
        )
        yield set_, device_of(template, address), reached


def _dlt645(template: TemplateKeys) -> tuple[Set, str, MeterBus]:
    right = {proof.value: proof.near[0] for proof in template.proof}
    places = {name: _item(value.dlt645) for name, value in template.values.items() if value.dlt645}
    values: dict[int, float | None] = {
        item: right.get(name, 0.0) for name, item in places.items()
    }  # fmt: skip
    meter = SimulatedDlt645Meter("202103160005", lambda: values)
    return (
        lambda name, value: values.update({places[name]: value}),
        meter.address,
        dlt645_bus([meter]),
    )


def _item(keys: Dlt645Keys) -> int:
    """The item that stands alone where a block has it."""
    high, low = divmod(keys.item, 0x10000)
    return keys.item if low >> 8 != 0xFF else high << 16 | (1 + keys.at // keys.bytes) << 8


def _cjt188(template: TemplateKeys) -> tuple[Set, str, MeterBus]:
    assert template.cjt188 is not None
    kind, high_first = template.cjt188.type, template.cjt188.order == "high_first"
    state = HeatState(energy=0.0) if kind == HEAT else WaterState(volume=0.0)
    meter = SimulatedCjt188Meter(kind, "78330011223344", lambda: state, high_first=high_first)
    return _setter(state), meter.address, cjt188_bus([meter])


def _mbus(template: TemplateKeys) -> tuple[Set, str, MeterBus]:
    heat, water, power = HeatState(energy=0.0), WaterState(volume=0.0), EnergyState(energy=0.0)
    states = {
        "heat": (heat, heat_records(lambda: heat)), "volume": (water, water_records(lambda: water)),
        "energy": (power, electricity_records(lambda: power)),
    }  # fmt: skip
    state, records = states[next(iter(template.values))]
    meter = SimulatedMbusMeter(5, Identity("12345678"), records)
    return _setter(state), "12345678", mbus_bus([meter])


def _setter(state: object) -> Set:
    return lambda name, value: setattr(state, _FIELDS[name], value)


_MADE = {"dlt645": _dlt645, "cjt188": _cjt188, "mbus": _mbus}
