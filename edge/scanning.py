"""Devices found on a bus, and the draft of a site file that they make."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, cast

import msgspec

from adapters.sites.devicekeys import BusKeys
from adapters.sites.templatekeys import TemplateKeys
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
        own: A template of what it told of itself; then none of the packaged ones is needed.
    """

    address: str
    says: str
    templates: tuple[str, ...] = ()
    own: TemplateKeys | None = None


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
        templates = (_id(device),) if device.own is not None else device.templates
        if not templates:
            lines.append(f"{_INDENT}# {device.address} answers, no template fits{says}")
            continue
        lines.append(
            f"{_INDENT}- {{id: {_id(device)}, bus: bus-1, "
            f'address: "{device.address}", template: {templates[0]}, '
            f"equipment: building.meter}}{says}"
        )
        if templates[1:]:
            lines.append(f"{_INDENT}  # fits too: {', '.join(templates[1:])}")
    own = {_id(device): device.own for device in found if device.own is not None}
    if own:
        lines.append("      templates:")
        lines += [line for id_, template in own.items() for line in _template(id_, template)]
    return "\n".join(lines) + "\n"


def _id(device: Found) -> str:
    return f"device-{_word(device.address)}"


def _template(id_: str, template: TemplateKeys) -> list[str]:
    """A template as YAML: JSON is, and msgspec writes of it only what was said."""
    whole = msgspec.to_builtins(template)
    values = whole.pop("values")
    inner = f"{_INDENT}  "
    return [
        f"{_INDENT}{id_}:",
        *(f"{inner}{key}: {json.dumps(said, ensure_ascii=False)}" for key, said in whole.items()),
        f"{inner}values:",
        *(f"{inner}  {n}: {json.dumps(v, ensure_ascii=False)}" for n, v in values.items()),
    ]


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
    if bus.bacnet is not None and bus.bacnet.bbmd is not None:
        said.append(f'bacnet: {{bbmd: "{bus.bacnet.bbmd}"}}')
    if bus.framing is not None:
        said.append(f"framing: {bus.framing}")
    return f"{{{', '.join(said)}}}"
