"""Meters made from templates on one line: each value is written by its name, as a feed does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from adapters.sites.meterkeys import Cjt188Keys, Dlt645Keys, MbusKeys
from adapters.sites.templatekeys import TemplateKeys
from simulators.devices import cjt188, dlt645, mbus
from simulators.devices.cjt188 import SimulatedCjt188Meter
from simulators.devices.dlt645 import SimulatedDlt645Meter
from simulators.devices.mbus import Identity, SimulatedMbusMeter
from simulators.devices.meter_bus import MeterBus, SimulatedMeter

_BLOCK = 0xFF
_SECONDARY = 8
_UNIT_CODES = {
    "kWh": 0x05, "MWh": 0x08, "MJ": 0x0E, "GJ": 0x11, "kW": 0x17, "L": 0x29, "m³": 0x2C,
    "L/h": 0x32, "m³/h": 0x35,
}  # fmt: skip
_VIFS: Mapping[str, tuple[str, float]] = {
    "energy": ("03", 1e3), "volume": ("13", 1e3), "power": ("2B", 1e3), "volume_flow": ("3B", 1e3),
    "flow_temperature": ("59", 100.0), "return_temperature": ("5D", 100.0),
    "temperature_difference": ("61", 100.0), "external_temperature": ("65", 100.0),
    "pressure": ("68", 10.0), "humidity": ("FB1A", 10.0), "voltage": ("FD46", 1e3),
    "current": ("FD59", 1e3),
}  # fmt: skip
"""VIF and steps of one canonical unit: Wh, litres, W, L/h, 0.01 °C, mbar, 0.1 %, mV and mA."""
_FUNCTIONS = ("instantaneous", "maximum", "minimum", "at_error")
_SIX_BYTES = 6  # coding and length of the numbers that are sent


class _Shown(Protocol):
    """A meter, and the numbers that it shows by name."""

    meter: SimulatedMeter
    numbers: dict[str, float | None]

    def encoded(self) -> bytes:
        """All that it shows, as bytes; a ValueError where a number does not fit."""
        ...


class MeteredLine(MeterBus):
    """A line of meters of one protocol, served over TCP or at the end of a serial line.

    Args:
        templates: Template by address.
        echo: Whether the line sends questions back.
        serial_port: Path of a serial port, instead of TCP.

    Raises:
        ValueError: No meter can be made of a template.
    """

    def __init__(
        self, templates: Mapping[str, TemplateKeys], *, echo: bool = False,
        serial_port: str | None = None,
    ) -> None:  # fmt: skip
        words = {template.protocol for template in templates.values()}
        if len(words) != 1 or not words <= set(_MADE):
            msg = f"a line of {', '.join(sorted(words)) or 'nothing'}; expected one protocol"
            raise ValueError(msg)
        made, cut = _MADE[words.pop()]
        self._shown = {address: made(address, template) for address, template in templates.items()}
        super().__init__(
            [shown.meter for shown in self._shown.values()], cut, echo=echo,
            wake_ups=0 if cut is mbus.cut else 4, serial_port=serial_port,
        )  # fmt: skip

    def set(self, address: str, name: str, value: float | None) -> None:
        """Write a value of the meter with an address, in its template's unit.

        Raises:
            ValueError: It has more digits than the meter shows.
        """
        shown = self._shown[address]
        before = shown.numbers[name]
        shown.numbers[name] = value
        try:
            shown.encoded()
        except (ValueError, OverflowError) as error:
            shown.numbers[name] = before
            msg = f"{value} does not fit '{name}' of the meter {address}"
            raise ValueError(msg) from error


class _Dlt645:
    def __init__(self, address: str, template: TemplateKeys) -> None:
        self.numbers = _first_numbers(template)
        self._items = {
            name: _single(keys.dlt645) for name, keys in template.values.items() if keys.dlt645
        }
        self.meter: SimulatedMeter = SimulatedDlt645Meter(address, self._read)

    def encoded(self) -> bytes:
        return b"".join(dlt645.coded(item, value) for item, value in self._read().items())

    def _read(self) -> Mapping[int, float | None]:
        return {item: self.numbers[name] for name, item in self._items.items()}


def _single(keys: Dlt645Keys) -> int:
    """The item that stands alone, of one that may be in a block."""
    parts = list(keys.item.to_bytes(4, "big"))
    if parts[2] == _BLOCK:
        parts[2] = 1 + keys.at // keys.bytes
    return int.from_bytes(bytes(parts), "big")


class _Cjt188:
    def __init__(self, address: str, template: TemplateKeys) -> None:
        device = template.cjt188
        if device is None:
            msg = f"{template.make} {template.model} does not say which type of meter it is"
            raise ValueError(msg)
        self.numbers = _first_numbers(template)
        self._values = template.values
        self.meter: SimulatedMeter = SimulatedCjt188Meter(
            device.type, address, lambda: self, high_first=device.order == "high_first"
        )

    def content(self) -> bytes:
        """All values where the template has them; what it leaves out is zero."""
        placed = {name: k.cjt188 for name, k in self._values.items() if k.cjt188 is not None}
        content = bytearray(max(k.at + k.bytes + k.sends_unit for k in placed.values()))
        for name, keys in placed.items():
            part = self._part(self.numbers[name], keys, self._values[name].unit)
            for i, byte in enumerate(part):
                content[keys.at + i] |= byte
        return bytes(content)

    def encoded(self) -> bytes:
        return self.content()

    @staticmethod
    def _part(number: float | None, keys: Cjt188Keys, unit: str) -> bytes:
        if keys.bit is not None:
            return bytes([1 << keys.bit if number else 0])
        digits = cjt188.digits(number, keys.bytes, keys.decimals)
        return digits + bytes([_UNIT_CODES[unit]] if keys.sends_unit else [])


class _Mbus:
    def __init__(self, address: str, template: TemplateKeys) -> None:
        self.numbers = _first_numbers(template)
        self._values = template.values
        primary = 0 if len(address) >= _SECONDARY else int(address)
        number = address[:_SECONDARY] if not primary else address.rjust(_SECONDARY, "0")
        self.meter: SimulatedMeter = SimulatedMbusMeter(primary, Identity(number), self._records)

    def encoded(self) -> bytes:
        return b"".join(self._records())

    def _records(self) -> list[bytes]:
        return [b"".join(
            _record(keys.mbus, self.numbers[name])
            for name, keys in self._values.items() if keys.mbus is not None
        )]  # fmt: skip


def _record(keys: MbusKeys, number: float | None) -> bytes:
    """A record of six bytes; the lowest number of that size where there is none."""
    vif, steps = _VIFS[keys.what]
    whole = -(1 << 8 * _SIX_BYTES - 1) if number is None else round(number * steps)
    return _head(keys) + bytes.fromhex(vif) + whole.to_bytes(_SIX_BYTES, "little", signed=True)


def _head(keys: MbusKeys) -> bytes:
    """DIF and DIFEs."""
    storage, tariff, part = keys.storage >> 1, keys.tariff, keys.part
    dif = [_SIX_BYTES | _FUNCTIONS.index(keys.function) << 4 | (keys.storage & 1) << 6]
    while storage or tariff or part:
        dif[-1] |= 0x80
        dif.append(storage & 0x0F | (tariff & 3) << 4 | (part & 1) << 6)
        storage, tariff, part = storage >> 4, tariff >> 2, part >> 1
    return bytes(dif)


def _first_numbers(template: TemplateKeys) -> dict[str, float | None]:
    """What proves the device, and zero for all else."""
    right = {proof.value: proof.near[0] for proof in template.proof}
    return {name: right.get(name, 0.0) for name in template.values}


_Made = Callable[[str, TemplateKeys], _Shown]
_MADE: Mapping[str, tuple[_Made, Callable[[bytes], tuple[bytes, bytes] | None]]] = {
    "dlt645": (_Dlt645, dlt645.cut),
    "cjt188": (_Cjt188, cjt188.cut),
    "mbus": (_Mbus, mbus.cut),
}
