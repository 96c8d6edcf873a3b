"""DL/T 645 on a bus: long items, refused items, what a cycle costs, and nothing ever set."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.sites.devicekeys import BusKeys, SerialKeys
from adapters.sites.templates import load_packaged
from core.errors import Misconfigured
from edge.buses.contract import Denied, Garbled
from edge.buses.device import Device
from edge.drivers.dlt645 import cost_s, open_link
from simulators.devices.dlt645 import SimulatedDlt645Meter
from tests.edge.fieldbus import device_of, template_of
from tests.edge.meters import CASES, electricity, line_of_meters, linked, read

METER = "202103160005"
TWO_ITEMS = """\
make: Test
model: M
protocol: dlt645
source: written for tests
values:
  energy: {quantity: active_energy, unit: kWh, dlt645: {item: 0x00010000, decimals: 2}}
  power: {quantity: active_power, unit: kW, no_value: [79.9999], dlt645: {item: 0x02030000, bytes: 3, decimals: 4, signed: true}}
"""  # noqa: E501 - a template as people write it


@pytest.fixture
def device(tmp_path: Path) -> Device:
    return device_of(template_of(TWO_ITEMS, tmp_path), METER)


def _controls(asked: list[bytes]) -> set[int]:
    return {question[8] for question in asked}


def test_a_long_item_comes_in_several_answers() -> None:
    case = CASES[0]
    whole = case.device()
    with line_of_meters([electricity(most=4)]) as bus, linked(whole, bus) as link:
        assert read(link, whole) == pytest.approx(case.reads)
        assert _controls(bus.asked) == {0x11, 0x12}, "a question that reads, and no other"


def test_an_item_without_end_is_given_up(device: Device) -> None:
    meter = electricity()
    endless = SimulatedDlt645Meter(METER, dict)
    endless.answer = lambda q: _endless(q, meter)  # type: ignore[assignment,method-assign]
    with (
        line_of_meters([endless]) as bus, linked(device, bus) as link,
        pytest.raises(Garbled, match="does not end after 17 answers"),
    ):  # fmt: skip
        read(link, device)


def _endless(question: bytes, meter: SimulatedDlt645Meter) -> bytes | None:
    answer = meter.answer(question)
    if answer is None or question[8] == 0x12:
        body = question[:8] + b"\xb2\x06" + question[10:14] + b"\x33" + question[14:15]
    else:
        body = question[:8] + b"\xb1\x05" + question[10:14] + b"\x33"
    return body + bytes([sum(body) & 0xFF, 0x16])


def test_a_refused_item_has_no_value_and_is_not_asked_again(device: Device) -> None:
    meter = SimulatedDlt645Meter(METER, lambda: {0x02030000: 1.5})
    with line_of_meters([meter]) as bus, linked(device, bus) as link:
        for _ in range(3):
            assert read(link, device) == {"energy": None, "power": 1.5}
        assert len(bus.asked) == 4


def test_a_meter_that_refuses_all_is_said(device: Device) -> None:
    with (
        line_of_meters([SimulatedDlt645Meter(METER, dict)]) as bus, linked(device, bus) as link,
        pytest.raises(Denied, match=f"meter {METER} refuses item 00010000: no such item; meter"),
    ):  # fmt: skip
        read(link, device)


def test_no_value_is_no_number(device: Device) -> None:
    meter = SimulatedDlt645Meter(METER, lambda: {0x00010000: None, 0x02030000: 79.9999})
    with line_of_meters([meter]) as bus, linked(device, bus) as link:
        assert read(link, device) == {"energy": None, "power": None}


def test_an_item_of_another_length_is_refused(device: Device, tmp_path: Path) -> None:
    short = device_of(template_of(TWO_ITEMS.replace("bytes: 3", "bytes: 2"), tmp_path), METER)
    with line_of_meters([electricity()]) as bus, linked(short, bus) as link:
        assert read(link, short) == {"energy": 123_456.78, "power": None}
        with pytest.raises(Denied, match="item 02030000 has 3 bytes, expected 2"):
            read(link, short, None, ["power"])
        assert read(link, device, None, ["energy"]) == {"energy": 123_456.78}


def test_a_cycle_is_reckoned() -> None:
    bus = BusKeys(protocol="dlt645", serial=SerialKeys(port="/dev/ttyS0", baud=2400))
    single = load_packaged("dlt645-single-phase")
    energy = device_of(single, METER)
    alone = Device(id="m", bus="b", address=METER, template=single, period_s=900,
                   channels=energy.channels[:1], options={})  # fmt: skip
    item = cost_s(bus, alone)
    assert item == pytest.approx(0.28, abs=0.005)
    assert 100 * 12 * item / 60 == pytest.approx(5.6, abs=0.1)
    slow = BusKeys(protocol="dlt645", serial=SerialKeys(port="/dev/ttyS0", baud=1200))
    assert cost_s(slow, alone) == pytest.approx(0.08 + 44 * 11 / 1200)


def test_a_block_costs_one_item() -> None:
    bus = BusKeys(protocol="dlt645", tcp="127.0.0.1:1")
    device = device_of(load_packaged("dlt645-three-phase"), METER)
    values = {value.dlt645.item for value in device.template.values.values() if value.dlt645}
    assert len(values) == 9
    assert 9 * 0.28 <= cost_s(bus, device) < 9 * 0.28 + 0.1


def test_options_are_refused(device: Device) -> None:
    bus = BusKeys(protocol="dlt645", tcp="127.0.0.1:1")
    with pytest.raises(Misconfigured, match="DL/T 645 knows no options"):
        open_link(bus, [device_of(device.template, METER, options={"x": "1"})], lambda *_: None)
