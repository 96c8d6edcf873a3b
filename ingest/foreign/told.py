"""What one message of a foreign device came to, and how a number of it becomes a reading."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec
import numpy as np

from core.batch import Columns
from core.ports import Quarantined
from core.quality import Quality
from core.quantity import Unit, unit_for
from core.site import Point
from ingest.arrival import Reported, Spoken

LATE_MS = 300_000
"""A reading older than this when it came is a late one, so that what was judged without it is
judged again. Domain sheet, SEN-09: five minutes is where a clock would be called wrong."""


@dataclass(slots=True)
class Told:
    """What was read of one message; nothing where it is not for us.

    Attributes:
        heard: Its readings.
        repeated: Readings of a message that came before, which are not stored again.
        spared: Whether it is like others in quarantine, and was only counted.
    """

    heard: list[Heard] = field(default_factory=list)
    spoken: list[Spoken] = field(default_factory=list)
    refused: list[Quarantined] = field(default_factory=list)
    repeated: int = 0
    spared: bool = False

    def __bool__(self) -> bool:
        return bool(self.heard or self.spoken or self.refused or self.repeated or self.spared)

    @property
    def reported(self) -> list[Reported]:
        """Its readings, as ingest takes them from a message of its own."""
        return [one.reported() for one in self.heard]


@dataclass(frozen=True, slots=True)
class Sense:
    """How a device's number becomes a reading of a point.

    Attributes:
        point: The point that it is.
        scale: Factor before the unit is converted.
        unit: Conversion to the point's canonical unit.
    """

    point: Point
    scale: float
    unit: Unit

    @staticmethod
    def of(point: Point, unit: str, scale: float) -> Sense:
        """As the site's file says it."""
        return Sense(point, scale, unit_for(point.quantity, unit))

    def reading(self, number: float, at: int) -> float:
        """The number in the point's unit, with the factors that hold at that time."""
        canonical = number * self.scale * self.unit.factor + self.unit.offset
        return canonical * self.point.scale_at(at) if self.point.scales else canonical


@dataclass(slots=True)
class Rows:
    """Readings of one message, gathered point by point; NaN is *no value*."""

    table: list[tuple[str, str]] = field(default_factory=list)
    at: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)
    quality: list[Quality] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.table)

    def add(self, sense: Sense, number: float | None, at: int, quality: Quality) -> None:
        """One reading; None is the device's word that it has no value."""
        self.table.append((sense.point.id, sense.point.unit))
        self.at.append(at)
        self.value.append(np.nan if number is None else sense.reading(number, at))
        self.quality.append(Quality.BAD if number is None else quality)


class Heard(msgspec.Struct, frozen=True):
    """Readings of one message with whose they are.

    Attributes:
        backfill: Whether they came later than a reading does that is sent as it was read.
    """

    gateway: str
    topic: str
    received: int
    backfill: bool
    rows: Rows

    def reported(self) -> Reported:
        """All of them, as ingest takes readings without a batch."""
        rows, table = self.rows, tuple(self.rows.table)
        columns = Columns.of(range(len(table)), rows.at, rows.value, rows.quality)
        return Reported(
            gateway=self.gateway, name=None, topic=self.topic, table=table, rows=columns,
            received=self.received, backfill=self.backfill,
        )  # fmt: skip
