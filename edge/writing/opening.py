"""Which points of a gateway are open for writing, and whether a wish lies within that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from adapters.sites.devicekeys import BusKeys, SourceKeys, WriteKeys
from core.errors import Refused
from core.site import Point, Site
from edge.buses.device import Channel, Device, devices_of, options_of

_MS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """One point that may be written.

    Attributes:
        gateway: Whose point it is.
        bus: How its device is reached.
        keys: Limits, as the site file has them.
        closes: When the opening ends, whatever stands then. [ms]
    """

    gateway: str
    point: Point
    bus: BusKeys
    device: Device
    channel: Channel
    keys: WriteKeys
    closes: int

    def number(self, value: float) -> float:
        """The number in the device for a value in the unit of the point."""
        return (value - self.channel.offset) / self.channel.factor

    def value(self, number: float | None) -> float | None:
        """The other way round; None where the device has none."""
        return None if number is None else self.channel.canonical(number)

    def ends(self, now: int, for_s: float) -> int:
        """When a value written now is released. [ms]"""
        return min(now + round(for_s * _MS), self.closes)


def openings(site: Site, gateway: str) -> dict[str, Opening]:
    """By point id, what the site file opens at a gateway, over or not."""
    buses, devices = devices_of(site, gateway)
    sources = {
        (keys.id, id_): source
        for keys in options_of(site, gateway).devices
        for id_, source in keys.points.items()
        if isinstance(source, SourceKeys) and source.write is not None
    }
    found = {}
    for device in devices:
        for channel in device.channels:
            point = site.points[channel.point]
            source = sources.get((device.id, point.id))
            if source is not None and source.write is not None:
                found[point.id] = Opening(
                    gateway=gateway, point=point, bus=buses[device.bus], device=device,
                    channel=channel, keys=source.write, closes=_end_of(source.write, site),
                )  # fmt: skip
    return found


def opening_of(site: Site, gateways: list[str], point: str) -> Opening:
    """The opening of a point.

    Raises:
        Refused: It has none; the words say what to write into the site file.
    """
    for gateway in gateways:
        found = openings(site, gateway).get(point)
        if found is not None:
            return found
    if point not in site.index:
        raise Refused(f"the site '{site.id}' has no point '{point}'", code="absent")
    gateway = site.points[site.index[point]].gateway
    if gateway not in gateways:
        raise Refused(f"'{point}' is of the gateway '{gateway}', which has no devices on buses")
    raise Refused(
        f"'{point}' is only read. To open it, give its entry under points: of its device in "
        f"'{gateway}' {{value: …, write: {{low: …, high: …, until: \"2026-12-31\"}}}} in the site "
        "file (docs/devices.md), and start the agent with it",
        code="forbidden",
    )


def to_give_back(site: Site, gateway: str, point: str, priority: int) -> Opening | None:
    """How a point is reached that was written, even where the site file opens it no more."""
    found = openings(site, gateway).get(point)
    if found is not None:
        return found
    buses, devices = devices_of(site, gateway)
    for device in devices:
        for channel in device.channels:
            if site.points[channel.point].id == point:
                closed = WriteKeys(low=0, high=0, until="1970-01-01", priority=priority)
                return Opening(
                    gateway=gateway, point=site.points[channel.point], bus=buses[device.bus],
                    device=device, channel=channel, keys=closed, closes=0,
                )  # fmt: skip
    return None


def check(opening: Opening, value: float, for_s: float, now: int) -> None:
    """Whether this may be written now.

    Raises:
        Refused: It may not; the words say which limit stands against it.
    """
    keys, unit, id_ = opening.keys, opening.point.unit, opening.point.id
    if now >= opening.closes:
        raise Refused(f"'{id_}' was open until {keys.until}; a later until: in the site file opens "
                      "it again", code="forbidden")  # fmt: skip
    if not keys.low <= value <= keys.high:
        raise Refused(f"'{id_}' is open from {keys.low:g} to {keys.high:g} {unit}, not for "
                      f"{value:g}; low: and high: in the site file say so")  # fmt: skip
    if not 0 < for_s <= keys.longest:
        raise Refused(f"'{id_}' may stand written for {keys.longest:g} s at the most, not "
                      f"{for_s:g}; longest: in the site file says so")  # fmt: skip


def _end_of(keys: WriteKeys, site: Site) -> int:
    after = date.fromisoformat(keys.until) + timedelta(days=1)
    return round(datetime.combine(after, time(), ZoneInfo(site.timezone)).timestamp() * _MS)
