"""One look at a device: every value that its template offers, and what to think of each."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from adapters.sites.devicekeys import BusKeys
from core.clock import Clock
from core.errors import PlantroomError
from core.quantity import CANONICAL, unit_for
from core.roles import ROLES
from core.site import Site
from edge.buses.contract import Link
from edge.buses.device import Device, in_unit
from edge.buses.pace import Pace
from edge.buses.proof import disproof
from edge.buses.protocols import protocol


class Plausibility(StrEnum):
    """What to think of one value."""

    PLAUSIBLE = "plausible"
    OUTSIDE = "outside its span"
    NO_VALUE = "no value"
    NOT_READ = "not read"
    UNKNOWN = "—"
    """Read, and nothing is known of what it may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One value of a device as it was read last.

    Attributes:
        name: Of the template's value.
        value: In the canonical unit, with the point's scale; NaN where there is none.
        unit: The canonical one.
        plausibility: Against the span of its point, else of its usual role.
        at: When it was read, by the run clock; None where it was not. [ms]
        point: Which it is read for, if any.
    """

    name: str
    value: float
    unit: str
    plausibility: Plausibility
    at: int | None
    point: str | None


class Watch:
    """Reads one device over and over, apart from the agent.

    A serial line that the agent has open cannot be had a second time.

    Args:
        site: The model, for the points' spans.
        bus: How the device is reached.
        device: Which.
        clock: The run clock.
    """

    def __init__(self, site: Site, bus: BusKeys, device: Device, clock: Clock) -> None:
        self.device = device
        self.error: str | None = None
        self._site, self._clock = site, clock
        self._pace = Pace(bus.longest_answer)
        self._link: Link = protocol(bus.protocol).open_link(bus, [device], lambda _d, _v: None)
        self._numbers: dict[str, tuple[float | None, int]] = {}

    def read(self) -> list[Look]:
        """Ask for everything; what cannot be read keeps its age, :attr:`error` says why."""
        self.error = None
        try:
            for values in self._link.poll(self.device, tuple(self._values()), self._pace):
                now = self._clock.now()
                self._numbers.update({name: (number, now) for name, number in values.items()})
        except PlantroomError as error:
            self.error = str(error)
        if self._numbers and self.error is None:
            last = {name: number for name, (number, _) in self._numbers.items()}
            self.error = disproof(self.device, last)
        return [self._look(name) for name in self._values()]

    def close(self) -> None:
        """Release the line."""
        self._link.close()

    def _values(self) -> list[str]:
        return list(self.device.template.values)

    def _look(self, name: str) -> Look:
        keys = self.device.template.values[name]
        number, at = self._numbers.get(name, (None, None))
        channel = next((c for c in self.device.channels if c.value == name), None)
        if channel is not None:
            point = self._site.points[channel.point]
            value = channel.canonical(number) * point.scale_at(at or 0)
            span, id_ = point.span, point.id
        else:
            unit = unit_for(keys.quantity, keys.unit)
            value, id_ = in_unit(keys, number) * unit.factor + unit.offset, None
            span = ROLES[keys.role].span if keys.role else (-math.inf, math.inf)
        return Look(
            name=name, value=value, unit=CANONICAL[keys.quantity], at=at, point=id_,
            plausibility=_judged(value, at, span),
        )  # fmt: skip


def _judged(value: float, at: int | None, span: tuple[float, float]) -> Plausibility:
    if at is None:
        return Plausibility.NOT_READ
    if math.isnan(value):
        return Plausibility.NO_VALUE
    if span == (-math.inf, math.inf):
        return Plausibility.UNKNOWN
    return Plausibility.PLAUSIBLE if span[0] <= value <= span[1] else Plausibility.OUTSIDE
