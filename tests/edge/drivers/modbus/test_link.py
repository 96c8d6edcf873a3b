"""Modbus over loopback, against pymodbus' server: no answer is ever that of another question."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Literal

import pytest

from adapters.sites.devicekeys import BusKeys, SerialKeys
from core.errors import Retryable
from edge.buses.contract import Denied, Garbled, NoAnswer
from edge.buses.device import Device
from edge.buses.pace import Pace
from edge.drivers.modbus.client import Line
from edge.drivers.modbus.link import ModbusLink
from simulators.devices.modbus import ModbusServer
from simulators.devices.modbus_registers import ModbusRegisters
from simulators.devices.pty import PtyPair
from tests.edge.fieldbus import METER, device_of, template_of

WAYS = ("tcp", "rtu", "serial")


@pytest.fixture
def device(tmp_path: Path) -> Device:
    return device_of(template_of(METER, tmp_path))


@pytest.fixture
def registers(device: Device) -> ModbusRegisters:
    return ModbusRegisters(device.template, fill=True)


Open = Callable[[str], tuple[ModbusServer, ModbusLink]]


@pytest.fixture
def opened(registers: ModbusRegisters) -> Iterator[Open]:
    """A server and a link to it, the way that is asked for."""
    ends: list[Callable[[], object]] = []

    def start(way: str) -> tuple[ModbusServer, ModbusLink]:
        units = {1: registers, 2: registers}
        if way == "serial":
            line = PtyPair()
            line.__enter__()
            ends.append(line.__exit__)
            server = ModbusServer(units, serial_port=line.ends[1])
            server.start()
            bus = BusKeys(
                protocol="modbus",
                serial=SerialKeys(port=line.ends[0], baud=115_200, parity="N"),
            )
        else:
            server = ModbusServer(units, rtu=way == "rtu")
            server.start()
            bus = BusKeys(
                protocol="modbus", tcp=server.endpoint, framing="rtu" if way == "rtu" else "tcp"
            )
        link = ModbusLink(bus)
        ends.extend((server.stop, link.close))
        return server, link

    yield start
    for end in reversed(ends):
        end()


def _read(link: ModbusLink, device: Device, pace: Pace) -> dict[str, float | None]:
    found: dict[str, float | None] = {}
    for values in link.poll(device, device.wanted, pace):
        found.update(values)
    return found


def _quick() -> Pace:
    """A pace that has seen prompt answers."""
    pace = Pace(0.5)
    for _ in range(50):
        pace.answered(0.01)
    return pace


@pytest.mark.parametrize("way", WAYS)
def test_reads_what_the_device_has(
    opened: Open, registers: ModbusRegisters, device: Device, way: str
) -> None:
    registers.set("power", -2500.0)
    registers.set("energy", 123456.7)
    server, link = opened(way)
    assert _read(link, device, Pace(2.0)) == {
        "power": -2500.0, "energy": 1234567.0, "frequency": 0.0,
    }  # fmt: skip
    # The gap of 36 registers costs more than a second question.
    assert len(server.asked) == 2


@pytest.mark.parametrize("way", WAYS)
def test_one_late_answer_then_thirty_reads_and_none_is_wrong(
    opened: Open, registers: ModbusRegisters, device: Device, way: str
) -> None:
    """Without numbers in its frames, a late answer else becomes the answer of every later read."""
    server, link = opened(way)
    server.faults.each_s = 0.003
    pace = _quick()
    _read(link, device, pace)
    late = pace.timeout_s + 0.1
    server.faults.late_s.append(late)
    with pytest.raises(NoAnswer):
        _read(link, device, pace)
    right = 0
    for i in range(30):
        registers.set("power", float(i))
        registers.set("energy", 1000.0 + i)
        registers.set("frequency", i / 100)
        try:
            found = _read(link, device, pace)
        except NoAnswer:  # a machine that is busy; silence is no wrong answer
            continue
        assert found == {"power": i, "energy": 10_000 + 10 * i, "frequency": i}, f"read {i}"
        right += 1
    assert right >= 25


def test_an_answer_of_another_count_is_refused(
    opened: Open, registers: ModbusRegisters, device: Device
) -> None:
    server, link = opened("rtu")
    pace = Pace(1.0)
    server.faults.short.append(1)
    with pytest.raises(Garbled, match="an answer of 3 for a question of 4"):
        _read(link, device, pace)
    registers.set("power", 7.0)
    assert _read(link, device, pace)["power"] == 7.0
    assert server.connections == 2


def test_a_refused_block_is_halved_and_remembered(
    opened: Open, registers: ModbusRegisters, device: Device
) -> None:
    server, link = opened("tcp")
    registers.set("power", 7.0)
    server.faults.refused.add(3)  # the energy's second register
    pace = Pace(1.0)
    given = link.poll(device, device.wanted, pace)
    assert [next(given), next(given)] == [{"power": 7.0}, {"frequency": 0.0}]
    with pytest.raises(Denied, match=r"refuses energy \(no such register\)"):
        next(given)
    server.asked.clear()
    with pytest.raises(Denied):
        _read(link, device, pace)
    assert [(start, count) for _, _, start, count in server.asked] == [(0, 2), (40, 1)]


def test_a_busy_device_is_not_asked_for_less(opened: Open, device: Device) -> None:
    server, link = opened("tcp")
    server.faults.refused.add(0)
    server.faults.code = type(server.faults.code).DEVICE_BUSY
    with pytest.raises(Denied, match="busy"):
        _read(link, device, Pace(1.0))
    server.faults.refused.clear()
    assert _read(link, device, Pace(1.0))["power"] == 0.0


def test_a_line_that_was_away_is_opened_again(registers: ModbusRegisters, device: Device) -> None:
    server = ModbusServer({1: registers})
    server.start()
    link = ModbusLink(BusKeys(protocol="modbus", tcp=server.endpoint))
    pace = Pace(1.0)
    assert _read(link, device, pace)
    server.stop()
    with pytest.raises(Retryable, match="cannot be reached"):
        _read(link, device, pace)
    with ModbusServer({1: registers}, port=server.port):
        assert _read(link, device, pace)
    link.close()


def test_a_gateway_that_hangs_up_on_a_silent_device_is_no_line_that_is_away(
    device: Device,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def hang_up() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    connection.recv(64)
                    connection.close()

        Thread(target=hang_up, daemon=True).start()
        bus = BusKeys(protocol="modbus", tcp=f"127.0.0.1:{listener.getsockname()[1]}")
        with pytest.raises(NoAnswer, match="closed instead of an answer"):
            _read(ModbusLink(bus), device, Pace(1.0))
        listener.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    ("tcp", "serial", "framing", "numbered"),
    [
        ("h:1", None, None, True),
        ("h:1", None, "rtu", False),
        ("h:1", SerialKeys(), None, False),
        ("h:1", SerialKeys(), "tcp", True),  # a gateway that translates, with a line behind it
        (None, SerialKeys(port="/dev/ttyS0"), None, False),
    ],
)
def test_how_answers_are_matched(
    tcp: str | None,
    serial: SerialKeys | None,
    framing: Literal["tcp", "rtu"] | None,
    numbered: bool,  # noqa: FBT001
) -> None:
    bus = BusKeys(protocol="modbus", tcp=tcp, serial=serial, framing=framing)
    assert Line(bus).numbered is numbered


def test_a_dead_device_costs_what_its_neighbours_take(opened: Open, device: Device) -> None:
    server, link = opened("rtu")
    server.faults.dead.add(2)
    alive, neighbours = _quick(), []
    neighbours.append(alive)
    dead = device_of(device.template, "2")
    took = []
    for _ in range(3):
        began = time.monotonic()
        with pytest.raises(NoAnswer):
            _read(link, dead, Pace(3.0, neighbours))
        assert _read(link, device, alive)
        took.append(time.monotonic() - began)
    assert min(took) < 1.0, "a machine may pause once, a line that waits does so each time"
