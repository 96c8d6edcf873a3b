"""The driver of field buses: all buses of a gateway at once, each in a thread of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import structlog

from core.batch import Columns
from core.clock import Clock, SystemClock
from core.site import Site
from edge.buses.buffer import ROWS, Buffer
from edge.buses.bus import Bus
from edge.buses.device import devices_of
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
        run_clock = clock or SystemClock()
        buses, devices = devices_of(site, gateway)
        self._buffer = Buffer(run_clock, most_rows)
        self._buses = [
            Bus(name, keys, hanging, self._buffer, run_clock)
            for name, keys in buses.items()
            if (hanging := [device for device in devices if device.bus == name])
        ]
        on_bus = {member.device.id: bus for bus in self._buses for member in bus.members}
        self._keeper = (
            Keeper(site, gateway, Journal(journal), lambda d, task: on_bus[d].do(d, task))
            if journal is not None and (journal.exists() or openings(site, gateway))
            else None
        )
        self._started = False
        for mistake in (m for cycle in cycles_of(site, gateway) for m in cycle.mistakes()):
            _log.warning("a bus cannot keep its periods", says=mistake.what)
        self._points = site.points
        # Ratios and pulse weights have dates: they are those of the reading's own time.
        self._scaled = np.array([i for i, p in enumerate(site.points) if p.scales], np.int32)

    @property
    def read_every_s(self) -> float:
        """How often it wants to be read: nothing it has polled waits longer. [s]"""
        periods = [member.device.period_s for bus in self._buses for member in bus.members]
        return min([*periods, _LONGEST_WAIT_S])

    def read(self, until: int) -> Columns:
        """What has been read up to a time and was not given yet; the first call begins to ask."""
        if not self._started:
            self._started = True
            for bus in self._buses:
                bus.start()
            if self._keeper is not None:
                self._keeper.start()
        rows = self._buffer.take(until)
        for i in np.flatnonzero(np.isin(rows.point, self._scaled)):
            rows.value[i] *= self._points[rows.point[i]].scale_at(int(rows.at[i]))
        return rows

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
