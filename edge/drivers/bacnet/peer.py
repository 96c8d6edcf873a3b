"""One device of a BACnet bus over time: where it is, how much it takes at once, what it refuses."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Sequence

from bacpypes3.apdu import IAmRequest
from bacpypes3.pdu import Address

from adapters.sites.bacnetkeys import BacnetDeviceKeys
from adapters.sites.bacnetwords import is_instance, is_routed
from edge.buses.device import Device
from edge.drivers.bacnet.item import Item, Reference, items_of

_AGAIN_S = 3600.0
"""What was refused is asked again after an hour: programs of controllers change."""
_LOST_AFTER = 2
_FRAME, _PROPERTY = 20, 12
"""Of an answer: its headers, and a property with a number of four bytes. [byte]"""
"""Questions without an answer until a device that was found by Who-Is is looked for anew."""


class Plan:
    """The values that are read of a device in one poll, and those that it refused."""

    def __init__(self, items: Sequence[Item]) -> None:
        self.items = list(items)
        self.refused: dict[str, str] = {}
        """Why a value is left out, by its name."""
        self.failed: dict[str, str] = {}
        """Why a value did not come in the last poll."""
        self._made = time.monotonic()

    @property
    def stale(self) -> bool:
        """Whether what was refused is worth another try."""
        return bool(self.refused) and time.monotonic() - self._made > _AGAIN_S

    def refuse(self, item: Item, why: str) -> None:
        """Not to be asked again for an hour."""
        self.items.remove(item)
        self.refused[item.name] = why


class Peer:
    """What is known of one device.

    Args:
        device: Which.
    """

    def __init__(self, device: Device) -> None:
        keys = device.template.bacnet or BacnetDeviceKeys()
        self.device = device
        self.instance = int(device.address) if is_instance(device.address) else None
        self.address = None if self.instance is not None else Address(device.address)
        self.most = keys.most
        """Properties that it gives at once; halved at every refusal."""
        self.found = asyncio.Event()
        self.timeout_s = 1.0
        """How long it is waited for, as its bus has learnt. [s]"""
        self._plans: dict[tuple[str, ...], Plan] = {}
        self._misses = 0
        self._met = False

    @property
    def answers(self) -> bool:
        """Whether its last poll had answers."""
        return self._met and not self._misses

    @property
    def needs_broadcast(self) -> bool:
        """Whether it cannot be asked without a broadcast before."""
        return self.instance is not None or is_routed(self.device.address)

    def plan(self, wanted: Sequence[str]) -> Plan:
        """What is asked for these values."""
        names = tuple(wanted)
        if names not in self._plans or self._plans[names].stale:
            self._plans[names] = Plan(items_of(self.device, names))
        return self._plans[names]

    def left(self) -> None:
        """The station that it was met through is closed."""
        self.found = asyncio.Event()

    def is_meant(self, i_am: IAmRequest) -> bool:
        """Whether an I-Am comes from it."""
        if self.instance is not None:
            return int(i_am.iAmDeviceIdentifier[1]) == self.instance
        return bool(i_am.pduSource == self.address)

    def met(self, i_am: IAmRequest) -> None:
        """It said that it is there, perhaps since it started anew."""
        self.address = i_am.pduSource
        fits = (int(i_am.maxAPDULengthAccepted) - _FRAME) // _PROPERTY
        self.most = max(min(self.most, fits), 1)
        self._misses = 0
        self.found.set()
        for plan in self._plans.values():
            for item in plan.items:
                item.forget()

    def answered(self) -> None:
        """It is where it was."""
        self._misses, self._met = 0, True

    def missed(self) -> None:
        """It did not answer: one that moves is looked for anew after a while."""
        self._misses += 1
        if self.instance is not None and self._misses >= _LOST_AFTER:
            self.address = None
            self.found.clear()


def batches(items: Sequence[Item], most: int) -> deque[list[Item]]:
    """Items of one question each: no more properties than may be, and no item torn apart."""
    made: deque[list[Item]] = deque()
    held = 0
    for item in items:
        size = len(item.references)
        if made and held + size <= most:
            made[-1].append(item)
            held += size
        else:
            made.append([item])
            held = size
    return made


def references_of(items: Sequence[Item]) -> list[Reference]:
    """All properties of a question, those of an object together and each once."""
    ordered: dict[Reference, None] = {}
    for item in items:
        ordered.update(dict.fromkeys(item.references))
    return sorted(ordered, key=lambda r: r.object)


def ranges(instances: Sequence[int], gap: int = 100) -> list[tuple[int, int]]:
    """Few ranges that hold all instances: one Who-Is each, and few strangers that answer."""
    found: list[tuple[int, int]] = []
    for instance in sorted(instances):
        if found and instance - found[-1][1] <= gap:
            found[-1] = (found[-1][0], instance)
        else:
            found.append((instance, instance))
    return found
