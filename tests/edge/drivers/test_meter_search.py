"""Meters found on a line where several answer at once."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from adapters.sites.devicekeys import BusKeys, SerialKeys
from edge.buses.exchange import Exchange
from edge.buses.line import line_of
from edge.buses.pace import Pace
from edge.drivers.dlt645.scan import search as search_addresses
from edge.drivers.mbus.master import Master
from edge.drivers.mbus.search import Collision, search
from edge.protocols import dlt645
from edge.protocols.mbus.telegram import Telegram
from simulators.devices.dlt645 import SimulatedDlt645Meter
from simulators.devices.mbus import mbus_bus
from simulators.devices.meter_bus import MeterBus, SimulatedMeter, collided
from tests.edge.meters import heat, line_of_meters


def _keys(bus: MeterBus, protocol: str) -> BusKeys:
    return BusKeys(protocol=protocol, tcp=bus.endpoint, serial=SerialKeys(baud=921_600))


def _mbus(
    meters: Sequence[SimulatedMeter], begin: str = ""
) -> tuple[list[Telegram | Collision], int]:
    with mbus_bus(meters) as bus:
        line = line_of(_keys(bus, "mbus"))
        try:
            return list(search(Master(line), Pace(0.05), begin)), len(bus.asked)
        finally:
            line.close()


def test_slaves_that_answer_at_once_are_no_telegram() -> None:
    first, second = (heat(number, p).answer(b"\x10\x7b\xfe\x79\x16")
                     for number, p in (("12345678", 1), ("87654321", 2)))  # fmt: skip
    assert first is not None
    assert second is not None
    heard = collided([first, second])
    assert heard not in (first, second)
    assert sum(heard[4:-2]) & 0xFF != heard[-2]


@pytest.mark.parametrize(
    ("numbers", "begin", "most_asked"),
    [
        pytest.param([], "", 1, id="nobody"),
        pytest.param(["12345678"], "", 2, id="one"),
        pytest.param(["02345678", "92345678"], "", 15, id="the first digit tells"),
        pytest.param(["55555550", "55555551", "55555559"], "555555", 30, id="the last digit tells"),
    ],
)
def test_finds_slaves_digit_by_digit(numbers: list[str], begin: str, most_asked: int) -> None:
    meters = [heat(n, i + 1, energy=i * 1.0) for i, n in enumerate(numbers)]
    found, asked = _mbus(meters, begin)
    assert [f.slave.number for f in found if isinstance(f, Telegram)] == numbers
    assert asked <= most_asked


def test_slaves_of_one_number_are_said() -> None:
    found, _ = _mbus([heat("12345678", 1), heat("12345678", 2, energy=5.0)], "1234567")
    assert found == [Collision("12345678")]


def test_finds_meters_by_their_low_digits() -> None:
    addresses = ["202103160006", "202103160106"]
    energies = dict(zip(addresses, (1.0, 2222.0), strict=True))
    meters: list[SimulatedMeter] = [
        SimulatedDlt645Meter(a, lambda a=a: {0x00010000: energies[a]})  # type: ignore[misc]
        for a in addresses
    ]
    meters.append(SimulatedDlt645Meter("000000009906", dict))  # it refuses the item
    with line_of_meters(meters) as bus:
        line = line_of(_keys(bus, "dlt645"))
        exchange = Exchange(line, dlt645.GRAMMAR, 0.01, 0)
        assert set(search_addresses(exchange, Pace(0.02), "06")) == {*addresses, "000000009906"}
        line.close()
    assert {question[8] for question in bus.asked} == {0x11}
