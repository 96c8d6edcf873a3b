"""Simulated DL/T 645-2007 electricity meters, by the standard's own table of items."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from simulators.devices.meter_bus import MeterBus, MeterFaults, SimulatedMeter

Read = Callable[[], Mapping[int, float | None]]
"""Values by item, each in its own unit (kWh, V, A, kW…); None where the meter has none."""

_LAYOUT: Mapping[int, tuple[int, int, bool]] = {
    0x0000: (4, 2, True), 0x0001: (4, 2, False), 0x0002: (4, 2, False), 0x0003: (4, 2, True),
    0x0004: (4, 2, True), 0x0201: (2, 1, False), 0x0202: (3, 3, True), 0x0203: (3, 4, True),
    0x0204: (3, 4, True), 0x0205: (3, 4, True), 0x0206: (2, 3, True), 0x0280: (2, 2, False),
}  # fmt: skip
"""Bytes, decimals and whether there is a sign, by the two high bytes of an item (annex A)."""
_READ, _READ_ON, _READ_ADDRESS = 0x11, 0x12, 0x13
_NO_SUCH_ITEM = 0x02
_WILD = 0xAA
_HEAD = 10


def cut(heard: bytes) -> tuple[bytes, bytes] | None:
    """The first question in what was heard."""
    for start in range(len(heard)):
        frame = heard[start:]
        if len(frame) >= _HEAD + 2 and frame[0] == frame[7] == 0x68:
            size = _HEAD + frame[9] + 2
            if len(frame) >= size and frame[size - 1] == 0x16:
                return frame[:size], frame[size:]
    return None


class SimulatedDlt645Meter:
    """One meter.

    Args:
        address: Its twelve digits.
        read: Its values now, by item.
        most: Bytes of an answer; what is longer comes in several.
    """

    def __init__(self, address: str, read: Read, *, most: int = 200) -> None:
        self.address, self._read, self._most = address, read, most
        self.faults = MeterFaults()

    def answer(self, question: bytes) -> bytes | None:
        """What it says to a question; nothing to anything that would set it."""
        wire, control = question[1:7], question[8]
        if sum(question[:-2]) & 0xFF != question[-2] or not self._is_meant(wire):
            return None
        data = bytes((byte - 0x33) & 0xFF for byte in question[_HEAD:-2])
        if control == _READ_ADDRESS:
            return self._frame(0x93, self._wire)
        if control not in (_READ, _READ_ON):
            return None
        item = int.from_bytes(data[:4], "little")
        content = self._content(item)
        if content is None:
            return self._frame(control | 0xC0, bytes([_NO_SUCH_ITEM]))
        part = data[4] if control == _READ_ON else 0
        start, end = part * self._most, (part + 1) * self._most
        more = 0x20 if end < len(content) else 0
        tail = bytes([part]) if control == _READ_ON else b""
        return self._frame(control | 0x80 | more, data[:4] + content[start:end] + tail)

    @property
    def _wire(self) -> bytes:
        return bytes.fromhex(self.address)[::-1]

    def _is_meant(self, wire: bytes) -> bool:
        return all(asked in (own, _WILD) for asked, own in zip(wire, self._wire, strict=True))

    def _content(self, item: int) -> bytes | None:
        """The item's bytes; a block has those of all its items in their order."""
        values = self._read()
        wanted = [i for i in sorted(values) if _is_in(i, item)]
        return b"".join(coded(i, values[i]) for i in wanted) if wanted else None

    def _frame(self, control: int, data: bytes) -> bytes:
        body = b"\x68" + self._wire + b"\x68" + bytes([control, len(data)])
        body += bytes((byte + 0x33) & 0xFF for byte in data)
        return body + bytes([sum(body) & 0xFF, 0x16])


def dlt645_bus(
    meters: Sequence[SimulatedMeter], *, echo: bool = False, serial_port: str | None = None
) -> MeterBus:
    """A line with such meters."""
    return MeterBus(meters, cut, echo=echo, serial_port=serial_port)


def _is_in(item: int, block: int) -> bool:
    pairs = zip(item.to_bytes(4, "big"), block.to_bytes(4, "big"), strict=True)
    return all(wanted in (own, 0xFF) for own, wanted in pairs)


def coded(item: int, value: float | None) -> bytes:
    """An item's digits, the lowest byte first; FF where there are none.

    Raises:
        ValueError: It has more digits than the item, or a sign where there is none.
    """
    if item >> 16 not in _LAYOUT:
        msg = f"nothing is known of item {item:08X}"
        raise ValueError(msg)
    size, decimals, signed = _LAYOUT[item >> 16]
    if value is None:
        return b"\xff" * size
    whole = round(abs(value) * 10**decimals)
    text = str(whole).rjust(2 * size, "0")
    if len(text) > 2 * size or (signed and text[0] > "7") or (value < 0 and not signed):
        msg = f"{value} does not fit item {item:08X}"
        raise ValueError(msg)
    data = bytearray(bytes.fromhex(text)[::-1])
    if value < 0:
        data[-1] |= 0x80
    return bytes(data)
