"""What a protocol gives a bus: one device's values, polled now, or an error that says why not."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Protocol, runtime_checkable

from adapters.sites.devicekeys import BusKeys
from core.errors import PlantroomError, Retryable
from edge.buses.device import Device
from edge.buses.pace import Pace

Values = Mapping[str, float | None]
"""Numbers as they stand in the device, before ``scale`` and ``unit``, by name of the template's
value. None where the device said that it has none: never a number that stands for nothing."""


class NoAnswer(Retryable):
    """The device was silent for as long as it is waited for."""


class Garbled(Retryable):
    """Something came that is no answer to the question: wrong length, sum, address or count."""


class Denied(PlantroomError):
    """The device answered, and will not: no such register, object or item."""


class Link(Protocol):
    """One bus, spoken in its protocol. Called from the bus's own thread alone.

    Opens by itself when first asked; after a time-out it must let no late answer pass as the
    answer to a later question (close and reopen, or be silent and discard).
    """

    def poll(self, device: Device, wanted: Sequence[str], pace: Pace) -> Iterator[Values]:
        """Ask a device for values; each answer's as soon as it is there.

        Every question waits ``pace.timeout_s`` at the most, and tells ``pace`` how long its
        answer took (``answered``). What has been given stays good when a later one fails.

        Args:
            device: Whom to ask.
            wanted: Names of its template's values.
            pace: How long this device may take.

        Raises:
            NoAnswer: It is silent.
            Garbled: What came is no answer.
            Denied: It refuses all that was wanted.
            Retryable: The bus itself cannot be reached; no device of it is to blame.
        """
        ...

    def close(self) -> None:
        """Release the line; the next poll opens it again."""
        ...


@runtime_checkable
class RegroupingLink(Link, Protocol):
    """A link that remembers its devices. Called from the bus's own thread alone.

    The devices of a bus may change while it runs; what a link knows of the others stays.
    """

    def regroup(self, devices: Sequence[Device], changed: Collection[str]) -> None:
        """Take other devices from now on.

        Args:
            devices: All that hang on the bus.
            changed: Ids of those that are new, gone or other than before: nothing that was
                learnt of them is true any more.
        """
        ...


@runtime_checkable
class WritingLink(Link, Protocol):
    """A bus on which a value can be set and given back. Called from the bus's own thread alone."""

    def held(self, device: Device, name: str, pace: Pace, priority: int) -> float | None:
        """What stands where :meth:`write` would write, as the number in the device.

        Modbus: the register, None where it says that it has no value. BACnet: the slot of
        that priority, None where nobody holds it.

        Raises:
            NoAnswer, Garbled, Denied, Retryable: As :meth:`Link.poll`.
        """
        ...

    def write(
        self, device: Device, name: str, number: float | None, pace: Pace, priority: int
    ) -> None:
        """Set it, once and never repeated here; None empties the slot (BACnet).

        Raises:
            NoAnswer, Garbled: Whether it was set is not known: read :meth:`held`.
            Denied: It was not.
            Retryable: The bus itself cannot be reached.
        """
        ...


Give = Callable[[Device, Values], None]
"""Takes values that a device sent unasked, from any thread; their time is now."""


class ProtocolDriver(Protocol):
    """The module of a protocol: what :mod:`edge.buses.protocols` finds by its name."""

    def open_link(self, bus: BusKeys, devices: Sequence[Device], give: Give) -> Link:
        """The link of a bus; nothing is opened or sent yet.

        Args:
            bus: How it is reached.
            devices: All that hang on it.
            give: Where to hand what comes unasked (changes of value).
        """
        ...

    def cost_s(self, bus: BusKeys, device: Device) -> float:
        """How long the bus is taken by one poll of a device, from bytes and line speed. [s]"""
        ...
