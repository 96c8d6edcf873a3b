"""A whole bus while one of its devices is away: its neighbour keeps its period, and it returns."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.clock import SystemClock
from edge.buses import member
from edge.buses.fieldbus import FieldbusDriver
from simulators.devices.bacnet import BacnetDevice, BacnetServer
from tests.edge.fieldbus import site_of, template_of
from tests.plantroom.test_edge_bacnet import METER
from tests.servers import wait_for

LIFETIME_S = 2


class Bus:
    """Two meters that tell of their changes; each polled every second."""

    def __init__(self, folder: Path) -> None:
        # An accumulator tells of nothing here.
        text = METER.replace('"accumulator:1"', '"accumulator:1", cov: false')
        template = template_of(text, folder)
        self.away, self.here = (BacnetDevice(1001 + i, template) for i in range(2))
        self.server = BacnetServer([self.away, self.here])
        lan = (
            'lan: {protocol: bacnet, udp: "127.0.0.1/32:0", longest_answer: 0.5, '
            f"bacnet: {{lifetime: {LIFETIME_S}}}}}"
        )
        devices = [
            f'- {{id: {name}, bus: lan, address: "{device.endpoint}", template: made, equipment: a.m{i}}}'  # noqa: E501
            for i, (name, device) in enumerate((("away", self.away), ("here", self.here)), 1)
        ]
        folder.joinpath("site").mkdir()
        self.site = site_of(folder / "site", [lan], devices, template=text, meters=2, period=1)
        self.driver = FieldbusDriver(self.site, "gw")
        self.rows: list[tuple[int, str, float]] = []

    def read(self) -> None:
        """What came since."""
        rows = self.driver.read(SystemClock().now())
        points = [self.site.points[i].id for i in rows.point.tolist()]
        self.rows += zip(rows.at.tolist(), points, rows.value.tolist(), strict=True)

    def has(self, point: str, value: float) -> bool:
        """Whether a point had a value."""
        self.read()
        return any((p, v) == (point, value) for _, p, v in self.rows)


@pytest.fixture
def bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bus]:
    """Running; a dead device is asked every ten seconds: it is not polling that finds it."""
    monkeypatch.setattr(member, "DEAD_EVERY_S", 10.0)
    made = Bus(tmp_path)
    with made.server:
        yield made
        made.driver.close()


def test_a_device_that_was_away_is_back_within_half_a_lifetime_and_its_neighbour_never_left(
    bus: Bus,
) -> None:
    for device, power in ((bus.away, 1000.0), (bus.here, 2000.0)):
        bus.server.set(device.endpoint, "power", power)
    wait_for(lambda: bus.has("a.m1.power", 1.0) and bus.has("a.m2.power", 2.0), "both")
    bus.away.faults.silent = True
    wait_for(lambda: bus.driver.health()["away"][1] is not None, "its silence")
    bus.rows.clear()
    time.sleep(2 * LIFETIME_S)
    bus.read()
    assert not [p for _, p, _ in bus.rows if p.startswith("a.m1")]
    polled = [at for at, p, _ in bus.rows if p == "a.m2.energy"]
    # One poll a second, however long the machine paused once.
    assert len(polled) >= 3
    assert np.median(np.diff(polled)) < 1500
    assert bus.driver.health()["here"][1] is None

    bus.server.restart(bus.away.endpoint, says_so=False)
    bus.server.set(bus.away.endpoint, "power", 3000.0)
    bus.away.faults.silent = False
    # At a quarter of the lifetime it is asked again, waited for half a second; and two seconds for
    # which a machine may stand still. A poll would find it after ten.
    wait_for(lambda: bus.has("a.m1.power", 3.0), "its return", timeout_s=4.5)
