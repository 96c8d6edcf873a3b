"""The ``fieldbus`` driver's options, checked and resolved: every point from one value."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from adapters.sites.devicekeys import BusKeys, DeviceKeys, SourceKeys
from adapters.sites.keys import GatewayKeys
from adapters.sites.log import Log
from adapters.sites.optionkeys import OptionKeys
from adapters.sites.protocols import PROTOCOLS
from adapters.sites.templatekeys import TemplateKeys
from adapters.sites.templates import check as check_template
from adapters.sites.templates import load_packaged, packaged
from adapters.sites.writemap import check_write
from core.quantity import Kind
from core.site import Point

DRIVER = "fieldbus"
_ENDPOINT = r"[^\s:/]+:\d{1,5}|\[[0-9a-fA-F:]+\]:\d{1,5}"  # host:port, or [IPv6]:port
_OWN_ENDPOINT = r"\d{1,3}(\.\d{1,3}){3}(/\d{1,2})?(:\d{1,5})?"
_ALONE = frozenset({"files"})


@dataclass
class _Checked:
    """One gateway's options on their way from written to resolved."""

    gateway: str
    options: OptionKeys
    log: Log
    own: Mapping[str, TemplateKeys]
    points: Mapping[str, Point]
    used: dict[str, TemplateKeys] = field(default_factory=dict)
    taken: dict[str, str] = field(default_factory=dict)


def resolve(
    gateway: str, keys: GatewayKeys, points: Sequence[Point], own: Mapping[str, TemplateKeys],
    log: Log,
) -> OptionKeys:  # fmt: skip
    """Options with every template that is used, and each device's points by id.

    Args:
        gateway: Its id.
        keys: As written.
        points: All of the site.
        own: The site's own templates by name.
        log: Where mistakes are noted.
    """
    options = keys.options
    if keys.driver != DRIVER:
        for key in ("buses", "devices", "templates"):
            if getattr(options, key):
                what = f"the driver {keys.driver} has no {key}"
                log.mistake(log.place(options, key), what, f"driver: {DRIVER}")
        return options
    for key in _ALONE:
        if getattr(options, key):
            log.mistake(log.place(options, key), f"the driver {DRIVER} reads no {key}")
    if not options.devices and not log.has(options, "devices"):
        what = f"the driver {DRIVER} of '{gateway}' has no devices"
        log.mistake(log.place(keys, "driver"), what, "options: {buses: {…}, devices: […]}")
    for name, bus in options.buses.items():
        _check_bus(name, bus, log)
    for template in options.templates.values():
        check_template(template, log)
    mine = {p.id: p for p in points if p.gateway == gateway}
    checked = _Checked(gateway, options, log, own, mine)
    devices = [_device(device, checked) for device in _once(options.devices, log)]
    _check_unread(keys, checked)
    return msgspec.structs.replace(options, devices=devices, templates=checked.used)


def _check_bus(name: str, bus: BusKeys, log: Log) -> None:
    rules = PROTOCOLS.get(bus.protocol)
    if rules is None:
        what, near = f"no protocol '{bus.protocol}'", (bus.protocol, PROTOCOLS)
        log.mistake(log.place(bus, "protocol"), what, " or ".join(PROTOCOLS), near=near)
        return
    ways = [way for way in ("tcp", "udp", "serial") if getattr(bus, way) is not None]
    expected = " or ".join(f"{way}: …" for way in rules.reached_by)
    broken = any(log.has(bus, way) for way in ("tcp", "udp", "serial")) and not ways
    if not broken and not set(ways) & set(rules.reached_by):
        what = f"the bus '{name}' does not say how it is reached"
        log.mistake(log.place(bus), what, expected)
    for way in set(ways) - set(rules.reached_by):
        what = f"{bus.protocol} is not reached by {way}"
        log.mistake(log.place(bus, way), what, expected)
    for way, pattern, words in (
        ("tcp", _ENDPOINT, "host:port"), ("udp", _OWN_ENDPOINT, "address/prefix:port"),
    ):  # fmt: skip
        written = getattr(bus, way)
        if written is not None and not re.fullmatch(pattern, written):
            log.mistake(log.place(bus, way), f"'{written}' is no place on a network", words)
    if bus.serial is not None and not bus.serial.port and bus.tcp is None:
        log.mistake(log.place(bus, "serial"), "the line has no port", "port: /dev/ttyS0, or tcp: …")
    if bus.bacnet is not None and bus.protocol != "bacnet":
        log.mistake(log.place(bus, "bacnet"), f"the bus '{name}' speaks {bus.protocol}", "nothing")
    if rules.check_bus is not None:
        rules.check_bus(bus, log)
    if bus.framing is not None and bus.protocol != "modbus":
        log.mistake(log.place(bus, "framing"), f"{bus.protocol} has one framing", "nothing")


def _once(devices: Sequence[DeviceKeys], log: Log) -> list[DeviceKeys]:
    """Each device once: by its id, and by its address on its bus."""
    kept: list[DeviceKeys] = []
    ids: set[str] = set()
    places: dict[tuple[str, str], str] = {}
    for device in devices:
        if device.id in ids:
            log.mistake(log.place(device, "id"), f"the id '{device.id}' stands twice", "another id")
            continue
        ids.add(device.id)
        other = places.setdefault((device.bus, device.address), device.id)
        if other != device.id:
            what = f"'{other}' has the address {device.address} on '{device.bus}' too"
            log.mistake(log.place(device, "address"), what, "one device an address")
        kept.append(device)
    return kept


def _device(device: DeviceKeys, checked: _Checked) -> DeviceKeys:
    """The device with its points by id and its period."""
    log = checked.log
    buses = checked.options.buses
    bus = buses.get(device.bus)
    if bus is None and device.bus not in log.broken:
        what, near = f"there is no bus '{device.bus}'", (device.bus, buses)
        log.mistake(log.place(device, "bus"), what, " or ".join(buses), near=near)
    rules = PROTOCOLS.get(bus.protocol) if bus is not None else None
    addressed = rules is None or re.fullmatch(rules.address, device.address) is not None
    if rules is not None and not addressed:
        what = f"'{device.address}' is no address on '{device.bus}'"
        log.mistake(log.place(device, "address"), what, rules.address_words)
    if rules is not None and rules.options is not None:
        for word in set(device.options) - rules.options:
            expected = " or ".join(sorted(rules.options)) or "none"
            place = log.place(device.options, word)
            log.mistake(place, f"no option '{word}'", expected, near=(word, rules.options))
    template = _template(device, checked)
    if template is None:
        return device
    if bus is not None and template.protocol != bus.protocol:
        what = f"'{device.template}' speaks {template.protocol}, '{device.bus}' {bus.protocol}"
        log.mistake(log.place(device, "template"), what, f"a template of {bus.protocol}")
    sources = _sources(device, template, checked)
    periods = [checked.points[id_].period_s for id_ in sources]
    period = device.period or float(min(periods, default=60))
    if rules is not None and rules.check_device is not None and bus is not None and addressed:
        rules.check_device(device, period, bus, template, log)
    points: dict[str, SourceKeys | str] = dict(sources)
    return msgspec.structs.replace(device, points=points, period=period, equipment="")


def _template(device: DeviceKeys, checked: _Checked) -> TemplateKeys | None:
    name, log = device.template, checked.log
    near = {**checked.own, **checked.options.templates}
    known = [*near, *packaged()]
    if name not in known:
        if name not in log.broken:
            what = f"no template '{name}'"
            log.mistake(
                log.place(device, "template"), what, "one of docs/devices.md or of templates/",
                near=(name, known),
            )  # fmt: skip
        return None
    checked.used[name] = near[name] if name in near else load_packaged(name)
    return checked.used[name]


def _sources(
    device: DeviceKeys, template: TemplateKeys, checked: _Checked
) -> dict[str, SourceKeys]:
    """Source by point id."""
    written = device.points or _usual(device, template, checked)
    found: dict[str, SourceKeys] = {}
    for word, source in written.items():
        keys = SourceKeys(value=source) if isinstance(source, str) else source
        point = _point(device, word, checked)
        if point is not None and _fits(device, word, keys, template, point, checked):
            found[point.id] = keys
    return found


def _usual(
    device: DeviceKeys, template: TemplateKeys, checked: _Checked
) -> Mapping[str, SourceKeys | str]:
    """What the template's values usually are, as far as the equipment has such points."""
    if checked.log.has(device, "points") or not device.equipment:
        if not checked.log.has(device, "points"):
            what = f"the device '{device.id}' is read for nothing"
            checked.log.mistake(checked.log.place(device), what, "equipment: … or points: {…}")
        return {}
    roles = {value.role: name for name, value in template.values.items() if value.role}
    usual = {
        role: name for role, name in roles.items() if f"{device.equipment}.{role}" in checked.points
    }
    if not usual and device.equipment.split(".")[-1] not in checked.log.broken:
        what = f"'{device.equipment}' has no point here that '{device.template}' offers"
        ids = {id_.rpartition(".")[0] for id_ in checked.points}
        checked.log.mistake(
            checked.log.place(device, "equipment"), what,
            f"equipment with points of the gateway '{checked.gateway}'",
            near=(device.equipment, ids),
        )  # fmt: skip
    return dict(usual)


def _point(device: DeviceKeys, word: str, checked: _Checked) -> Point | None:
    for id_ in (f"{device.equipment}.{word}", word):
        if id_ in checked.points:
            return checked.points[id_]
    if not checked.log.broken.intersection([*word.split("."), *device.equipment.split(".")]):
        what = f"the gateway '{checked.gateway}' has no point '{word}'"
        roles = [i.rpartition(".")[2] for i in checked.points if i.startswith(device.equipment)]
        expected = "a role of the device's equipment, or the id of a point"
        place = checked.log.place(device.points, word)
        checked.log.mistake(place, what, expected, near=(word, [*checked.points, *roles]))
    return None


def _fits(
    device: DeviceKeys, word: str, source: SourceKeys, template: TemplateKeys, point: Point,
    checked: _Checked,
) -> bool:  # fmt: skip
    """Whether a value is what the point measures, and nobody else's."""
    log = checked.log
    place = log.place(device.points, word) if device.points else log.place(device, "equipment")
    value = template.values.get(source.value)
    if value is None:
        what = f"'{device.template}' offers no '{source.value}'"
        near = (source.value, template.values)
        log.mistake(place, what, "a value of the template", near=near)
        return False
    if value.quantity is not point.quantity:
        what = f"'{source.value}' is {value.quantity}, '{point.id}' {point.quantity}"
        log.mistake(place, what, f"a value of {point.quantity}")
        return False
    if source.scale != 1.0 and point.kind is Kind.REGISTER:
        what = f"'{point.id}' is a register: its scale has a date"
        log.mistake(place, what, "scale: [{valid_from, factor}] at the point")
    if source.scale == 0.0:
        log.mistake(place, f"'{point.id}' would always be nothing", "a scale other than 0")
    if point.id in checked.taken:
        what = f"'{point.id}' is read from '{checked.taken[point.id]}' too"
        log.mistake(place, what, "one device a point")
        return False
    checked.taken[point.id] = device.id
    if source.write is not None:
        check_write(source, template, value, point, log)
    return True


def _check_unread(keys: GatewayKeys, checked: _Checked) -> None:
    """A point that no device is read for would be silent for ever."""
    if checked.log.mistakes:
        return  # what is unread may be so because of them
    unread = [id_ for id_ in checked.points if id_ not in checked.taken]
    for id_ in unread:
        what = f"no device of '{checked.gateway}' is read for '{id_}'"
        checked.log.mistake(checked.log.place(keys, "options"), what, "a device with that point")
