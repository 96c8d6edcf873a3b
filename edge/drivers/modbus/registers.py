"""Where a value stands in the registers of a device, and how its number is read from them."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from adapters.sites.modbusmap import WORDS
from adapters.sites.templatekeys import ModbusDeviceKeys, ModbusKeys, TemplateKeys
from edge.buses.contract import Denied

_FORMATS = {
    "uint16": ">H", "int16": ">h", "uint32": ">I", "int32": ">i", "uint64": ">Q", "int64": ">q",
    "float32": ">f", "float64": ">d",
}  # fmt: skip
BITS = (1, 2)
"""Functions whose answers are single bits."""
_NO_EXPONENT = -0x8000
"""SunSpec's code for a power of ten that is not there (sunssf)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """One value in the registers; addresses are those on the wire, from 0.

    Attributes:
        name: Of the template's value.
        function: By which it is read.
        start: First register that its reading needs.
        count: How many from there; never read in two parts.
        offset: Where in them its number begins.
        exponent: Where in them its power of ten is; None where it has none.
    """

    name: str
    function: int
    start: int
    count: int
    offset: int
    exponent: int | None
    keys: ModbusKeys
    word_order: str
    byte_order: str
    no_value: frozenset[float]

    @property
    def end(self) -> int:
        """First register behind it."""
        return self.start + self.count

    def number(self, read: Sequence[int]) -> float | None:
        """The number in ``count`` registers read from ``start``; None where it says none."""
        if self.keys.type == "bit":
            return float(read[0])
        size = WORDS[self.keys.type]
        raw = self._raw(read[self.offset : self.offset + size])
        bits = int.from_bytes(raw, "big")
        (number,) = struct.unpack(_FORMATS[self.keys.type], raw)
        if bits in self.no_value or number in self.no_value or not math.isfinite(number):
            return None
        if self.keys.bit is not None:
            return float(bits >> self.keys.bit & (1 << self.keys.width) - 1)
        if self.exponent is None:
            return float(number)
        (power,) = struct.unpack(">h", self._raw(read[self.exponent : self.exponent + 1]))
        # SunSpec allows -10 to 10; anything else is its code for none, or no such register.
        return None if not -10 <= power <= 10 else float(number) * 10.0**power  # noqa: PLR2004

    def words(self, number: float) -> list[int]:
        """The registers that hold a number; a bit is one of 0 or 1.

        Raises:
            Denied: It does not fit.
        """
        kind = self.keys.type
        if kind == "bit":
            return [int(bool(number))]
        try:
            raw = struct.pack(_FORMATS[kind], number if kind.startswith("float") else round(number))
        except (struct.error, OverflowError) as error:
            raise Denied(f"{number:g} does not fit {kind}") from error
        if self.byte_order != "big":
            raw = b"".join(raw[i + 1 : i + 2] + raw[i : i + 1] for i in range(0, len(raw), 2))
        words = list(struct.unpack(f">{len(raw) // 2}H", raw))
        return words if self.word_order == "big" else words[::-1]

    def _raw(self, words: Sequence[int]) -> bytes:
        ordered = words if self.word_order == "big" else list(reversed(words))
        raw = struct.pack(f">{len(ordered)}H", *ordered)
        if self.byte_order == "big":
            return raw
        return b"".join(raw[i + 1 : i + 2] + raw[i : i + 1] for i in range(0, len(raw), 2))


def spots_of(template: TemplateKeys, wanted: Sequence[str]) -> list[Spot]:
    """Where the wanted values of a template stand."""
    device = template.modbus or ModbusDeviceKeys()
    return [_spot(name, template, device) for name in wanted]


def _spot(name: str, template: TemplateKeys, device: ModbusDeviceKeys) -> Spot:
    value = template.values[name]
    keys = value.modbus
    assert keys is not None  # noqa: S101 - the template was checked
    first = keys.address - device.base
    last = first + WORDS[keys.type]
    start, exponent = first, None
    if keys.exponent is not None:
        place = keys.exponent - device.base
        start, last = min(first, place), max(last, place + 1)
        exponent = place - start
    return Spot(
        name=name, function=keys.function or device.function, start=start, count=last - start,
        offset=first - start, exponent=exponent, keys=keys,
        word_order=keys.words or device.words, byte_order=keys.bytes or device.bytes,
        no_value=frozenset(value.no_value),
    )  # fmt: skip
