"""The simulated driver passes on what its source has."""

from __future__ import annotations

from core.ports import Driver
from edge.drivers.simulated import SimulatedDriver
from tests.edge.plant import GATEWAY, START, Steady, site


def test_reads_its_gateway_and_says_when_it_last_did() -> None:
    model = site(2, ("gw-a", "gw-b"))
    driver: Driver = SimulatedDriver(Steady(model), GATEWAY)
    assert driver.health() == {"campus": (None, None)}
    rows = driver.read(START + 180_000)
    assert {model.points[i].gateway for i in rows.point.tolist()} == {GATEWAY}
    assert len(rows) == 6
    assert driver.health() == {"campus": (START + 180_000, None)}
    assert len(driver.read(START + 180_000)) == 0
    driver.close()
