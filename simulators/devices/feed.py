"""Simulated devices that show what a simulated campus measures, through their own registers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import msgspec

from adapters.sites.devicekeys import SourceKeys
from adapters.sites.optionkeys import OptionKeys
from core.ports import PointSource
from core.quantity import unit_for
from core.site import Site


class Settable(Protocol):
    """The devices of one bus."""

    def set(self, address: str, name: str, value: float | None) -> None:
        """Write a value of the device with an address, in its template's unit."""
        ...


@dataclass(frozen=True, slots=True)
class _Target:
    bus: str
    address: str
    name: str
    factor: float
    offset: float

    def number(self, canonical: float, ratio: float) -> float | None:
        """A point's value in the unit of the template, behind its ratio; None for NaN."""
        if math.isnan(canonical):
            return None
        return (canonical / ratio - self.offset) / self.factor


class Feed:
    """Takes readings of a campus and writes the newest of each point into its device.

    Args:
        site: With the gateway's buses and devices; its points are those of the source.
        gateway: Whose devices.
        source: What is measured.
        servers: The devices by bus.
    """

    def __init__(
        self, site: Site, gateway: str, source: PointSource, servers: Mapping[str, Settable]
    ) -> None:
        self._gateway, self._source, self._servers = gateway, source, servers
        self._site = site
        self._targets = _targets(site, gateway)

    def advance(self, until: int) -> int:
        """Show what is measured up to a time; how many values were written. [ms]"""
        rows = self._source.read(self._gateway, until)
        newest = dict(zip(rows.point.tolist(), rows.value.tolist(), strict=True))
        written = 0
        for point, value in newest.items():
            for target in self._targets.get(point, ()):
                number = target.number(value, self._site.points[point].scale_at(until))
                self._servers[target.bus].set(target.address, target.name, number)
                written += 1
        return written


def _targets(site: Site, gateway: str) -> Mapping[int, list[_Target]]:
    options = msgspec.convert(site.gateways[gateway].options, OptionKeys)
    found: dict[int, list[_Target]] = {}
    for device in options.devices:
        template = options.templates[device.template]
        for id_, source in device.points.items():
            assert isinstance(source, SourceKeys)  # noqa: S101 - the site was compiled
            keys = template.values[source.value]
            unit = unit_for(keys.quantity, keys.unit)
            target = _Target(
                device.bus, device.address, source.value,
                unit.factor * source.scale, unit.offset * source.scale,
            )  # fmt: skip
            found.setdefault(site.index[id_], []).append(target)
    return found
