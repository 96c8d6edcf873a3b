"""Who answers on a Modbus line, what it says that it is, and which templates fit it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from adapters.sites.devicekeys import BusKeys
from adapters.sites.templatekeys import TemplateKeys
from adapters.sites.templates import load_packaged, packaged
from core.quantity import unit_for
from core.roles import ROLES
from edge.buses.contract import Denied, Garbled, NoAnswer
from edge.buses.device import Device, in_unit
from edge.buses.pace import Pace
from edge.buses.proof import disproof
from edge.drivers.modbus.client import Line
from edge.drivers.modbus.link import ModbusLink
from edge.scanning import Found

_UNITS = tuple(str(unit) for unit in range(1, 248))
_LONGEST_S = 0.5
"""An empty address costs so much and the silence behind it: 247 of them three to six minutes."""
_UNLIKELY = (231, 245, 247)
"""Unit ids that nobody gives to three devices of one line."""
_FIT = 0.5
"""Less than half of its values there and plausible is another device's map by chance."""


def scan(bus: BusKeys, addresses: Sequence[str]) -> Iterator[Found]:
    """Ask every unit for a register; of those that answer, who they are. Only reads.

    Raises:
        Retryable: The line cannot be reached.
    """
    line, link = Line(bus), ModbusLink(bus)
    paces: list[Pace] = []
    known = {
        name: template
        for name in packaged()
        if (template := load_packaged(name)).protocol == "modbus"
    }
    everywhere = _everywhere(line, bus)
    try:
        for address in addresses or _UNITS:
            pace = Pace(min(bus.longest_answer, _LONGEST_S), paces)
            if not _lives(line, int(address), pace):
                continue
            paces.append(pace)
            says = line.identity(int(address), pace)
            # A port of a serial line is had by one at a time.
            line.close()
            templates = _fitting(link, address, known, pace)
            link.close()
            if everywhere:
                says = f"{says} (answers at every unit id: one device)".strip()
            yield Found(address=address, says=says, templates=templates)
            if everywhere:
                return
    finally:
        line.close()
        link.close()


def _everywhere(line: Line, bus: BusKeys) -> bool:
    """Whether this is one device that does not look at unit ids, as many with Ethernet are."""
    if not line.numbered:
        return False
    pace = Pace(min(bus.longest_answer, _LONGEST_S))
    return all(_lives(line, unit, pace) for unit in _UNLIKELY)


def _lives(line: Line, unit: int, pace: Pace) -> bool:
    try:
        line.ask(unit, 3, 0, 1, pace)
    except NoAnswer:
        return False
    except (Denied, Garbled):
        return True  # no such register: but somebody is there to say so
    return True


def _fitting(
    link: ModbusLink, address: str, known: Mapping[str, TemplateKeys], pace: Pace
) -> tuple[str, ...]:
    shares = {name: _share(link, address, template, pace) for name, template in known.items()}
    fitting = [name for name, share in shares.items() if share > _FIT]
    # More values there say more; with as many, the template with fewer that are not there.
    order = {
        name: (-round(shares[name] * len(known[name].values)), -shares[name], name)
        for name in fitting
    }
    generic = [name for name in fitting if name.startswith("generic")]
    return tuple(sorted(fitting, key=lambda name: (name in generic, order[name])))


def _share(link: ModbusLink, address: str, template: TemplateKeys, pace: Pace) -> float:
    """Share of a template's values that are there and plausible; 0 where it is disproved."""
    if not template.proof:
        return 0.0
    device = Device(
        id="", bus="", address=address, template=template, period_s=1.0, channels=(), options={}
    )
    proving = _read(link, device, device.proving, pace)
    if disproof(device, proving) is not None:
        return 0.0
    read = _read(link, device, tuple(template.values), pace)
    return sum(_plausible(template, name, n) for name, n in read.items()) / len(template.values)


def _read(
    link: ModbusLink, device: Device, wanted: Sequence[str], pace: Pace
) -> dict[str, float | None]:
    numbers: dict[str, float | None] = {}
    # Plans are remembered by device: each template is another one.
    link.forget()
    try:
        for values in link.poll(device, wanted, pace):
            numbers.update(values)
    except (NoAnswer, Denied, Garbled):
        pass
    return numbers


def _plausible(template: TemplateKeys, name: str, number: float | None) -> bool:
    keys = template.values[name]
    unit = unit_for(keys.quantity, keys.unit)
    value = in_unit(keys, number) * unit.factor + unit.offset
    low, high = ROLES[keys.role].span if keys.role else (-1e12, 1e12)
    return low <= value <= high
