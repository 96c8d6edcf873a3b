"""What the site's file says of other programs' messages, ready to be read by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from core.patterns import TopicPattern, topic_pattern
from core.site import DIALECTS, Gateway, Site
from ingest.foreign.paths import steps_of
from ingest.foreign.told import Sense

Steps = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Messages of one shape, of one gateway.

    Attributes:
        gateway: Whose points they hold.
        pattern: Their topics.
        plain: Whether the payload is the value alone, and not JSON.
        device: Where JSON names the device; empty where the topic does.
        time: Where the time stands; empty where the time of arrival is taken.
        written: ``iso``, ``epoch_s`` or ``epoch_ms``.
        zone: Of a time that names none.
        counter: Where the device counts its messages; empty where it does not.
        devices: By name, each value's path with what it means.
        ignore: Devices that are known and not wanted.
    """

    gateway: str
    pattern: TopicPattern
    plain: bool
    device: Steps
    time: Steps
    written: str
    zone: ZoneInfo
    counter: Steps
    words: Mapping[str, float]
    missing: frozenset[str]
    devices: Mapping[str, tuple[tuple[Steps, Sense], ...]]
    ignore: frozenset[str]

    @property
    def timed(self) -> bool:
        """Whether messages say when they were measured."""
        return bool(self.time)


def shapes_of(site: Site) -> tuple[Shape, ...]:
    """All shapes of all gateways that speak MQTT in their own way."""
    return tuple(
        _shape(site, gateway, written)
        for gateway in site.gateways.values()
        if gateway.driver == DIALECTS
        for written in _listed(gateway.options.get("mqtt"))
    )


def filters_of(shapes: tuple[Shape, ...], *, timed: bool) -> tuple[str, ...]:
    """What to subscribe to, each filter once."""
    return tuple(dict.fromkeys(s.pattern.filter for s in shapes if s.timed is timed))


def _shape(site: Site, gateway: Gateway, written: Mapping[str, Any]) -> Shape:
    time: Mapping[str, Any] = written.get("time") or {}
    plain = written.get("payload") == "plain"
    return Shape(
        gateway=gateway.id,
        pattern=topic_pattern(str(written["topic"])),
        plain=plain,
        device=steps_of(str(written.get("device", ""))),
        time=steps_of(str(time.get("path", ""))),
        written=str(time.get("format", "iso")),
        zone=ZoneInfo(str(time.get("timezone") or site.timezone)),
        counter=steps_of(str(written.get("counter", ""))),
        words=dict(written.get("words") or {}),
        missing=frozenset(written.get("missing") or ()),
        devices={
            str(device["device"]): tuple(_value(site, value, plain) for value in device["values"])
            for device in written.get("devices") or ()
        },
        ignore=frozenset(written.get("ignore") or ()),
    )


def _value(site: Site, value: Mapping[str, Any], plain: bool) -> tuple[Steps, Sense]:  # noqa: FBT001 the shape's word
    point = site.points[site.index[str(value["point"])]]
    path = str(value.get("path", ""))
    sense = Sense.of(point, str(value["unit"]), float(value.get("scale", 1.0)))
    # Of a plain payload the path is what the topic holds: one word, whatever is in it.
    return (path,) if plain and path else steps_of(path), sense


def _listed(value: object) -> list[Mapping[str, Any]]:
    return list(value) if isinstance(value, list | tuple) else []
