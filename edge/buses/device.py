"""A gateway's devices as its drivers see them: options resolved to points and factors."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from adapters.sites.devicekeys import BusKeys, DeviceKeys, SourceKeys
from adapters.sites.optionkeys import OptionKeys
from adapters.sites.templatekeys import TemplateKeys, ValueKeys
from core.errors import Misconfigured, Mistake
from core.quantity import unit_for
from core.site import Site


@dataclass(frozen=True, slots=True)
class Channel:
    """One point and the value it comes from; canonical = number · factor + offset.

    Attributes:
        point: Index into the site's table.
        value: Name of the template's value.
    """

    point: int
    value: str
    factor: float = 1.0
    offset: float = 0.0

    def canonical(self, number: float | None) -> float:
        """The point's value in its canonical unit; NaN where the device has none."""
        if number is None or not math.isfinite(number):
            return math.nan
        return number * self.factor + self.offset


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One device on a bus.

    Attributes:
        id: Its word in the site file; health names it.
        bus: The bus it hangs on.
        address: As its protocol writes it.
        template: What it offers.
        period_s: Between two polls. [s]
        channels: The points that it is read for.
        options: What its protocol needs of it alone.
    """

    id: str
    bus: str
    address: str
    template: TemplateKeys
    period_s: float
    channels: tuple[Channel, ...]
    options: Mapping[str, str]

    @property
    def wanted(self) -> tuple[str, ...]:
        """Names of the values that its points need, each once."""
        return tuple(dict.fromkeys(channel.value for channel in self.channels))

    @property
    def proving(self) -> tuple[str, ...]:
        """Names of the values that prove what it is."""
        return tuple(dict.fromkeys(proof.value for proof in self.template.proof))


def in_unit(value: ValueKeys, number: float | None) -> float:
    """A number of the device in the unit of the template; NaN where it has none."""
    if number is None or not math.isfinite(number):
        return math.nan
    return number * value.scale + value.offset


def options_of(site: Site, gateway: str) -> OptionKeys:
    """The compiled options of a gateway.

    Raises:
        Misconfigured: There is no such gateway, or its options were not compiled here.
    """
    if gateway not in site.gateways:
        raise _wrong(f"the site '{site.id}' has no gateway '{gateway}'")
    try:
        return msgspec.convert(site.gateways[gateway].options, OptionKeys)
    except msgspec.ValidationError as error:
        raise _wrong(f"options of the gateway '{gateway}': {error}") from error


def devices_of(site: Site, gateway: str) -> tuple[Mapping[str, BusKeys], Sequence[Device]]:
    """Buses by name, and all devices of a gateway.

    Raises:
        Misconfigured: The gateway has none, or they do not fit the site.
    """
    options = options_of(site, gateway)
    if not options.devices:
        raise _wrong(f"the gateway '{gateway}' has no devices", "driver: fieldbus")
    return options.buses, [_device(keys, options, site) for keys in options.devices]


def _device(keys: DeviceKeys, options: OptionKeys, site: Site) -> Device:
    template = options.templates.get(keys.template)
    if template is None or keys.bus not in options.buses or keys.period is None:
        raise _wrong(f"the device '{keys.id}' was not compiled", "a site that was checked")
    channels = []
    for id_, source in keys.points.items():
        if isinstance(source, str) or id_ not in site.index:
            raise _wrong(f"the device '{keys.id}' was not compiled", "a site that was checked")
        channels.append(_channel(site.index[id_], source, template.values[source.value]))
    return Device(
        id=keys.id, bus=keys.bus, address=keys.address, template=template, period_s=keys.period,
        channels=tuple(channels), options=keys.options,
    )  # fmt: skip


def _channel(point: int, source: SourceKeys, value: ValueKeys) -> Channel:
    unit = unit_for(value.quantity, value.unit)
    return Channel(
        point=point,
        value=source.value,
        factor=value.scale * unit.factor * source.scale,
        offset=(value.offset * unit.factor + unit.offset) * source.scale,
    )


def _wrong(what: str, expected: str = "") -> Misconfigured:
    return Misconfigured([Mistake(file="", line=0, what=what, expected=expected)])
