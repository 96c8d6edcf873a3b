"""M-Bus on a bus: readings of several telegrams, repetitions, slaves in trouble, cycles."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from adapters.sites.devicekeys import BusKeys, SerialKeys
from adapters.sites.metermap import MEASURED
from adapters.sites.templates import load_packaged
from core.quantity import units_of
from edge.buses.contract import Denied, Garbled
from edge.buses.device import Device
from edge.buses.pace import Pace
from edge.drivers.mbus import cost_s
from edge.protocols.mbus.values import UNITS, What
from simulators.devices.mbus import Identity, SimulatedMbusMeter, record
from tests.edge.fieldbus import device_of
from tests.edge.meters import HEAT_NOW, heat, line_of_meters, linked, read

ASK = (b"\x10\x7b", b"\x10\x5b")


def _device(address: str = "5") -> Device:
    return device_of(load_packaged("mbus-heat"), address)


def _three_telegrams() -> SimulatedMbusMeter:
    parts = [record("0C 06", 81_234.0, 4), record("0C 14", 1.0, 4, 2), record("4C 06", 9.0, 4)]
    return SimulatedMbusMeter(5, Identity("12345678"), lambda: parts)


def _quick() -> Pace:
    """A pace whose answers took 0.1 s, so that 0.3 s is too late."""
    pace = Pace(3.0)
    for _ in range(50):
        pace.answered(0.1)
    return pace


def _asked(questions: list[bytes]) -> Iterator[str]:
    return (q[1:2].hex().upper() for q in questions if q[:2] in ASK)


@pytest.mark.parametrize("address", ["5", "12345678"])
def test_asks_on_while_more_follows(address: str) -> None:
    device = _device(address)
    with line_of_meters([_three_telegrams()]) as bus, linked(device, bus) as link:
        values = read(link, device)
        assert (values["heat"], values["volume"], values["heat_settled"]) == (81_234.0, 1.0, 9.0)
        assert list(_asked(bus.asked)) == ["7B", "5B", "7B"]


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_a_repetition_keeps_the_frame_count_bit(lost: int) -> None:
    """Without it the telegram that was lost would be passed over."""
    device, meter = _device(), _three_telegrams()
    honest, telegrams = meter.answer, iter(range(99))

    def answer(question: bytes) -> bytes | None:
        said = honest(question)
        if question[:2] in ASK and next(telegrams) == lost:
            meter.faults.lost = 1  # it was sent, and did not arrive
        return said

    meter.answer = answer  # type: ignore[method-assign]
    with line_of_meters([meter]) as bus, linked(device, bus) as link:
        values = read(link, device)
        expected = ["7B", "5B", "7B"]
        expected.insert(lost, expected[lost])
        assert list(_asked(bus.asked)) == expected
    assert (values["heat"], values["volume"], values["heat_settled"]) == (81_234.0, 1.0, 9.0)


def test_a_late_copy_of_a_telegram_is_not_the_next_one() -> None:
    device, meter = _device(), _three_telegrams()
    # Acknowledgement; the first too late; its repetition; the second when the first is there.
    meter.faults.late_s = [0.0, 0.3, 0.0, 0.4]
    with line_of_meters([meter]) as bus, linked(device, bus) as link:
        values = read(link, device, _quick())
    assert (values["heat"], values["volume"], values["heat_settled"]) == (81_234.0, 1.0, 9.0)


def test_a_reading_without_end_is_given_up() -> None:
    parts = [record("0C 06", float(i), 4) for i in range(99)]
    meter = SimulatedMbusMeter(5, Identity("12345678"), lambda: parts)
    device = _device()
    with (
        line_of_meters([meter]) as bus, linked(device, bus) as link,
        pytest.raises(Garbled, match="does not end after 16 telegrams"),
    ):  # fmt: skip
        read(link, device)


@pytest.mark.parametrize(("status", "words"), [(0x08, "permanent error"), (0x01, "busy")])
def test_a_slave_in_trouble_has_no_values(status: int, words: str) -> None:
    device = _device()
    with line_of_meters([heat(status=status)]) as bus, linked(device, bus) as link:
        polled = link.poll(device, device.wanted, Pace(3.0))
        assert next(polled) == dict.fromkeys(device.wanted)
        with pytest.raises(Denied, match=words):
            next(polled)


def test_a_low_battery_is_no_trouble() -> None:
    device = _device()
    with line_of_meters([heat(status=0x04)]) as bus, linked(device, bus) as link:
        assert read(link, device)["heat"] == HEAT_NOW.energy


def test_a_missing_record_has_no_value() -> None:
    meter = SimulatedMbusMeter(5, Identity("12345678"), lambda: [record("0C 06", 3.0, 4)])
    device = _device()
    with line_of_meters([meter]) as bus, linked(device, bus) as link:
        assert read(link, device) == {**dict.fromkeys(device.wanted), "heat": 3.0}
        with pytest.raises(Denied, match="has no volume"):
            read(link, device, None, ["volume"])


def test_two_slaves_of_one_address_are_no_value() -> None:
    device = _device("12345678")
    twins = [heat(energy=1.0), heat(energy=22_222.0, primary=6)]
    with (
        line_of_meters(twins) as bus, linked(device, bus) as link, pytest.raises(Garbled),
    ):  # fmt: skip
        read(link, device)


def test_a_cycle_is_reckoned() -> None:
    bus = BusKeys(protocol="mbus", serial=SerialKeys(port="/dev/ttyS0", baud=2400))
    device = _device("12345678")
    assert 60 * cost_s(bus, device) == pytest.approx(87, abs=0.5)
    assert cost_s(bus, _device("5")) < cost_s(bus, device)


def test_what_templates_may_say_is_what_is_decoded() -> None:
    assert set(MEASURED) == set(What)
    for what, quantities in MEASURED.items():
        for quantity in quantities:
            assert UNITS[What(what)] in units_of(quantity)
