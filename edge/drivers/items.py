"""The link that meters asked item by item share: DL/T 645-2007 and CJ/T 188.

They differ in what an item is called, how a question and its answer look, and how a number stands
in the bytes; how a line is opened, what a poll costs and how items are gone through is the same.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from adapters.sites.devicekeys import BusKeys
from adapters.sites.templatekeys import ValueKeys
from edge.buses.contract import Values
from edge.buses.device import Device
from edge.buses.exchange import Exchange
from edge.buses.line import byte_time_s, line_of
from edge.buses.pace import Pace
from edge.drivers.metering import Refusals, grouped, poll_items
from edge.protocols.stream import Grammar

_SLOWEST_S = 0.5
"""Both standards let a meter take 20 to 500 ms until its answer begins."""
_LONG = 64  # bytes of an answer with its wake-ups, longer ones come seldom
_USUAL_S = 0.08
"""What meters take, for reckoning a cycle: with it an item of DL/T 645 costs 0.28 s at 2400
bit/s, as seen."""
_QUESTION, _ANSWER = 16, 16  # bytes of the frames around the data of an item, its number included


class _Keys(Protocol):
    @property
    def item(self) -> int: ...


K = TypeVar("K", bound=_Keys)
Place = tuple[ValueKeys, K]
"""A value of a template, and where it stands in its item."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemProtocol(Generic[K]):
    """What one protocol says of its frames and items.

    Attributes:
        grammar: How its frames are found.
        wake: Bytes sent before a question, and by meters before an answer.
        keys: Where a value stands; None where the template does not say.
        end: First byte behind it in its item.
    """

    grammar: Grammar
    wake: bytes
    keys: Callable[[ValueKeys], K | None]
    end: Callable[[K], int]

    def exchange(self, bus: BusKeys) -> Exchange:
        """Questions and answers on a bus."""
        return Exchange(line_of(bus), self.grammar, _SLOWEST_S, _LONG)

    def cost_s(self, bus: BusKeys, device: Device) -> float:
        """How long one poll of a meter takes the bus. [s]"""
        byte_s = byte_time_s(bus)
        cost = 0.0
        for places in self.items(device, device.wanted).values():
            data = max(self.end(keys) for _, (_, keys) in places)
            sent = len(self.wake) + _QUESTION + len(self.wake) + _ANSWER + data
            cost += sent * byte_s + _USUAL_S
        return cost

    def items(self, device: Device, wanted: Sequence[str]) -> dict[int, list[tuple[str, Place[K]]]]:
        """Names of values and where they stand, by item."""
        found: list[tuple[int, tuple[str, Place[K]]]] = []
        for name in wanted:
            value = device.template.values[name]
            keys = self.keys(value)
            if keys is not None:
                found.append((keys.item, (name, (value, keys))))
        return grouped(found)


class ItemLink(ABC, Generic[K]):
    """Asks the meters of one line; a :class:`edge.buses.contract.Link`.

    Args:
        protocol: What is spoken.
        exchange: Questions and answers on the line.
    """

    def __init__(self, protocol: ItemProtocol[K], exchange: Exchange) -> None:
        self._protocol, self._exchange = protocol, exchange
        self._refusals = Refusals()

    def poll(self, device: Device, wanted: Sequence[str], pace: Pace) -> Iterator[Values]:
        """Each item's values as soon as it is answered; what the meter refuses has none."""

        def read(item: int, answered: bool) -> bytes:  # noqa: FBT001 - told by its place
            return self._read(device, item, pace, answered_before=answered)

        return poll_items(
            device, self._protocol.items(device, wanted), self._refusals, read,
            lambda data, place: self._number(device, data, *place),
        )  # fmt: skip

    def regroup(self, devices: Sequence[Device], changed: Collection[str]) -> None:
        """Forget what those that changed refused; the line stays."""
        del devices
        self._refusals.forget(changed)

    def close(self) -> None:
        """Release the line."""
        self._exchange.line.close()

    @abstractmethod
    def _read(self, device: Device, item: int, pace: Pace, *, answered_before: bool) -> bytes:
        """An item's bytes."""

    @abstractmethod
    def _number(self, device: Device, data: bytes, value: ValueKeys, keys: K) -> float | None:
        """A value of an item.

        Raises:
            ReplyRefused: The item is not what the template says.
        """
