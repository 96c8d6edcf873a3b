"""CJ/T 188 on a bus: the meter's unit is believed, editions and types are kept apart."""

from __future__ import annotations

import pytest

from adapters.sites.devicekeys import BusKeys, SerialKeys
from adapters.sites.templates import load_packaged
from edge.buses.contract import Denied, NoAnswer
from edge.buses.device import Device
from edge.drivers.cjt188 import cost_s
from simulators.devices.cjt188 import COLD_WATER, HEAT, HeatState, SimulatedCjt188Meter, WaterState
from tests.edge.fieldbus import device_of
from tests.edge.meters import line_of_meters, linked, read

METER = "78330011223344"


def _water(state: WaterState | HeatState, kind: int = COLD_WATER) -> SimulatedCjt188Meter:
    return SimulatedCjt188Meter(kind, METER, lambda: state)


def _device(template: str = "cjt188-water") -> Device:
    return device_of(load_packaged(template), METER)


@pytest.mark.parametrize("litres", [True, False])
def test_litres_and_cubic_metres_are_told_apart(litres: bool) -> None:  # noqa: FBT001
    device = _device()
    state = WaterState(volume=123.45, settled=100.0, in_litres=litres)
    with line_of_meters([_water(state)]) as bus, linked(device, bus) as link:
        values = read(link, device)
        assert values == {"volume": 123.45, "volume_settled": 100.0, "battery_low": 0.0}


def test_no_value_is_no_number() -> None:
    device, state = _device(), WaterState(volume=None, settled=5.0)
    with line_of_meters([_water(state)]) as bus, linked(device, bus) as link:
        assert read(link, device, None, ["volume", "volume_settled"]) == {
            "volume": None, "volume_settled": 5.0,
        }  # fmt: skip


def test_a_unit_of_another_quantity_is_refused() -> None:
    """A heat meter that says it is for water would give energy for volume."""
    device = _device()
    meter = _water(HeatState(energy=7.0), COLD_WATER)
    with (
        line_of_meters([meter]) as bus, linked(device, bus) as link,
        pytest.raises(Denied, match="'kWh' is not a unit of volume"),
    ):  # fmt: skip
        read(link, device, None, ["volume"])


def test_a_short_item_is_refused() -> None:
    device = _device("cjt188-heat")
    meter = SimulatedCjt188Meter(HEAT, METER, lambda: WaterState(volume=1.0), high_first=True)
    with (
        line_of_meters([meter]) as bus, linked(device, bus) as link,
        pytest.raises(Denied, match="item 901F has 19 bytes, expected 20"),
    ):  # fmt: skip
        read(link, device, None, ["flow"])


def test_the_other_edition_refuses_and_another_type_is_silent() -> None:
    meter = _water(WaterState(volume=1.0))
    old = _device("cjt188-water-2004")
    heat = device_of(load_packaged("cjt188-heat"), METER, id_="m2")
    with line_of_meters([meter]) as bus, linked(old, bus) as link:
        for _ in range(2):
            with pytest.raises(Denied, match=f"meter {METER} refuses item 901F"):
                read(link, old)
        assert len(bus.asked) == 1, "what was refused is not asked again within the hour"
        with pytest.raises(NoAnswer):
            read(link, heat)


def test_a_cycle_is_reckoned() -> None:
    bus = BusKeys(protocol="cjt188", serial=SerialKeys(port="/dev/ttyS0", baud=2400))
    assert cost_s(bus, _device()) == pytest.approx(0.35, abs=0.005)
    assert cost_s(bus, _device("cjt188-heat")) == pytest.approx(0.46, abs=0.005)
