"""Whether a bus can keep its periods: the time of each poll, from bytes and line speed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.sites.devicekeys import BusKeys
from core.errors import Mistake
from core.site import Site
from edge.buses.device import Device, devices_of
from edge.buses.protocols import protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """What the polls of one bus take of its time.

    Attributes:
        gateway: Whose bus.
        bus: Its word in the site file.
        devices: How many hang on it.
        round_s: Every device polled once. [s]
        load: Share of its time that the periods ask for; above 1 they cannot be kept.
        slowest: The device whose poll takes longest.
        slowest_s: That time. [s]
        impossible: Devices whose own poll takes longer than their period.
    """

    gateway: str
    bus: str
    devices: int
    round_s: float
    load: float
    slowest: str
    slowest_s: float
    impossible: tuple[tuple[str, float, float], ...]

    def mistakes(self) -> list[Mistake]:
        """What cannot be kept, with the numbers and what could be."""
        found = [
            self._mistake(
                f"'{id_}' every {period_s:g} s: one poll takes {cost_s:.2f} s",
                f"a period of {cost_s:.2f} s or more",
            )
            for id_, period_s, cost_s in self.impossible
        ]
        if self.load > 1 and not found:
            found.append(self._mistake(
                f"{self.devices} devices ask for {100 * self.load:.0f} % of its time, "
                f"one round takes {self.round_s:.1f} s",
                f"periods {self.load:.1f} times as long, a faster line or a second bus",
            ))  # fmt: skip
        return found

    def _mistake(self, what: str, expected: str) -> Mistake:
        where = f"{self.gateway}, bus '{self.bus}': "
        return Mistake(file="site.yaml", line=0, what=where + what, expected=expected)


def cycles_of(site: Site, gateway: str) -> list[Cycle]:
    """The cycle of every bus of a gateway.

    Raises:
        Misconfigured: The gateway has no devices, or a protocol that nothing here speaks.
    """
    buses, devices = devices_of(site, gateway)
    return [
        _cycle(gateway, name, bus, hanging)
        for name, bus in buses.items()
        if (hanging := [device for device in devices if device.bus == name])
    ]


def _cycle(gateway: str, name: str, bus: BusKeys, devices: Sequence[Device]) -> Cycle:
    cost = protocol(bus.protocol).cost_s
    costs = {device.id: cost(bus, device) + bus.pause for device in devices}
    slowest = max(costs, key=lambda id_: costs[id_])
    return Cycle(
        gateway=gateway, bus=name, devices=len(devices), round_s=sum(costs.values()),
        load=sum(costs[d.id] / d.period_s for d in devices),
        slowest=slowest, slowest_s=costs[slowest],
        impossible=tuple(
            (d.id, d.period_s, costs[d.id]) for d in devices if costs[d.id] > d.period_s
        ),
    )  # fmt: skip
