"""How long a poll takes the bus, from the bytes of its frames."""

from __future__ import annotations

from adapters.sites.devicekeys import BusKeys, SerialKeys
from edge.buses.device import Device
from edge.drivers.modbus.blocks import plan
from edge.drivers.modbus.registers import BITS

_REQUEST = 8  # unit, function, start, count, CRC [byte]
_AROUND = 5  # unit, function, length, CRC [byte]
_SILENCE = 3.5  # characters before each frame, by Modbus over serial line V1.02, 2.5.1.1
_TCP_S = 0.02
"""Of one question over Ethernet: an estimate. Meters on a bench answered in 2 to 40 ms."""


def cost_s(bus: BusKeys, device: Device) -> float:
    """Of one poll of a device: frames at the line's speed, or an estimate for Ethernet. [s]

    What the device thinks before it answers comes on top: ``edge read`` shows it.
    """
    blocks = plan(device.template, device.wanted).blocks
    if bus.serial is None:
        return _TCP_S * len(blocks)
    return sum(
        frames_s(block.function, block.count, bus.serial) + silence_s(bus.serial)
        for block in blocks
    )


def frames_s(function: int, count: int, line: SerialKeys) -> float:
    """Of question and answer on the line, without the silence between them. [s]"""
    data = -(-count // 8) if function in BITS else 2 * count
    return (_REQUEST + _AROUND + data) * line.bits_a_byte / line.baud


def silence_s(line: SerialKeys) -> float:
    """Before question and answer. [s]"""
    return 2 * _SILENCE * line.bits_a_byte / line.baud
