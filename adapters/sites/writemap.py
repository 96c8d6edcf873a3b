"""Checks of what a site file opens for writing: only what can be written, and given back."""

from __future__ import annotations

from datetime import date

from adapters.sites.bacnetwords import BINARY, MULTI_STATE, PRESENT_VALUE, object_of
from adapters.sites.devicekeys import SourceKeys, WriteKeys
from adapters.sites.log import Log
from adapters.sites.templatekeys import ModbusDeviceKeys, TemplateKeys, ValueKeys
from core.quantity import Kind
from core.site import Point

WRITABLE = (1, 3)
"""Modbus functions whose bits and registers have one that writes them: coils, holding registers."""
COMMANDABLE = frozenset({1, 2, 4, 5, 14, 19})
"""BACnet outputs and values, analog, binary and multi-state: those that have priorities
(ANSI/ASHRAE 135-2020, clause 19.2), so that what was written can be taken back."""


def check_write(
    source: SourceKeys, template: TemplateKeys, value: ValueKeys, point: Point, log: Log
) -> None:
    """Notes what stands against opening a point."""
    write = source.write
    assert write is not None  # noqa: S101 - asked for what is opened alone
    place = log.place(source, "write")
    why = _cannot(template, value, point)
    if why:
        log.mistake(place, f"'{point.id}' cannot be written: {why}", "no write: here")
    _check_limits(write, point, log)


def _cannot(template: TemplateKeys, value: ValueKeys, point: Point) -> str:
    if point.kind is Kind.REGISTER:
        return "it is a total"
    if point.scales:
        return "its scale has dates"
    if template.protocol == "modbus" and value.modbus is not None:
        device = template.modbus or ModbusDeviceKeys()
        if (value.modbus.function or device.function) not in WRITABLE:
            return "it is read by a function that has none to write (only 1 and 3 have)"
        if value.modbus.bit is not None or value.modbus.exponent is not None:
            return "it shares its register with other values"
        return ""
    if template.protocol == "bacnet" and value.bacnet is not None:
        object_ = object_of(value.bacnet.object)
        if value.bacnet.property != PRESENT_VALUE or object_ is None:
            return "it is no present value"
        if object_.type not in COMMANDABLE:
            return "its object has no priorities, so nothing could be taken back"
        states = {there for there, _ in value.bacnet.states}
        if object_.type in BINARY | MULTI_STATE and len(states) < len(value.bacnet.states):
            return "two of its states are the same"
        return ""
    return f"{template.protocol} is only read here"


def _check_limits(write: WriteKeys, point: Point, log: Log) -> None:
    low, high = point.span
    if not write.low <= write.high:
        log.mistake(log.place(write, "low"), "low lies above high", "low ≤ high")
    if write.low < low or write.high > high:
        what = f"{write.low:g} to {write.high:g} goes beyond the span of '{point.id}'"
        log.mistake(log.place(write, "low"), what, f"limits within {low:g} to {high:g}")
    try:
        date.fromisoformat(write.until)
    except ValueError:
        log.mistake(log.place(write, "until"), f"'{write.until}' is no date", '"2026-12-31"')
