"""Checks of what gateways without an edge map, and their shapes filled in from dialects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from adapters.sites.dialects import dialects
from adapters.sites.foreignkeys import ForeignValueKeys, MessageKeys, MetricKeys, MomentKeys
from adapters.sites.keys import GatewayKeys, SiteKeys
from adapters.sites.local import zone_of
from adapters.sites.log import Log
from adapters.sites.money import unit_factor
from adapters.sites.optionkeys import OptionKeys
from core.patterns import topic_pattern
from core.site import DIALECTS, HAND, SPARKPLUG, Point

SELDOM_S = 14_400
"""Nobody walks to a meter more often than every four hours; below that the silence of people would
be taken for that of a device."""
_OPTION = {DIALECTS: "mqtt", SPARKPLUG: "sparkplug"}
"""The one option that each driver needs, and no other may have."""


def check(gateway: str, keys: GatewayKeys, points: Sequence[Point], log: Log) -> None:
    """Every value is a point of this gateway, once, in a unit of its quantity."""
    _check_option(gateway, keys, log)
    mapped: dict[str, ForeignValueKeys | MetricKeys] = {}
    for messages in keys.options.mqtt:
        _check_shape(messages, log)
    quick = min((p.period_s for p in points if p.gateway == gateway), default=SELDOM_S)
    if keys.driver == HAND and quick < SELDOM_S:
        what = f"a point of '{gateway}' is to be read by people every {quick} s"
        log.mistake(log.place(keys, "driver"), what, f"period: {SELDOM_S} or more, usually 86400")
    for value in _values(keys):
        _check_value(gateway, value, points, log)
        if value.point in mapped:
            what = f"'{value.point}' is mapped twice"
            log.mistake(log.place(value, "point"), what, "each point from one value")
        mapped[value.point] = value


def check_nodes(site: SiteKeys, log: Log) -> None:
    """A Sparkplug node is one gateway: its births and its sequence belong together."""
    known: set[tuple[str, str]] = set()
    for gateway in site.gateways.values():
        node = gateway.options.sparkplug
        if node is None:
            continue
        for word in ("group", "node"):
            if set(getattr(node, word)) & set("+#/"):
                what = f"'{getattr(node, word)}' cannot stand in a topic"
                log.mistake(log.place(node, word), what, "a name without +, # and /")
        if (node.group, node.node) in known:
            what = f"the node '{node.group}/{node.node}' is another gateway already"
            log.mistake(log.place(node, "node"), what, "one gateway a node, all metrics in it")
        known.add((node.group, node.node))


def filled(keys: OptionKeys) -> dict[str, Any]:
    """A gateway's options, with what its dialects say put in."""
    options: dict[str, Any] = msgspec.to_builtins(keys)
    if keys.mqtt:
        options["mqtt"] = [msgspec.to_builtins(_filled(m)) for m in keys.mqtt]
    return options


def _filled(messages: MessageKeys) -> MessageKeys:
    """What the message itself says stands; the rest is the dialect's."""
    dialect = dialects().get(messages.template)
    if dialect is None:
        return messages
    return msgspec.structs.replace(
        messages,
        topic=messages.topic or dialect.topic,
        payload=messages.payload or dialect.payload,
        device=messages.device or dialect.device,
        time=messages.time or dialect.time,
        counter=messages.counter or dialect.counter,
        words={**dialect.words, **messages.words},
        missing=[*dialect.missing, *messages.missing],
    )


def _values(keys: GatewayKeys) -> Iterator[ForeignValueKeys | MetricKeys]:
    for messages in keys.options.mqtt:
        for device in messages.devices:
            yield from device.values
    if keys.options.sparkplug is not None:
        yield from keys.options.sparkplug.metrics


def _check_option(gateway: str, keys: GatewayKeys, log: Log) -> None:
    needed = _OPTION.get(keys.driver)
    for driver, option in _OPTION.items():
        has = bool(getattr(keys.options, option)) or log.has(keys.options, option)
        if option == needed and not has:
            what = f"the driver {driver} of '{gateway}' maps nothing"
            log.mistake(log.place(keys, "driver"), what, f"options: {{{option}: …}}")
        if option != needed and has:
            what = f"the driver {keys.driver} has no '{option}'"
            log.mistake(log.place(keys.options, option), what, f"driver: {driver}")
    if keys.driver == HAND and keys.options.files:
        what = "the driver hand reads no files"
        log.mistake(log.place(keys.options, "files"), what, "plantroom readings import FILE")


def _check_shape(messages: MessageKeys, log: Log) -> None:
    known = dialects()
    if messages.template and messages.template not in known:
        what, near = f"no template '{messages.template}'", (messages.template, known)
        log.mistake(log.place(messages, "template"), what, ", ".join(known), near=near)
        return
    whole = _filled(messages)
    if not whole.topic or whole.payload is None:
        word = "topic" if not whole.topic else "payload"
        if not log.has(messages, word):
            what = f"these messages have neither a template nor a {word}"
            log.mistake(log.place(messages), what, f"template: one of {', '.join(known)}")
        return
    _check_topic(messages, whole, log)
    _check_time(messages, whole.time or MomentKeys(), log)
    if whole.payload == "plain":
        _check_plain(messages, whole, log)
    names: set[str] = set()
    for device in messages.devices:
        if device.device in names or device.device in messages.ignore:
            what = f"the device '{device.device}' stands twice"
            log.mistake(log.place(device, "device"), what, "each device once, with all its values")
        names.add(device.device)


def _check_topic(messages: MessageKeys, whole: MessageKeys, log: Log) -> None:
    place = log.place(messages, "topic" if messages.topic else "template")
    try:
        pattern = topic_pattern(whole.topic)
    except ValueError as error:
        log.mistake(place, f"'{whole.topic}' is no topic pattern", str(error))
        return
    if "device" not in pattern.parts and not whole.device:
        what = f"nothing in '{whole.topic}' names the device"
        log.mistake(place, what, "{device} in the topic, or device: its path in the payload")
    if pattern.text.endswith("*}") and whole.payload == "json":
        log.mistake(place, f"'{whole.topic}' has a path in the topic", "payload: plain")


def _check_plain(messages: MessageKeys, whole: MessageKeys, log: Log) -> None:
    """A payload that is only a value says nothing else."""
    for word in ("device", "counter"):
        if getattr(messages, word):
            what = f"a plain payload has no {word}"
            log.mistake(log.place(messages, word), what, "payload: json")
    if whole.time is not None and whole.time.path:
        what = "a plain payload has no time"
        log.mistake(log.place(messages, "time"), what, "payload: json, or the time of arrival")
    deep = whole.topic.endswith("*}")
    for device in messages.devices:
        for value in device.values:
            if bool(value.path) is not deep:
                what = f"'{value.path}' is no path of '{whole.topic}'"
                expected = "what {path*} holds" if deep else "no path: the payload is the value"
                log.mistake(log.place(value, "path"), what, expected)


def _check_time(messages: MessageKeys, time: MomentKeys, log: Log) -> None:
    if time.timezone:
        zone_of(time.timezone, log.place(messages.time, "timezone"), log)
    if messages.time is not None and not time.path and time.timezone:
        log.mistake(log.place(messages.time, "timezone"), "a zone of no time", "path: of the time")


def _check_value(
    gateway: str, value: ForeignValueKeys | MetricKeys, points: Sequence[Point], log: Log
) -> None:
    place = log.place(value, "point")
    meant = next((point for point in points if point.id == value.point), None)
    if meant is None:
        if not log.broken.intersection(value.point.split(".")):
            near = (value.point, [p.id for p in points if p.gateway == gateway])
            log.mistake(place, f"there is no point '{value.point}'", "id of a point", near=near)
        return
    if meant.gateway and meant.gateway != gateway:
        what = f"'{meant.id}' is sent by '{meant.gateway}'"
        log.mistake(place, what, f"a point of the gateway '{gateway}'")
    unit_factor(value.unit, meant.quantity, log.place(value, "unit"), log)
    if value.scale == 0:
        log.mistake(log.place(value, "scale"), "0 makes every value 0", "another factor")
