"""Checks of a template's values for Modbus."""

from __future__ import annotations

from adapters.sites.log import Log
from adapters.sites.templatekeys import ModbusDeviceKeys, ModbusKeys, TemplateKeys

WORDS = {
    "bit": 1, "uint16": 1, "int16": 1, "uint32": 2, "int32": 2, "float32": 2, "uint64": 4,
    "int64": 4, "float64": 4,
}  # fmt: skip
"""Registers of each type."""
LAST = 65535  # of 65,536 registers
_WORD_BITS = 16
_BITS = (1, 2)  # functions that read single bits


def check(template: TemplateKeys, log: Log) -> None:
    """Every value lies within the registers, in one answer, and its field within its bits."""
    device = template.modbus or ModbusDeviceKeys()
    for name, value in template.values.items():
        keys = value.modbus
        if keys is not None:
            _check_place(name, keys, device, log)
            _check_field(name, keys, device, log)


def _check_place(name: str, keys: ModbusKeys, device: ModbusDeviceKeys, log: Log) -> None:
    places = [("address", keys.address, WORDS[keys.type])]
    if keys.exponent is not None:
        places.append(("exponent", keys.exponent, 1))
    for key, address, words in places:
        if not device.base <= address <= LAST + device.base - words + 1:
            what = f"'{name}': register {address} of {words} words with base {device.base}"
            log.mistake(log.place(keys, key), what, f"registers {device.base} to {LAST}")
    first, last = min(p[1] for p in places), max(p[1] + p[2] for p in places)
    if last - first > device.most:
        what = f"'{name}' needs {last - first} registers, one answer has {device.most}"
        log.mistake(log.place(keys, "type"), what, "a value that fits one answer")


def _check_field(name: str, keys: ModbusKeys, device: ModbusDeviceKeys, log: Log) -> None:
    function = keys.function or device.function
    if (function in _BITS) != (keys.type == "bit"):
        what = f"'{name}': type {keys.type} with function {function}"
        log.mistake(log.place(keys, "type"), what, "bit with functions 1 and 2, else a number")
    if not 1 <= function <= 4:  # noqa: PLR2004 - the four that read
        log.mistake(log.place(keys, "function"), f"function {function} does not read", "1 to 4")
    if keys.bit is None:
        return
    bits = WORDS[keys.type] * _WORD_BITS
    if keys.type.startswith("float") or keys.type == "bit":
        log.mistake(log.place(keys, "bit"), f"'{name}': a {keys.type} has no fields", "uint16")
    elif keys.bit + keys.width > bits:
        what = f"'{name}': bits {keys.bit} to {keys.bit + keys.width - 1} of {bits}"
        log.mistake(log.place(keys, "bit"), what, f"bits within 0 to {bits - 1}")
