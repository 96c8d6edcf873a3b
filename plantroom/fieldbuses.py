"""Devices of a site by the words that a person types, and what their values look like."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import msgspec
from rich.table import Table
from rich.text import Text

from adapters.settings import Settings
from adapters.sites import load_site, load_slice
from adapters.sites.bacnetkeys import BacnetBusKeys
from adapters.sites.devicekeys import BusKeys, SerialKeys
from adapters.sites.devicemap import DRIVER
from adapters.sites.foreignkeys import MessageKeys, SparkplugKeys
from adapters.sites.log import nearest
from core.errors import Misconfigured, Mistake, Refused
from core.site import DIALECTS, SPARKPLUG, Gateway, Site
from edge.buses.device import Device, devices_of
from edge.reading import Look, Plausibility
from plantroom.output import shown

_MS = 1000
_SPOKEN = {DIALECTS: "MQTT", SPARKPLUG: "Sparkplug B"}
_STYLE = {
    Plausibility.OUTSIDE: "red",
    Plausibility.NO_VALUE: "yellow",
    Plausibility.NOT_READ: "red",
}


def site_here(settings: Settings) -> Site:
    """The site of the settings: its folder, or the slice of an edge.

    Raises:
        Misconfigured: Its files have mistakes.
    """
    return load_slice(settings.site) if settings.site.is_file() else load_site(settings.site)


def fieldbus_gateways(site: Site) -> list[str]:
    """Gateways with devices on buses."""
    return [id_ for id_, gateway in site.gateways.items() if gateway.driver == DRIVER]


def find_device(site: Site, word: str) -> tuple[str, BusKeys, Device]:
    """A device by ``device`` or ``gateway/device``, with its gateway and bus.

    Raises:
        Refused: There is none, or the word means several.
    """
    found: list[tuple[str, BusKeys, Device]] = []
    known: list[str] = []
    for gateway in fieldbus_gateways(site):
        buses, devices = devices_of(site, gateway)
        known += [device.id for device in devices]
        found += [
            (gateway, buses[device.bus], device)
            for device in devices
            if word in {device.id, f"{gateway}/{device.id}"}
        ]
    if len(found) == 1:
        return found[0]
    if found:
        several = ", ".join(f"{gateway}/{device.id}" for gateway, _, device in found)
        raise Refused(f"'{word}' means several: {several}")
    _refuse_heard(site, word)
    near = nearest(word.rpartition("/")[2], known)
    hint = f"; did you mean {near}?" if near else ""
    raise Refused(f"the site '{site.id}' has no device '{word}'{hint}", code="absent")


def _refuse_heard(site: Site, word: str) -> None:
    """Say of a device that ingest hears by itself why nobody can ask it.

    Raises:
        Refused: The word means such a device, or a gateway of them.
    """
    for id_, gateway in site.gateways.items():
        said = _SPOKEN.get(gateway.driver)
        if said is None:
            continue
        heard = heard_devices(gateway)
        if word == id_ or any(word in {device, f"{id_}/{device}"} for device in heard):
            raise Refused(
                f"'{word}' cannot be read here: it is heard through the gateway '{id_}' by {said}, "
                "which sends when it likes, and no edge can ask it. See what it sent last: the "
                f"console's page /gateways/{id_}, or plantroom gateway list",
                code="heard",
            )


def heard_devices(gateway: Gateway) -> list[str]:
    """Ids of what a gateway of MQTT or Sparkplug maps; a Sparkplug node itself is one too."""
    messages = msgspec.convert(gateway.options.get("mqtt") or [], list[MessageKeys])
    found = [device.device for shape in messages for device in shape.devices]
    if gateway.driver == SPARKPLUG:
        node = msgspec.convert(gateway.options["sparkplug"], SparkplugKeys)
        found += [node.node, *(metric.device for metric in node.metrics if metric.device)]
    return list(dict.fromkeys(found))


def bus_of(
    protocol: str, tcp: str | None, udp: str | None, serial: str | None, baud: int, parity: str,
    *, rtu: bool, bbmd: str | None = None,
) -> BusKeys:  # fmt: skip
    """A bus as options of a command say it.

    Raises:
        Misconfigured: They do not say how it is reached.
    """
    if tcp is None and serial is None and udp is None:
        raise Misconfigured([Mistake(
            file="", line=0, what="it is not said how the bus is reached",
            expected="--tcp host:port, --serial /dev/ttyS0 or --udp address/prefix:port",
        )])  # fmt: skip
    if parity not in {"N", "E", "O"}:
        raise Misconfigured(
            [Mistake(file="", line=0, what=f"no parity '{parity}'", expected="N, E or O")]
        )
    line = SerialKeys(port=serial, baud=baud, parity=parity) if serial is not None else None  # type: ignore[arg-type]
    return BusKeys(
        protocol=protocol, tcp=tcp, udp=udp, serial=line, framing="rtu" if rtu else None,
        bacnet=BacnetBusKeys(bbmd=bbmd) if bbmd is not None else None,
    )  # fmt: skip


def addresses_of(written: str) -> list[str]:
    """Addresses of ``1-20,33``: ranges of whole numbers, or words as they are.

    Raises:
        Misconfigured: A range runs backwards.
    """
    found: list[str] = []
    for part in filter(None, (word.strip() for word in written.split(","))):
        first, dash, last = part.partition("-")
        if not (dash and first.isdigit() and last.isdigit()):
            found.append(part)
        elif int(first) > int(last):
            raise Misconfigured(
                [Mistake(file="", line=0, what=f"'{part}' runs backwards", expected="1-20,33")]
            )
        else:
            found.extend(str(i) for i in range(int(first), int(last) + 1))
    return found


def drawn(looks: Iterable[Look], now: int, title: str) -> Table:
    """A device's values as a table. now [ms]"""
    table = Table(box=None, header_style="dim", pad_edge=False, title=Text(shown(title)))
    for column in ("value", "", "unit", "plausibility", "age", "point"):
        table.add_column(column, justify="right" if not column else "left")
    for look in looks:
        table.add_row(
            Text(look.name), Text(_number(look.value)), Text(look.unit),
            Text(look.plausibility.value, style=_STYLE.get(look.plausibility, "")),
            Text(_age(look.at, now)), Text(look.point or "", style="dim"),
        )  # fmt: skip
    return table


def as_rows(looks: Sequence[Look], now: int) -> list[dict[str, object]]:
    """A device's values for programs. now [ms]"""
    return [
        {
            "value": look.name,
            "number": None if math.isnan(look.value) else look.value,
            "unit": look.unit,
            "plausibility": look.plausibility.name.lower(),
            "at": look.at,
            "age_s": None if look.at is None else (now - look.at) / _MS,
            "point": look.point,
        }
        for look in looks
    ]


def _number(value: float) -> str:
    # Seven digits: what a float32 register can tell apart.
    return "" if math.isnan(value) else f"{value:.7g}"


def _age(at: int | None, now: int) -> str:
    return "" if at is None else f"{(now - at) / _MS:.1f} s"
