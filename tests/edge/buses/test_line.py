"""Lines of bytes: what a time-out does to them, and what they are opened with."""

from __future__ import annotations

import time

import msgspec
import pytest

from adapters.sites.devicekeys import BusKeys, SerialKeys
from core.errors import Retryable
from edge.buses.contract import NoAnswer
from edge.buses.line import SerialLine, TcpLine, byte_time_s, line_of
from edge.buses.pace import Pace
from edge.buses.protocols import protocol
from simulators.devices import dlt645, mbus
from simulators.devices.meter_bus import MeterBus
from simulators.devices.pty import PtyPair
from tests.edge.meters import CASES, Case, linked, read


def _pace() -> Pace:
    pace = Pace(0.3)
    pace.answered(0.2)
    return pace


def test_a_time_out_closes_the_connection_to_a_device_server() -> None:
    device = CASES[0].device()
    with CASES[0].bus() as bus, linked(device, bus) as link:
        bus.meters[0].faults.dead = True
        with pytest.raises(NoAnswer):
            read(link, device, _pace())
        bus.meters[0].faults.dead = False
        read(link, device, _pace())
        read(link, device, _pace())
        assert bus.connections == 2


def test_a_serial_line_is_left_silent_after_a_time_out() -> None:
    """Twice the longest answer seen; what comes meanwhile is thrown away."""
    device = CASES[0].device()
    with (
        PtyPair() as pair, CASES[0].bus(port=pair.ends[1]) as bus,
        linked(device, bus, port=pair.ends[0]) as link,
    ):  # fmt: skip
        bus.meters[0].faults.late_s = [0.7]
        began = time.monotonic()
        with pytest.raises(NoAnswer):
            read(link, device, _pace())
        assert time.monotonic() - began > 0.5 + 2 * 0.2
        assert read(link, device, _pace()) == pytest.approx(CASES[0].reads)


def test_a_serial_line_has_its_speed_and_parity() -> None:
    keys = SerialKeys(port="/dev/null", baud=1200, parity="O", stop=2)
    line = line_of(BusKeys(protocol="dlt645", serial=keys))
    assert isinstance(line, SerialLine)
    assert line.byte_s == pytest.approx(12 / 1200)
    assert line.settings == (1200, 8, "O", 2)
    with pytest.raises(Retryable, match="no line to /dev/null"):
        line.send(b"\xfe")
    line.close()


def test_a_device_server_of_which_nothing_is_said_is_2400_8e1() -> None:
    bus = BusKeys(protocol="mbus", tcp="[::1]:4001")
    assert isinstance(line_of(bus), TcpLine)
    assert byte_time_s(bus) == pytest.approx(11 / 2400)
    with pytest.raises(Retryable, match="no line to"):
        line_of(bus).send(b"\xfe")
    assert line_of(bus).receive(0.0) == b""


@pytest.mark.parametrize("in_pieces", [True, False])
@pytest.mark.parametrize("case", [CASES[1], CASES[6]], ids=lambda c: c.template)
def test_a_slow_line_is_waited_for(case: Case, in_pieces: bool) -> None:  # noqa: FBT001
    """At 2400 bit/s a telegram is longer on its way than any answer takes to begin."""
    device = case.device()
    keys = BusKeys(protocol=device.template.protocol, tcp="127.0.0.1:1")
    name = next(iter(case.reads))
    meters = [case.meter()]
    cut = dlt645.cut if device.template.protocol == "dlt645" else mbus.cut
    with MeterBus(meters, cut, byte_s=byte_time_s(keys), in_pieces=in_pieces) as bus:
        slow = msgspec.structs.replace(keys, tcp=bus.endpoint)
        link = protocol(keys.protocol).open_link(slow, [device], lambda *_: None)
        pace = Pace(3.0)
        for _ in range(3):
            pace.answered(0.02)
        began = time.monotonic()
        assert read(link, device, pace, [name]) == {name: pytest.approx(case.reads[name])}
        assert time.monotonic() - began > 0.15
        link.close()
