"""``plantroom planned``: what is planned, and looking at once, said on a terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from adapters.settings import Settings
from core.clock import SteppedClock, SystemClock
from plantroom.plant import BrokerAt, Plant
from tests.plantroom.conftest import Cli
from tests.sample import records_in, wushan


@pytest.fixture
def staffed(var: Path) -> None:
    """People are there to be sent."""
    records_in(var, staffed=True).close()


@pytest.mark.usefixtures("staffed")
def test_it_lists_and_makes_nothing_twice(cli: Cli) -> None:
    found = json.loads(cli("planned", "list", "--days", "366", "--json").output)
    assert {entry["stand"] for entry in found} == {"coming"}
    assert {entry["plan"] for entry in found} >= {"lift", "fire-pumps", "boiler-inspection"}
    assert [entry["day"] for entry in found] == sorted(entry["day"] for entry in found)
    made = json.loads(cli("planned", "run", "--json").output)["made"]
    assert json.loads(cli("planned", "run", "--json").output) == {"made": 0}
    after = json.loads(cli("planned", "list", "--json").output)
    assert sum(bool(entry["order"]) for entry in after) == made
    assert "lift" in cli("planned", "list").output


@pytest.mark.parametrize(
    ("wished", "stepped", "made"),
    [("live", True, False), ("live", False, True), ("always", True, True), ("never", False, False)],
)
def test_stepped_time_plans_nothing_unless_it_is_asked_for(
    tmp_path: Path,
    sites_dir: Path,
    wished: str,
    stepped: bool,  # noqa: FBT001
    made: bool,  # noqa: FBT001
) -> None:
    settings = Settings.model_validate(
        {"var": tmp_path, "site": sites_dir / "wushan", "planned": wished}
    )
    clock = SteppedClock(0) if stepped else SystemClock()
    plant = Plant(settings=settings, site=wushan(), clock=clock, broker=BrokerAt(host="", port=0))
    records_in(tmp_path, staffed=True).close()
    try:
        assert plant.orders.plans is made
    finally:
        plant.stop()
