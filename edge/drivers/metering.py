"""What the drivers of meters' buses share: numbers of a template's value, refusals remembered."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from typing import TypeVar

import structlog

from adapters.sites.templatekeys import TemplateKeys, ValueKeys
from core.errors import Misconfigured, Mistake
from core.quantity import unit_for
from edge.buses.contract import Denied, Garbled, Link, NoAnswer, Values
from edge.buses.device import Device
from edge.buses.pace import Pace
from edge.protocols.refusal import ItemRefused, ReplyRefused

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
N = TypeVar("N")
_log = structlog.get_logger(__name__)
_REFUSED_FOR_S = 3600.0
"""An item that a meter refused is asked for again after an hour: each asking costs the bus a
quarter of a second, and a meter that learns a new item has been exchanged or set anew."""


def no_options(devices: Sequence[Device], protocol: str) -> None:
    """See that no device has options: these protocols know none.

    Raises:
        Misconfigured: One has.
    """
    mistakes = [
        Mistake(file="", line=0, what=f"the device '{d.id}': {protocol} knows no options",
                expected=f"nothing instead of {', '.join(d.options)}")
        for d in devices if d.options
    ]  # fmt: skip
    if mistakes:
        raise Misconfigured(mistakes)


def grouped(items: Sequence[tuple[K, T]]) -> dict[K, list[T]]:
    """By key, in the order of first appearance."""
    groups: dict[K, list[T]] = {}
    for key, item in items:
        groups.setdefault(key, []).append(item)
    return groups


def as_written(value: ValueKeys, number: float | None) -> float | None:
    """The number, or None where the template says that it stands for nothing."""
    return None if number is None or number in value.no_value else number


def in_template_unit(value: ValueKeys, number: float, spelling: str) -> float:
    """A number that came with its own unit, before the ``scale`` and in the unit of a template.

    Raises:
        Misconfigured: What came is no unit of the value's quantity.
    """
    if spelling == value.unit:
        return (number - value.offset) / value.scale
    sent, meant = unit_for(value.quantity, spelling), unit_for(value.quantity, value.unit)
    canonical = number * sent.factor + sent.offset
    return ((canonical - meant.offset) / meant.factor - value.offset) / value.scale


def tried(ask: Callable[[], T], *, answered_before: bool) -> T:
    """The answer of a question that is repeated once, since a period without it is lost.

    A device that never answered in this poll is not asked twice: it may be dead, and
    its neighbours would wait for it.

    Raises:
        NoAnswer: It is silent.
        Garbled: What came is no answer, twice.
    """
    try:
        return ask()
    except Garbled:
        return ask()
    except NoAnswer:
        if not answered_before:
            raise
        return ask()


def poll_items(
    device: Device,
    groups: Mapping[int, Sequence[tuple[str, N]]],
    refusals: Refusals,
    read: Callable[[int, bool], bytes],
    number: Callable[[bytes, N], float | None],
) -> Iterator[Values]:
    """Each item's values as soon as it is answered; what the meter refuses has none.

    Args:
        device: Whom to ask.
        groups: Names of values and where they stand, by item.
        refusals: What it refused before.
        read: Asks for an item; told whether the meter has answered before in this poll.
        number: A value of an item's bytes; ReplyRefused where they are not what the
            template says.

    Raises:
        Denied: It refuses every item, or none is what the template says.
    """
    lost: dict[str, str] = {}
    refused: dict[str, None] = {}
    answered = False
    for item, places in groups.items():
        try:
            refusals.check(device, item)
            data = read(item, answered)
        except ItemRefused as error:
            refusals.note(device, item, str(error))
            lost.update((name, str(error)) for name, _ in places)
            refused.update((name, None) for name, _ in places)
            continue
        answered = True
        values: dict[str, float | None] = {}
        for name, place in places:
            try:
                values[name] = number(data, place)
            except ReplyRefused as error:
                refusals.note(device, name, str(error))
                lost[name], values[name] = str(error), None
        yield values
    if refused and answered:
        yield refused
    if lost and len(lost) == sum(map(len, groups.values())):
        raise Denied("; ".join(dict.fromkeys(lost.values())))


def see_addresses(addresses: Sequence[str], pattern: str, words: str) -> None:
    """See that addresses to look at can be such.

    Raises:
        Misconfigured: One cannot.
    """
    mistakes = [
        Mistake(file="", line=0, what=f"'{address}' is no address to look at", expected=words)
        for address in addresses if not re.fullmatch(pattern, address)
    ]  # fmt: skip
    if mistakes:
        raise Misconfigured(mistakes)


def look_at(
    link: Link, template: TemplateKeys, address: str, wanted: Sequence[str], pace: Pace
) -> dict[str, float | None]:
    """Values of a meter that is in no site file.

    Raises:
        PlantroomError: As a poll of it does.
    """
    # What it refuses as one model it need not refuse as another.
    device = Device(
        id=f"{address} as {template.model}", bus="", address=address, template=template,
        period_s=0.0, channels=(), options={},
    )  # fmt: skip
    found: dict[str, float | None] = {}
    for values in link.poll(device, wanted, pace):
        found.update(values)
    return found


class Refusals:
    """What meters refused, so that it is not asked for at every poll."""

    def __init__(self) -> None:
        self._until: dict[tuple[str, Hashable], tuple[str, float]] = {}

    def check(self, device: Device, item: Hashable) -> None:
        """See that an item may be asked for.

        Raises:
            ItemRefused: The device refused it within the hour.
        """
        why, until = self._until.get((device.id, item), ("", 0.0))
        if time.monotonic() < until:
            raise ItemRefused(why)

    def forget(self, devices: Collection[str]) -> None:
        """These are others than they were; what they refused is asked for again."""
        self._until = {key: said for key, said in self._until.items() if key[0] not in devices}

    def note(self, device: Device, item: Hashable, why: str) -> None:
        """The device refused an item; noted once an hour."""
        if time.monotonic() >= self._until.get((device.id, item), ("", 0.0))[1]:
            _log.warning("refused", device=device.id, says=why)
            self._until[device.id, item] = (why, time.monotonic() + _REFUSED_FOR_S)
