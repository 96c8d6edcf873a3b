"""Few questions for many values: neighbours are read at once, what is refused is halved."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from adapters.sites.templatekeys import ModbusDeviceKeys, TemplateKeys
from edge.drivers.modbus.registers import BITS, Spot, spots_of

_MOST_BITS = 2000  # of one answer, by the Modbus application protocol V1.1b3, 6.1
_AGAIN_S = 3600.0
"""A value that was refused is asked again after an hour: firmware and settings change."""


@dataclass(frozen=True, slots=True)
class Block:
    """Neighbouring values read by one question, in the order of their registers."""

    spots: tuple[Spot, ...]

    @property
    def function(self) -> int:
        """By which it is read."""
        return self.spots[0].function

    @property
    def start(self) -> int:
        """First register, from 0."""
        return self.spots[0].start

    @property
    def count(self) -> int:
        """Registers, or bits of functions 1 and 2."""
        return max(spot.end for spot in self.spots) - self.start

    def numbers(self, read: Sequence[int]) -> dict[str, float | None]:
        """The number of each value from the registers that were read."""
        start = self.start
        return {s.name: s.number(read[s.start - start : s.end - start]) for s in self.spots}

    def halves(self) -> tuple[Block, Block]:
        """Two blocks with half the values each."""
        middle = len(self.spots) // 2
        return Block(self.spots[:middle]), Block(self.spots[middle:])


@dataclass(slots=True)
class Plan:
    """How one device is asked for the same values over and over, and what it refused."""

    blocks: list[Block]
    refused: dict[str, str] = field(default_factory=dict)
    """Why, by name of the value."""
    made: float = field(default_factory=time.monotonic)

    @property
    def stale(self) -> bool:
        """Whether what was refused is worth another try."""
        return bool(self.refused) and time.monotonic() - self.made > _AGAIN_S

    def refuse(self, block: Block, why: str) -> tuple[Block, ...]:
        """The device will not answer a block: its halves are asked instead, from now on.

        A single value is not asked again for an hour.
        """
        at = self.blocks.index(block)
        if len(block.spots) > 1:
            self.blocks[at : at + 1] = block.halves()
            return block.halves()
        del self.blocks[at]
        self.refused[block.spots[0].name] = why
        return ()


def plan(template: TemplateKeys, wanted: Sequence[str]) -> Plan:
    """The fewest questions that read the wanted values of a device."""
    device = template.modbus or ModbusDeviceKeys()
    spots = sorted(spots_of(template, wanted), key=lambda s: (s.function, s.start, s.end))
    groups: list[list[Spot]] = []
    for spot in spots:
        if groups and _joins(groups[-1], spot, device):
            groups[-1].append(spot)
        else:
            groups.append([spot])
    return Plan([Block(tuple(group)) for group in groups])


def _joins(group: Sequence[Spot], spot: Spot, device: ModbusDeviceKeys) -> bool:
    if spot.function != group[0].function:
        return False
    most = _MOST_BITS if spot.function in BITS else device.most
    end = max(s.end for s in group)
    return spot.start - end <= device.gap and max(end, spot.end) - group[0].start <= most
