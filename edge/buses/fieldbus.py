"""The driver of field buses: all buses of a gateway at once, each in a thread of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import structlog

from adapters.sites.devicekeys import BusKeys
from core.batch import Columns
from core.clock import Clock, SystemClock
from core.site import Site
from edge.buses.buffer import ROWS, Buffer
from edge.buses.bus import Bus
from edge.buses.device import Device, devices_of
from edge.buses.numbering import Numbering
from edge.cycle import cycles_of
from edge.writing.journal import Journal
from edge.writing.keeper import Keeper
from edge.writing.opening import openings

_LONGEST_WAIT_S = 5.0
"""More often makes small batches, a commit each; later and a reading of a minute is old."""
_log = structlog.get_logger(__name__)


class FieldbusDriver:
    """Polls every device of a gateway at its period; a :class:`core.ports.Driver`.

    The time of a reading is that of its answer, by the run clock.

    Args:
        site: The model, or the gateway's slice of it.
        gateway: Whose buses.
        clock: The run clock.
        most_rows: Readings kept until they are taken; beyond it the oldest go, counted.
        journal: File of what was written by hand; what is due is given back here.

    Raises:
        Misconfigured: The gateway has no devices, or a protocol that nothing here speaks.
    """

    def __init__(
        self, site: Site, gateway: str, clock: Clock | None = None, *, most_rows: int = ROWS,
        journal: Path | None = None,
    ) -> None:  # fmt: skip
        self._gateway, self._journal = gateway, journal
        self._clock = clock or SystemClock()
        self._buffer = Buffer(self._clock, most_rows)
        self._points = Numbering(site.points)
        buses, self._devices = devices_of(site, gateway)
        self._buses = [
            self._bus(name, keys, hanging)
            for name, keys in buses.items()
            if (hanging := [device for device in self._devices if device.bus == name])
        ]
        self._keeper = self._keeper_of(site)
        self._started = False
        self._say_impossible(site)

    @property
    def read_every_s(self) -> float:
        """How often it wants to be read: nothing it has polled waits longer. [s]"""
        return min([*(device.period_s for device in self._devices), _LONGEST_WAIT_S])

    @property
    def table(self) -> Sequence[tuple[str, str]]:
        """Id and unit by the ``point`` of what is read: the site's table, and what came since."""
        return self._points.table

    def change(self, site: Site) -> None:
        """Take up another model; what did not change keeps its line, its turn and its readings.

        Buses and devices that are gone end, those that are new or other begin. Called between
        two reads. Readings that were not given yet are given under the point that they were
        read for, also where the new model has it no more.

        Raises:
            Misconfigured: As the constructor; nothing has changed then.
        """
        buses, devices = devices_of(site, self._gateway)
        points = self._points.extended(site)
        devices = [points.numbered(device, site) for device in devices]
        hanging = {
            name: mine for name in buses if (mine := [d for d in devices if d.bus == name])
        }  # fmt: skip
        kept = [bus for bus in self._buses if hanging.get(bus.name) and bus.keys == buses[bus.name]]
        stay = {bus.name for bus in kept}
        new = [self._bus(n, buses[n], mine) for n, mine in hanging.items() if n not in stay]
        self._points, self._devices = points, devices  # nothing fails from here on
        ended = [bus for bus in self._buses if bus.name not in stay]
        if self._keeper is not None:
            self._keeper.stop()
        for bus in ended:
            bus.end()
        for bus in kept:
            if bus.devices != hanging[bus.name]:
                bus.regroup(hanging[bus.name])
        for bus in ended:
            bus.stop()  # a new one may want its line
        self._buses = [*kept, *new]
        self._keeper = self._keeper_of(site)
        if self._started:
            for bus in new:
                bus.start()
            if self._keeper is not None:
                self._keeper.start()
        self._say_impossible(site)

    def _bus(self, name: str, keys: BusKeys, devices: Sequence[Device]) -> Bus:
        return Bus(name, keys, devices, self._buffer, self._clock)

    def _keeper_of(self, site: Site) -> Keeper | None:
        journal = self._journal
        if journal is None or not (journal.exists() or openings(site, self._gateway)):
            return None
        on_bus = {device.id: bus for bus in self._buses for device in self._devices
                  if device.bus == bus.name}  # fmt: skip
        return Keeper(site, self._gateway, Journal(journal), lambda d, task: on_bus[d].do(d, task))

    def _say_impossible(self, site: Site) -> None:
        cycles = cycles_of(site, self._gateway)
        for mistake in (m for cycle in cycles for m in cycle.mistakes()):
            _log.warning("a bus cannot keep its periods", says=mistake.what)

    def read(self, until: int) -> Columns:
        """What has been read up to a time and was not given yet; the first call begins to ask."""
        if not self._started:
            self._started = True
            for bus in self._buses:
                bus.start()
            if self._keeper is not None:
                self._keeper.start()
        return self._points.scaled(self._buffer.take(until))

    def health(self) -> Mapping[str, tuple[int | None, str | None]]:
        """By device; and the driver's own trouble under ``fieldbus``, where it has any."""
        found = {id_: state for bus in self._buses for id_, state in bus.health().items()}
        trouble = []
        if self._buffer.waiting:
            trouble.append("waits until the clock is set")
        if self._buffer.dropped:
            trouble.append(f"{self._buffer.dropped} readings dropped, nobody took them")
        trouble += [
            f"'{bus.name}' is too slow for its periods: {bus.missed} polls left out"
            for bus in self._buses
            if bus.overloaded
        ]
        if trouble:
            found["fieldbus"] = (None, "; ".join(trouble))
        return found

    def alarms(self) -> Sequence[str]:
        """Stable words for health: what stands written by hand."""
        return self._keeper.alarms() if self._keeper is not None else ()

    def close(self) -> None:
        """End all bus threads and release the lines."""
        if self._keeper is not None:
            self._keeper.stop()
        for bus in self._buses:
            bus.end()
        for bus in self._buses:
            bus.stop()
