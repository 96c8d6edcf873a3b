"""A forecast of outdoor air from a file that somebody puts there, anew as often as they like."""

from __future__ import annotations

import csv
import logging
import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from core.clock import HOUR_MS

LOG = logging.getLogger(__name__)

COLUMNS = ("hour", "outdoor_c")
"""Beginning of the hour, ISO 8601, of the site's zone where it names none; its mean air [°C]."""
MOST_HOURS = 24 * 366
"""A year; a longer file is no forecast."""
_COLDEST, _WARMEST = -90.0, 60.0
"""Coldest and warmest air measured on earth, −89 and 57 °C, with some room. [°C]"""


@dataclass(kw_only=True)
class FileForecast:
    """A :class:`core.ports.Forecast` of a CSV file, read again when it changes.

    A file that is missing, or wrong anywhere, is no forecast: half of one could promise a cold
    night that nobody forecast. Why is logged once.

    Attributes:
        path: The file.
        zone: The site's time zone.
    """

    path: Path
    zone: str
    _seen: tuple[int, int] | None = None
    _hours: list[tuple[int, float]] = field(default_factory=list)
    _one: threading.Lock = field(default_factory=threading.Lock)

    def hours(self, start: int, end: int) -> Sequence[tuple[int, float]]:
        """Ends of hours within ``(start, end]`` with their outdoor air. [ms], [°C]"""
        with self._one:
            self._look()
            return [(at, celsius) for at, celsius in self._hours if start < at <= end]

    def _look(self) -> None:
        try:
            stat = self.path.stat()
            seen = (stat.st_mtime_ns, stat.st_size)
            if seen == self._seen:
                return
            self._seen = seen
            self._hours = read_hours(self.path, self.zone)
        except FileNotFoundError:
            self._seen, self._hours = None, []
        except (OSError, ValueError) as why:
            self._hours = []
            LOG.warning("no forecast: %s: %s", self.path, why)


def read_hours(path: Path, zone: str) -> list[tuple[int, float]]:
    """Ends of the file's hours with their outdoor air, in time order. [ms], [°C]

    Raises:
        ValueError: What is wrong and in which line.
    """
    found: dict[int, float] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        if tuple(rows.fieldnames or ()) != COLUMNS:
            msg = f"line 1: expected the columns {','.join(COLUMNS)}"
            raise ValueError(msg)
        for row in rows:
            try:
                begin, celsius = _moment(row["hour"], zone), float(row["outdoor_c"])
            except (TypeError, ValueError):
                msg = f"line {rows.line_num}: expected a time such as 2026-03-11T05:00 and a number"
                raise ValueError(msg) from None
            if not math.isfinite(celsius) or not _COLDEST <= celsius <= _WARMEST:
                msg = f"line {rows.line_num}: {celsius:g} °C is no outdoor air"
                raise ValueError(msg)
            found[begin + HOUR_MS] = celsius
            if len(found) > MOST_HOURS:
                msg = f"line {rows.line_num}: more than {MOST_HOURS} hours"
                raise ValueError(msg)
    return sorted(found.items())


def _moment(text: str, zone: str) -> int:
    when = datetime.fromisoformat(text.strip())
    if when.tzinfo is None:
        when = when.replace(tzinfo=ZoneInfo(zone))
    return round(when.astimezone(UTC).timestamp() * 1000)
