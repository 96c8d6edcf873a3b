"""How long a poll takes the bus, from the bytes of its frames."""

from __future__ import annotations

from adapters.sites.devicekeys import BusKeys, SerialKeys
from edge.buses.device import Device
from edge.drivers.modbus.blocks import Block, plan
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
    return sum(frames_s(block, bus.serial) for block in blocks) + sum(
        2 * _SILENCE * bus.serial.bits_a_byte / bus.serial.baud for _ in blocks
    )


def frames_s(block: Block, line: SerialKeys) -> float:
    """Of question and answer on the line, without the silence between them. [s]"""
    data = -(-block.count // 8) if block.function in BITS else 2 * block.count
    return (_REQUEST + _AROUND + data) * line.bits_a_byte / line.baud
