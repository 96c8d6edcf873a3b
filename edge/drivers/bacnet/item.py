"""One value of a template as a BACnet object has it: what is read of it, and what that means."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from adapters.sites.bacnetmap import subscribes
from adapters.sites.bacnetwords import (
    MEASURING,
    PRESENT_VALUE,
    PROPERTIES,
    ObjectId,
    object_of,
    property_of,
)
from adapters.sites.templatekeys import ValueKeys
from core.quantity import Unit
from edge.buses.contract import Denied
from edge.buses.device import Device
from edge.drivers.bacnet.decode import Decoded
from edge.drivers.bacnet.units import OtherUnit, correction

VALUE, FLAGS, RELIABILITY, UNITS = (
    PROPERTIES[name] for name in (PRESENT_VALUE, "status-flags", "reliability", "units")
)
_UNTRUE = {1: "fault", 2: "overridden", 3: "out of service"}
"""Status flags under which the present value does not follow the plant (clause 12.2.8 and its
like for every type); the other one, *in alarm*, says nothing against it."""
_RELIABLE = 0.0
UNKNOWN_PROPERTY = 32  # of BACnetErrorCode, clause 21
_FOR_GOOD = frozenset({27, 31, UNKNOWN_PROPERTY, 42, 50})
"""Read access denied, unknown object, unknown property, bad index, no array; the same clause."""


class Reference(NamedTuple):
    """A property of an object, or one element of it."""

    object: ObjectId
    property: int
    element: int | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """A property that the device did not give, and why; its error code where it told one."""

    why: str
    code: int | None = None

    @property
    def for_good(self) -> bool:
        """Whether it will be missing tomorrow too: the question is wrong, not the moment."""
        return self.code in _FOR_GOOD


Found = Mapping[Reference, Decoded | Missing]
"""What was answered, by property."""


class Item:
    """One value of one device.

    What an object does not have is asked once: its flags, its reliability, its unit.

    Args:
        name: Of the template's value.
        keys: What the template says of it.
        tells: Whether its changes are subscribed to.
        units: Whether the unit that its object names is looked at.
    """

    def __init__(self, name: str, keys: ValueKeys, *, tells: bool, units: bool = True) -> None:
        bacnet = keys.bacnet
        assert bacnet is not None  # noqa: S101 - the template was checked
        object_, property_ = object_of(bacnet.object), property_of(bacnet.property)
        assert object_ is not None  # noqa: S101
        assert property_ is not None  # noqa: S101
        self.name, self.object, self.tells = name, object_, tells
        self.value = Reference(object_, property_, bacnet.index)
        self._keys = keys
        self._states = {pair[0]: pair[1] for pair in bacnet.states}
        self._unit: Unit | None = None
        self._unit_is_old = True
        is_value = property_ == VALUE
        self._all_beside = (FLAGS, RELIABILITY) if is_value else ()
        self._beside = list(self._all_beside)
        self._asks_unit = is_value and units and object_.type in MEASURING
        self.untrue: str | None = None
        """Why the last answer was no value of the plant; None where it was one."""

    @property
    def references(self) -> list[Reference]:
        """What is read for it, always in one question."""
        beside = [*self._beside, *([UNITS] if self._asks_unit and self._unit_is_old else [])]
        return [self.value, *(Reference(self.object, p) for p in beside)]

    @property
    def knows_unit(self) -> bool:
        """Whether a number of it can be told without asking for more."""
        return not self._asks_unit or self._unit is not None

    def forget(self) -> None:
        """The device may have been changed: ask again for all that its object has."""
        self._unit_is_old = True
        self._beside = list(self._all_beside)

    def number(self, found: Found) -> float | None:
        """The number in the device, in the unit of the template; None where it has none.

        Raises:
            OtherUnit: The object measures something else.
        """
        for property_ in list(self._beside):
            lacks = found.get(Reference(self.object, property_))
            if isinstance(lacks, Missing) and lacks.code == UNKNOWN_PROPERTY:
                self._beside.remove(property_)
        said = found.get(Reference(self.object, UNITS))
        if said is not None:
            self._unit_is_old = False
            self._unit = correction(self._keys, int(said) if isinstance(said, float) else None)
        self.untrue = self._against(found)
        value = found.get(self.value)
        if self.untrue is not None or not isinstance(value, float):
            return None
        return self._meant(value)

    def meant(self, value: float) -> float | None:
        """A number of its object as :meth:`number` would tell it, whatever speaks against it."""
        return self._meant(value)

    def written(self, number: float) -> float:
        """The number in its object that means this one.

        Raises:
            Denied: The template has no such state.
        """
        if self._states:
            for there, here in self._states.items():
                if here == number:
                    return there
            raise Denied(f"{number:g} is none of its states")
        unit = self._unit or Unit(1.0)
        return (number - unit.offset) / unit.factor

    def _against(self, found: Found) -> str | None:
        """What speaks against the value being the plant's."""
        reliability = found.get(Reference(self.object, RELIABILITY))
        if isinstance(reliability, float) and reliability != _RELIABLE:
            return f"reliability {reliability:g}"
        flags = found.get(Reference(self.object, FLAGS))
        if isinstance(flags, tuple):
            for bit, word in _UNTRUE.items():
                if bit < len(flags) and flags[bit]:
                    return word
        return None

    def _meant(self, value: float) -> float | None:
        if not math.isfinite(value) or value in self._keys.no_value:
            return None
        if self._states:
            return self._states.get(value)
        unit = self._unit or Unit(1.0)
        return value * unit.factor + unit.offset


def items_of(device: Device, names: tuple[str, ...]) -> list[Item]:
    """The items of values of a device."""
    option, values = device.options.get("cov"), device.template.values
    units = device.options.get("units") != "ignore"
    return [
        Item(n, values[n], tells=subscribes(option, device.template, values[n]), units=units)
        for n in names
    ]


__all__ = ["Found", "Item", "Missing", "OtherUnit", "Reference", "items_of"]
