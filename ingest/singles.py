"""Single values of one write side by side, as if their gateway had sent them in a batch.

A reading that travels alone costs what its message costs; what is done with it after that, from the
look at its point to the line in the store, is done for all of a gateway at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from core.batch import Columns
from core.wire_columns import Table
from ingest.arrival import Reported

_MOST_NAMED = 20_000
"""Points and topics remembered of one gateway; a device that names a new one each time begins
the table anew instead of filling the memory."""


@dataclass(slots=True)
class _Named:
    """What single values of one gateway have named so far, so that their table stays the same."""

    index: dict[tuple[str, str, str], int] = field(default_factory=dict)
    table: Table = ()
    topics: tuple[str, ...] = ()

    def settle(self) -> None:
        """Make the table anew, where something was added to it."""
        if len(self.table) != len(self.index):
            self.table = tuple((id_, unit) for _, id_, unit in self.index)
            self.topics = tuple(topic for topic, _, _ in self.index)


@dataclass(slots=True)
class _Open:
    """Values of one gateway that came together and can still be added to."""

    received: int
    backfill: bool
    by_hand: bool
    place: int
    point: list[int] = field(default_factory=list)
    at: list[int] = field(default_factory=list)
    value: list[float | None] = field(default_factory=list)
    quality: list[int] = field(default_factory=list)


class Singles:
    """Gathers values into a list of reports; used by one thread.

    Their order among each other and among batches of the same gateway stays that of arrival,
    since of one point and time what came later stands.
    """

    def __init__(self) -> None:
        self._named: dict[str, _Named] = {}
        self._open: dict[str, _Open] = {}

    def add(
        self, into: list[Reported | None], gateway: str, named: tuple[str, str, str],
        reading: tuple[int, float | None, int], received: int, *, backfill: bool = False,
        by_hand: bool = False,
    ) -> None:  # fmt: skip
        """One value.

        Args:
            into: The write's reports; a place is kept in it for all that come with this one.
            gateway: Who sent it.
            named: Topic, point and unit.
            reading: Time [ms], value and quality; None is *no value*.
            received: When it came, run clock. [ms]
            backfill: Whether it was sent later than it was read.
            by_hand: Whether a person entered it.
        """
        known = self._named.get(gateway)
        if known is None or len(known.index) >= _MOST_NAMED:
            self.close(into, gateway)
            known = self._named[gateway] = _Named()
        group = self._open.get(gateway)
        if (
            group is None
            or group.received != received
            or group.backfill is not backfill
            or group.by_hand is not by_hand
        ):
            self.close(into, gateway)
            group = self._open[gateway] = _Open(received, backfill, by_hand, len(into))
            into.append(None)
        place = known.index.get(named)
        if place is None:
            place = known.index[named] = len(known.index)
        group.point.append(place)
        group.at.append(reading[0])
        group.value.append(reading[1])
        group.quality.append(reading[2])

    def close(self, into: list[Reported | None], gateway: str) -> None:
        """What comes next of this gateway is another report."""
        group = self._open.pop(gateway, None)
        if group is None:
            return
        known = self._named[gateway]
        known.settle()
        into[group.place] = Reported(
            gateway=gateway,
            name=None,
            topic="",
            table=known.table,
            topics=known.topics,
            rows=Columns(
                point=np.array(group.point, dtype=np.int32),
                at=np.array(group.at, dtype=np.int64),
                value=np.array(group.value, dtype=np.float64),  # None becomes NaN
                quality=np.array(group.quality, dtype=np.int8),
            ),
            received=group.received,
            backfill=group.backfill,
            by_hand=group.by_hand,
        )

    def close_all(self, into: list[Reported | None]) -> None:
        """The end of a write."""
        for gateway in list(self._open):
            self.close(into, gateway)
