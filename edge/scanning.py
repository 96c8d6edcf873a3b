"""Devices found on a bus, and the draft of a site file that they make."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, cast

from adapters.sites.devicekeys import BusKeys
from core.errors import Refused
from edge.buses.protocols import protocol

_INDENT = " " * 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A device that answered.

    Attributes:
        address: On its bus.
        says: What it says that it is; empty where it says nothing.
        templates: Packaged templates that fit, the best first.
    """

    address: str
    says: str
    templates: tuple[str, ...] = ()


class Scanner(Protocol):
    """What a protocol's module has if it can look for devices."""

    def scan(self, bus: BusKeys, addresses: Sequence[str]) -> Iterator[Found]:
        """Ask at every address; only reads. Empty addresses: all, or by broadcast."""
        ...


def scan(bus: BusKeys, addresses: Sequence[str]) -> Iterator[Found]:
    """Devices of a bus as they answer.

    Raises:
        Refused: Its protocol cannot look for devices.
        Retryable: The bus cannot be reached.
    """
    module = protocol(bus.protocol)
    if not hasattr(module, "scan"):
        raise Refused(f"{bus.protocol} cannot look for devices")
    return cast("Scanner", module).scan(bus, addresses)


def draft(bus: BusKeys, found: Sequence[Found]) -> str:
    """The gateway's part of ``site.yaml``; ``site check`` names what is left to fill in."""
    lines = [
        "gateways:",
        "  gateway-1:",
        "    name: Gateway",
        "    driver: fieldbus",
        "    options:",
        "      buses:",
        f"{_INDENT}bus-1: {_bus(bus)}",
        "      devices:",
    ]
    for device in found:
        says = f"  # {' '.join(device.says.split())}" if device.says else ""
        if not device.templates:
            lines.append(f"{_INDENT}# {device.address} answers, no template fits{says}")
            continue
        lines.append(
            f"{_INDENT}- {{id: device-{_word(device.address)}, bus: bus-1, "
            f'address: "{device.address}", template: {device.templates[0]}, '
            f"equipment: building.meter}}{says}"
        )
        if device.templates[1:]:
            lines.append(f"{_INDENT}  # fits too: {', '.join(device.templates[1:])}")
    return "\n".join(lines) + "\n"


def _word(address: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in address.lower())


def _bus(bus: BusKeys) -> str:
    said = [f"protocol: {bus.protocol}"]
    said += [f'{way}: "{at}"' for way in ("tcp", "udp") if (at := getattr(bus, way)) is not None]
    if bus.serial is not None:
        line = bus.serial
        port = f"port: {line.port}, " if line.port else ""
        said.append(
            f"serial: {{{port}baud: {line.baud}, parity: {line.parity}, stop: {line.stop}}}"
        )
    if bus.framing is not None:
        said.append(f"framing: {bus.framing}")
    return f"{{{', '.join(said)}}}"
