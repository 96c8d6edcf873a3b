"""Units that a BACnet object names, in the spelling of the project."""

from __future__ import annotations

from adapters.sites.bacnetwords import NO_UNITS, UNITS
from adapters.sites.templatekeys import ValueKeys
from core.quantity import Quantity, unit_for, units_of
from core.quantity import Unit as Factor

_NO_UNIT = frozenset({Quantity.STATUS, Quantity.COUNT})
_SAME = Factor(1.0)


class OtherUnit(Exception):
    """The object measures something else than its template says."""


def correction(value: ValueKeys, said: int | None) -> Factor:
    """What turns the device's number into the unit of its template.

    Where the template scales the number it knows better than the object, and where the object
    names no unit there is nothing to know.

    Args:
        value: What the template says.
        said: The object's ``units``; None where it has none.

    Raises:
        OtherUnit: It is a unit of another quantity, or one that nobody here can convert.
    """
    scaled = (value.scale, value.offset) != (1.0, 0.0)
    if said is None or said == NO_UNITS or scaled or value.quantity in _NO_UNIT:
        return _SAME
    spelled = UNITS.get(said, f"unit {said} of BACnet")
    if spelled not in units_of(value.quantity):
        raise OtherUnit(f"says {spelled}, its template {value.unit}")
    there, here = unit_for(value.quantity, spelled), unit_for(value.quantity, value.unit)
    return Factor(there.factor / here.factor, (there.offset - here.offset) / here.factor)
