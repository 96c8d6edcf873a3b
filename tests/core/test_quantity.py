"""Units: one canonical a quantity, conversion only by name, differences apart from levels."""

from __future__ import annotations

import pytest

from core.errors import Misconfigured
from core.quantity import CANONICAL, Quantity, to_canonical, unit_for, units_of
from core.roles import ROLES


def test_every_quantity_has_a_canonical_unit() -> None:
    assert set(CANONICAL) == set(Quantity)
    assert {role.quantity for role in ROLES.values()} <= set(Quantity)


@pytest.mark.parametrize(
    ("value", "unit", "quantity", "expected"),
    [
        (32.0, "°F", Quantity.TEMPERATURE, 0.0),
        (212.0, "°F", Quantity.TEMPERATURE, 100.0),
        (9.0, "°F", Quantity.TEMPERATURE_DIFFERENCE, 5.0),
        (1.0, "GJ", Quantity.HEAT_ENERGY, 277.7778),
        (1000.0, "L", Quantity.VOLUME, 1.0),
        (10.0, "L/s", Quantity.VOLUME_FLOW, 36.0),
        (2118.88, "cfm", Quantity.AIR_FLOW, 1.0),
        (0.35, "1", Quantity.PERCENT, 35.0),
    ],
)
def test_known_conversions(value: float, unit: str, quantity: Quantity, expected: float) -> None:
    assert to_canonical(value, unit, quantity) == pytest.approx(expected, rel=1e-5, abs=1e-9)


def test_an_unknown_spelling_is_a_mistake_that_lists_the_right_ones() -> None:
    with pytest.raises(Misconfigured, match="°C or °F or K"):
        unit_for(Quantity.TEMPERATURE, "degC")
    assert units_of(Quantity.TEMPERATURE)[0] == "°C"
