"""One simulated meter for each packaged template of a meters' bus, and what it must read as."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from adapters.sites.devicekeys import BusKeys, SerialKeys
from adapters.sites.templates import load_packaged
from edge.buses.contract import Link
from edge.buses.device import Device
from edge.buses.pace import Pace
from edge.buses.protocols import protocol
from simulators.devices.cjt188 import (
    COLD_WATER,
    HEAT,
    HeatState,
    SimulatedCjt188Meter,
    WaterState,
    cjt188_bus,
)
from simulators.devices.dlt645 import SimulatedDlt645Meter, dlt645_bus
from simulators.devices.mbus import (
    WATER_MEDIUM,
    EnergyState,
    Identity,
    SimulatedMbusMeter,
    electricity_records,
    heat_records,
    mbus_bus,
    water_records,
)
from simulators.devices.meter_bus import MeterBus, SimulatedMeter
from tests.edge.fieldbus import device_of

HEAT_NOW = HeatState(energy=81_234.0, power=-12.3, flow=1.234, volume=4321.05, supply=78.5,
                     back=41.2, settled=111.0)  # fmt: skip
WATER_NOW = WaterState(volume=556_677.12, settled=10.0, low_battery=True)
ELECTRICITY: Mapping[int, float] = {
    0x00010000: 123_456.78, 0x00020000: 12.0, 0x00030000: -45.67, 0x02010100: 229.8,
    0x02010200: 230.1, 0x02010300: 231.4, 0x02020100: 12.345, 0x02020200: -1.5, 0x02020300: 0.0,
    0x02030000: -2.3456, 0x02040000: 0.5, 0x02060000: -0.987, 0x02800002: 50.02,
}  # fmt: skip
_METER, _WATER, _HEAT = "202103160005", "78330011223344", "00330011223355"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A template, a meter for it, and its values."""

    template: str
    address: str
    meter: Callable[[], SimulatedMeter]
    reads: Mapping[str, float]

    def device(self) -> Device:
        """The device as the site file would have it."""
        return device_of(load_packaged(self.template), self.address)

    def bus(self, *more: SimulatedMeter, echo: bool = False, port: str | None = None) -> MeterBus:
        """A line with this meter, and others."""
        return line_of_meters([self.meter(), *more], echo=echo, port=port)


def line_of_meters(
    meters: Sequence[SimulatedMeter], *, echo: bool = False, port: str | None = None
) -> MeterBus:
    """A line of the first meter's protocol."""
    makers: dict[type, Callable[..., MeterBus]] = {
        SimulatedDlt645Meter: dlt645_bus, SimulatedCjt188Meter: cjt188_bus,
        SimulatedMbusMeter: mbus_bus,
    }  # fmt: skip
    return makers[type(meters[0])](meters, echo=echo, serial_port=port)


@contextmanager
def linked(device: Device, bus: MeterBus, *, port: str | None = None) -> Iterator[Link]:
    """The driver's link to a line; a fast one, so that tests need not wait for bytes."""
    speed = SerialKeys(port=port or "", baud=115_200, parity="N")  # a pty refuses parity
    word = device.template.protocol
    keys = BusKeys(protocol=word, tcp=None if port else bus.endpoint, serial=speed)
    link = protocol(word).open_link(keys, [device], lambda *_: None)
    try:
        yield link
    finally:
        link.close()


def read(
    link: Link, device: Device, pace: Pace | None = None, wanted: Sequence[str] = ()
) -> dict[str, float | None]:
    """Values of a device, all or some, polled once."""
    found: dict[str, float | None] = {}
    for values in link.poll(device, wanted or device.wanted, pace or Pace(3.0)):
        found.update(values)
    return found


def electricity(address: str = _METER, **more: int) -> SimulatedDlt645Meter:
    """A three-phase meter with :data:`ELECTRICITY`."""
    return SimulatedDlt645Meter(address, lambda: ELECTRICITY, **more)


def heat(
    number: str = "12345678", primary: int = 5, *, status: int = 0, energy: float | None = None
) -> SimulatedMbusMeter:
    """A heat meter with :data:`HEAT_NOW`, but perhaps for its energy."""
    state = HEAT_NOW if energy is None else replace(HEAT_NOW, energy=energy)
    return SimulatedMbusMeter(primary, Identity(number), heat_records(lambda: state), status=status)


def _water_mbus() -> SimulatedMbusMeter:
    identity = Identity("87654321", medium=WATER_MEDIUM)
    return SimulatedMbusMeter(9, identity, water_records(lambda: WATER_NOW))


def _electricity_mbus() -> SimulatedMbusMeter:
    state = EnergyState(energy=1234.56, power=2.345)
    return SimulatedMbusMeter(7, Identity("11223344", medium=2), electricity_records(lambda: state))


_WATER_READS = {"volume": 556_677.12, "volume_settled": 10.0, "battery_low": 1.0}
_SINGLE = {
    "energy": 123_456.78, "voltage": 229.8, "current": 12.345, "power": -2.3456,
    "power_factor": -0.987,
}  # fmt: skip
_THREE = {
    "energy": 123_456.78, "energy_export": 12.0, "reactive_energy": -45.67, "voltage_a": 229.8,
    "voltage_b": 230.1, "voltage_c": 231.4, "current_a": 12.345, "current_b": -1.5,
    "current_c": 0.0, "power": -2.3456, "reactive_power": 0.5, "power_factor": -0.987,
    "frequency": 50.02,
}  # fmt: skip
_HEAT_READS = {
    "heat": 81_234.0, "heat_settled": 111.0, "heat_power": -12.3, "flow": 1.234, "volume": 4321.05,
    "supply_temperature": 78.5, "return_temperature": 41.2,
}  # fmt: skip
_CJT_HEAT = {**_HEAT_READS, "heat_settled": 81_234.0, "heat_power": 12.3, "battery_low": 0.0}

CASES = [
    Case(template="dlt645-three-phase", address=_METER, meter=electricity, reads=_THREE),
    Case(template="dlt645-single-phase", address=_METER, meter=electricity, reads=_SINGLE),
    Case(
        template="cjt188-water", address=_WATER, reads=_WATER_READS,
        meter=lambda: SimulatedCjt188Meter(COLD_WATER, _WATER, lambda: WATER_NOW),
    ),
    Case(
        template="cjt188-water-2004", address=_WATER, reads=_WATER_READS,
        meter=lambda: SimulatedCjt188Meter(
            COLD_WATER, _WATER, lambda: WATER_NOW, high_first=True
        ),
    ),
    Case(
        template="cjt188-heat", address=_HEAT, reads=_CJT_HEAT,
        meter=lambda: SimulatedCjt188Meter(
            HEAT, _HEAT, lambda: HeatState(energy=81_234.0, power=12.3, flow=1.234,
                                           volume=4321.05, supply=78.5, back=41.2),
            high_first=True,
        ),
    ),
    Case(template="mbus-heat", address="5", meter=heat, reads=_HEAT_READS),
    Case(template="mbus-heat", address="12345678", meter=heat, reads=_HEAT_READS),
    Case(template="mbus-heat", address="1234567824400104", meter=heat, reads=_HEAT_READS),
    Case(
        template="mbus-water", address="87654321", meter=_water_mbus,
        reads={"volume": 556_677.12, "volume_settled": 10.0},
    ),
    Case(
        template="mbus-electricity", address="7", meter=_electricity_mbus,
        reads={"energy": 1234.56, "power": 2.345},
    ),
]  # fmt: skip
"""Every packaged template of the three protocols stands here; a test sees to it."""
