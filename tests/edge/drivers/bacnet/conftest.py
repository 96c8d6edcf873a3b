"""A BACnet device on loopback with one value of each kind, and a link to it."""
# ruff: noqa: E501 - a template as people write it

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from adapters.sites.bacnetkeys import BacnetBusKeys
from adapters.sites.devicekeys import BusKeys
from adapters.sites.templatekeys import TemplateKeys
from edge.buses.contract import Values
from edge.buses.device import Device
from edge.buses.pace import Pace
from edge.drivers.bacnet import cov
from edge.drivers.bacnet.link import BacnetLink
from simulators.devices.bacnet import BacnetDevice, BacnetServer
from tests.edge.fieldbus import device_of, template_of

ROOM = """\
make: Test
model: Room
protocol: bacnet
source: written for tests
bacnet: {cov: COV}
values:
  temp: {quantity: temperature, unit: °C, role: zone_temp, bacnet: {object: "analog-input:1"}}
  flow: {quantity: air_flow, unit: m³/h, role: supply_flow, bacnet: {object: "analog-input:2"}}
  valve: {quantity: percent, unit: "%", role: heat_valve, bacnet: {object: "analog-output:1"}}
  fan: {quantity: status, unit: bool, role: fan_status, bacnet: {object: "binary-input:1"}}
  mode: {quantity: status, unit: bool, role: occupied, bacnet: {object: "multi-state-value:7", states: [[1, 0], [2, 1]]}}
  energy: {quantity: active_energy, unit: kWh, role: energy, scale: 0.1, bacnet: {object: "accumulator:1"}}
"""
INSTANCE = 1001


class Bench:
    """A device, the link that reads it, and what it told unasked."""

    def __init__(self, template: TemplateKeys, *, lifetime_s: int = 120, more: int = 0) -> None:
        self.served = [BacnetDevice(INSTANCE + i, template) for i in range(1 + more)]
        self.server = BacnetServer(self.served)
        self.told: list[Values] = []
        self.bus = BusKeys(
            protocol="bacnet", udp="127.0.0.1/32:0",
            bacnet=BacnetBusKeys(lifetime=lifetime_s), longest_answer=1.0,
        )  # fmt: skip
        self.devices = [
            device_of(template, served.endpoint, id_=f"d{served.instance}")
            for served in self.served
        ]
        self.link = BacnetLink(self.bus, self.devices, lambda _d, values: self.told.append(values))
        self.device, self.simulated = self.devices[0], self.served[0]
        self.faults = self.simulated.faults

    @property
    def pace(self) -> Pace:
        """One that has learnt nothing: a busy machine is waited for, a second."""
        return Pace(1.0)

    def set(self, name: str, value: float | None) -> None:
        """A value of the first device."""
        self.server.set(str(INSTANCE), name, value)

    def read(
        self, device: Device | None = None, wanted: Sequence[str] | None = None
    ) -> dict[str, float | None]:
        """One poll."""
        found: dict[str, float | None] = {}
        chosen = device or self.device
        for values in self.link.poll(chosen, wanted or chosen.wanted, self.pace):
            found.update(values)
        return found

    def questions(self, kind: str) -> int:
        """How many of a kind the first device heard."""
        return sum(type(apdu).__name__.startswith(kind) for apdu in self.simulated.asked)

    def heard(self, name: str) -> list[float | None]:
        """What was told of one value, in its order."""
        return [values[name] for values in list(self.told) if name in values]


def bench(folder: Path, *, cov: bool = False, lifetime_s: int = 120, more: int = 0) -> Bench:
    """A bench that is not started."""
    template = template_of(ROOM.replace("COV", str(cov).lower()), folder)
    return Bench(template, lifetime_s=lifetime_s, more=more)


def running(made: Bench) -> Iterator[Bench]:
    """A bench while its device serves."""
    with made.server:
        yield made
        made.link.close()


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Bench]:
    """A device that is polled alone."""
    yield from running(bench(tmp_path))


@pytest.fixture
def telling(tmp_path: Path) -> Iterator[Bench]:
    """A device that tells of its changes, by subscriptions of 3 s."""
    yield from running(bench(tmp_path, cov=True, lifetime_s=3))


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Subscribe at once: only a reader by hand needs the second that is waited else."""
    monkeypatch.setattr(cov, "_FIRST_S", 0.1)
