"""What a bus makes of a protocol that stumbles, or that is told things unasked."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

from adapters.sites.devicekeys import BusKeys
from core.clock import SystemClock
from core.errors import Misconfigured
from edge.buses import bus as bus_module
from edge.buses.buffer import Buffer
from edge.buses.bus import Bus
from edge.buses.contract import Give, Values
from edge.buses.device import Device
from edge.buses.pace import Pace
from edge.buses.protocols import protocol
from tests.edge.fieldbus import METER, device_of, template_of


class _Stumbling:
    """A link that confuses itself at one device."""

    def __init__(self, give: Give) -> None:
        self.give = give
        self.closed = False

    def poll(self, device: Device, wanted: Sequence[str], pace: Pace) -> Iterator[Values]:
        assert pace.timeout_s > 0
        if device.id == "bad":
            raise ZeroDivisionError("a decoder's mistake")
        yield {wanted[0]: 1.0}

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def stumbling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Bus, Buffer, _Stumbling]:
    template = template_of(METER, tmp_path)
    made: list[_Stumbling] = []

    def open_link(_bus: BusKeys, _devices: Sequence[Device], give: Give) -> _Stumbling:
        made.append(_Stumbling(give))
        return made[0]

    monkeypatch.setattr(bus_module, "protocol", lambda _name: SimpleNamespace(open_link=open_link))
    buffer = Buffer(SystemClock())
    devices = [device_of(template, id_=id_) for id_ in ("bad", "good")]
    bus = Bus("b", BusKeys(protocol="any"), devices, buffer, SystemClock())
    return bus, buffer, made[0]


def test_a_device_that_confuses_its_protocol_does_not_end_the_bus(
    stumbling: tuple[Bus, Buffer, _Stumbling],
) -> None:
    bus, buffer, link = stumbling
    bus.start()
    _wait(lambda: bus.health()["good"][0] is not None)
    bus.stop()
    assert bus.health()["bad"] == (None, "ZeroDivisionError: a decoder's mistake")
    assert len(buffer.take(SystemClock().now()))
    assert link.closed


def test_what_a_device_sends_unasked_is_a_reading_of_now(
    stumbling: tuple[Bus, Buffer, _Stumbling],
) -> None:
    bus, buffer, link = stumbling
    good = bus.members[1].device
    link.give(good, {"power": 2500.0, "unknown": 1.0})
    rows = buffer.take(SystemClock().now())
    assert rows.value.tolist() == [2500.0]
    assert bus.health()["good"][0] == pytest.approx(SystemClock().now(), abs=1000)


def test_a_protocol_that_nothing_speaks_is_named() -> None:
    with pytest.raises(Misconfigured, match=r"no protocol 'morse'; expected .*modbus"):
        protocol("morse")


def _wait(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 5
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)
