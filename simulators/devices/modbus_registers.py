"""The registers of simulated Modbus devices: numbers written as their template says."""

from __future__ import annotations

import math
import struct
import threading

from adapters.sites.modbusmap import WORDS
from adapters.sites.templatekeys import ModbusDeviceKeys, ModbusKeys, TemplateKeys, ValueKeys

_FORMATS = {
    "uint16": "H", "int16": "h", "uint32": "I", "int32": "i", "uint64": "Q", "int64": "q",
    "float32": "f", "float64": "d",
}  # fmt: skip


class ModbusRegisters:
    """One device's registers by function and address on the wire.

    Args:
        template: Whose values it has; all stand at what proves the device, else at zero.
        fill: Whether registers between the values exist too, and read as zero.
    """

    def __init__(self, template: TemplateKeys, *, fill: bool = False) -> None:
        self.template = template
        self._device = template.modbus or ModbusDeviceKeys()
        self._words: dict[tuple[int, int], int] = {}
        self._lock = threading.Lock()
        self._fill = fill
        right = {proof.value: proof.near[0] for proof in template.proof}
        for name in template.values:
            self.set(name, right.get(name, 0.0))

    def set(self, name: str, value: float | None) -> None:
        """Write a value, in the unit of the template; None as the device's *no value*.

        Raises:
            ValueError: The number does not fit its registers, or there is no such code.
        """
        keys = self.template.values[name]
        modbus = keys.modbus
        assert modbus is not None  # noqa: S101 - the template was checked
        function = modbus.function or self._device.function
        start = modbus.address - self._device.base
        power = 0
        if modbus.exponent is not None:
            power = self._power(function, modbus.exponent - self._device.base)
        words = self._encoded(keys, modbus, value, power)
        with self._lock:
            if modbus.bit is not None:
                words = self._merged(function, start, words, modbus)
            for i, word in enumerate(words):
                self._words[function, start + i] = word

    def read(self, function: int, start: int, count: int) -> list[int] | None:
        """Registers or bits as they stand, torn nowhere; None where one does not exist."""
        with self._lock:
            read = [self._words.get((function, start + i)) for i in range(count)]
        if any(word is None for word in read) and not self._fill:
            return None
        return [word or 0 for word in read]

    def poke(self, function: int, address: int, word: int) -> None:
        """Write one register as it stands on the wire."""
        with self._lock:
            self._words[function, address] = word

    def _power(self, function: int, address: int) -> int:
        """The power of ten in its register; 0 where nobody poked another."""
        with self._lock:
            word = self._words.setdefault((function, address), 0)
        (power,) = struct.unpack(">h", struct.pack(">H", word))
        return int(power)

    def _encoded(
        self, keys: ValueKeys, modbus: ModbusKeys, value: float | None, power: int
    ) -> list[int]:
        if modbus.type == "bit":
            return [int(bool(value))]
        raw = self._packed(keys, modbus, value, power)
        if (modbus.bytes or self._device.bytes) == "little":
            raw = b"".join(raw[i : i + 2][::-1] for i in range(0, len(raw), 2))
        words = list(struct.unpack(f">{len(raw) // 2}H", raw))
        return words if (modbus.words or self._device.words) == "big" else words[::-1]

    def _packed(
        self, keys: ValueKeys, modbus: ModbusKeys, value: float | None, power: int
    ) -> bytes:
        kind = _FORMATS[modbus.type]
        if value is None:
            if keys.no_value:
                return int(keys.no_value[0]).to_bytes(2 * WORDS[modbus.type], "big")
            if kind in "fd":
                return struct.pack(f">{kind}", math.nan)
            raise ValueError(f"{modbus.type} without a code for no value")
        number = (value - keys.offset) / keys.scale / 10.0**power
        if modbus.bit is not None:
            return (int(number) << modbus.bit).to_bytes(2 * WORDS[modbus.type], "big")
        try:
            return struct.pack(f">{kind}", number if kind in "fd" else round(number))
        except struct.error as error:
            raise ValueError(f"{value:g} does not fit {modbus.type}") from error

    def _merged(self, function: int, start: int, words: list[int], modbus: ModbusKeys) -> list[int]:
        """The field's bits among those of other fields in the same registers."""
        size = len(words)
        old = [self._words.get((function, start + i), 0) for i in range(size)]
        mask = ((1 << modbus.width) - 1) << (modbus.bit or 0)
        ordered = slice(None, None, 1 if (modbus.words or self._device.words) == "big" else -1)
        masks = [mask >> 16 * (size - 1 - i) & 0xFFFF for i in range(size)][ordered]
        return [o & ~m & 0xFFFF | w & m for o, w, m in zip(old, words, masks, strict=True)]
