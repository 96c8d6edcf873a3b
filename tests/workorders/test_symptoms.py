"""What a meter shows of a fault behind it joins the order that is there."""

from __future__ import annotations

from core.clock import HOUR_MS
from tests.sample import wushan
from tests.workorders.house import START, House, make_finding, opened
from workorders.symptoms import causes_behind


def test_a_tank_lies_between_the_main_and_the_meter_that_its_pump_feeds() -> None:
    site = wushan()
    assert "a.tank|over" in causes_behind(site, "a.w-main", ("over",))
    assert causes_behind(site, "a.w-toilets", ("over",)) == []
    assert causes_behind(site, "a.w-main", ()) == []


def test_water_through_the_main_is_a_symptom_of_the_tank_that_runs_over(house: House) -> None:
    house.publish(opened(make_finding("WAT-07", "a.tank")))
    tank = house.only()
    house.publish(opened(make_finding("WAT-01", "a.w-main", onset=START - HOUR_MS)))
    assert house.only().id == tank.id
    assert (house.only().asset, house.only().count) == ("a.tank", 2)


def test_without_a_tank_that_runs_over_it_is_an_order_of_its_own(house: House) -> None:
    house.publish(opened(make_finding("WAT-01", "a.w-main")))
    assert house.only().asset == "a.w-main"
