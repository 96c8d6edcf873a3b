"""Words and numbers of BACnet (ANSI/ASHRAE 135-2020, clause 21), as far as site files use them."""

from __future__ import annotations

import re
from typing import NamedTuple

PRESENT_VALUE = "present-value"
LAST_INSTANCE = 4194302
"""Of 22 bits, less the one that stands for any."""
LAST_NETWORK = 65534

OBJECT_TYPES = {
    "analog-input": 0, "analog-output": 1, "analog-value": 2, "binary-input": 3,
    "binary-output": 4, "binary-value": 5, "device": 8, "loop": 12, "multi-state-input": 13,
    "multi-state-output": 14, "multi-state-value": 19, "accumulator": 23, "pulse-converter": 24,
    "integer-value": 45, "large-analog-value": 46, "positive-integer-value": 48,
    "lighting-output": 54, "binary-lighting-output": 55,
}  # fmt: skip
"""Types of objects that hold a number, as the standard numbers them."""
MEASURING = frozenset({0, 1, 2, 12, 23, 24, 45, 46, 48})
"""Types that name the unit of their number."""
BINARY = frozenset({3, 4, 5, 55})
MULTI_STATE = frozenset({13, 14, 19})

PROPERTIES = {
    PRESENT_VALUE: 85, "status-flags": 111, "reliability": 103, "units": 117, "out-of-service": 81,
    "object-list": 76, "object-name": 77, "description": 28, "model-name": 70, "vendor-name": 121,
    "number-of-states": 74, "state-text": 110, "system-status": 112, "change-of-state-count": 15,
    "elapsed-active-time": 33, "tracking-value": 164, "relinquish-default": 104,
    "controlled-variable-value": 21, "setpoint": 108, "value-before-change": 190,
    "output-units": 82, "firmware-revision": 44,
}  # fmt: skip
"""Properties by name, as the standard numbers them; others are written as numbers."""

UNITS = {
    2: "mA", 3: "A", 5: "V", 6: "kV", 8: "VA", 9: "kVA", 11: "var", 12: "kvar", 15: "1", 18: "Wh",
    19: "kWh", 27: "Hz", 29: "%RH", 35: "W/m²", 37: "lx", 47: "W", 48: "kW", 49: "MW", 53: "Pa",
    54: "kPa", 55: "bar", 56: "psi", 58: "inH₂O", 62: "°C", 63: "K", 64: "°F", 79: "ft³",
    80: "m³", 82: "L", 84: "cfm", 85: "m³/s", 87: "L/s", 88: "L/min", 96: "ppm", 98: "%",
    120: "°F", 121: "K", 126: "MJ", 135: "m³/h", 136: "L/h", 146: "MWh", 204: "kvarh",
}  # fmt: skip
"""Units by their number in BACnetEngineeringUnits, in the spelling of the project."""
NO_UNITS = 95

ADDRESS = (
    r"\d{1,7}"
    r"|\d{1,3}(\.\d{1,3}){3}(:\d{1,5})?"
    r"|\d{1,5}:(\d{1,3}|0x([0-9a-fA-F]{2}){1,7})"
)  # fmt: skip
ADDRESS_WORDS = "a device instance 0 to 4194302, IP or IP:port, or behind a router network:address"
_OBJECT = re.compile(r"([a-z-]+|\d{1,4}):(\d{1,7})")


class ObjectId(NamedTuple):
    """Type and instance of an object, as numbers."""

    type: int
    instance: int

    def __str__(self) -> str:
        return f"{TYPE_NAMES.get(self.type, str(self.type))}:{self.instance}"


TYPE_NAMES = {number: name for name, number in OBJECT_TYPES.items()}


def object_of(written: str) -> ObjectId | None:
    """The object of ``analog-input:3``; None where it is none."""
    match = _OBJECT.fullmatch(written)
    if match is None:
        return None
    kind, instance = match[1], int(match[2])
    number = int(kind) if kind.isdigit() else OBJECT_TYPES.get(kind)
    if number is None or number > 1023 or instance > LAST_INSTANCE:  # noqa: PLR2004 - 10 bits
        return None
    return ObjectId(number, instance)


def property_of(written: str) -> int | None:
    """The number of a property; None where there is no such name."""
    return int(written) if written.isdigit() else PROPERTIES.get(written)


def is_instance(address: str) -> bool:
    """Whether a device is addressed by its instance, and has to be found by Who-Is."""
    return address.isdigit()


def is_routed(address: str) -> bool:
    """Whether a device stands behind a router, on a network with a number."""
    return ":" in address and "." not in address
