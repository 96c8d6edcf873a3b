"""Whole months of the site's own calendar: what figures are asked for. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np

from core.batch import Ints
from core.words import Text
from workorders.refusals import invalid

MOST_MONTHS = 36
_MONTH = re.compile(r"(2\d{3})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day of one month to the last of another.

    Attributes:
        first: ``2026-01``.
        last: ``2026-12``; may be the same.
        zone: IANA name of the site's time zone.
    """

    first: str
    last: str
    zone: str

    @classmethod
    def of(cls, first: str, last: str, zone: str) -> Period:
        """Months as somebody asks for them.

        Raises:
            Refused: ``invalid``: they are none, the wrong way round, or too many.
        """
        period = cls(first, last or first, zone)
        if not (_MONTH.fullmatch(period.first) and _MONTH.fullmatch(period.last)):
            raise invalid(Text("A month is written like 2026-11."), "month")
        if not 0 < len(period.months) <= MOST_MONTHS:
            raise invalid(Text("Ask for 1 to {most} months, the earlier one first.",
                               {"most": MOST_MONTHS}), "month")  # fmt: skip
        return period

    @classmethod
    def around(cls, at: int, zone: str, months: int = 1) -> Period:
        """The month of a time and those before it."""
        return cls.ending(month_of(at, zone), zone, months)

    @classmethod
    def ending(cls, month: str, zone: str, months: int) -> Period:
        """A month and those before it."""
        last = _number(month)
        return cls(_name(last - months + 1), month, zone)

    @property
    def months(self) -> list[str]:
        """All of them, the first first."""
        return [_name(n) for n in range(_number(self.first), _number(self.last) + 1)]

    @property
    def start(self) -> int:
        """Its first moment. [ms]"""
        return self.bounds[0]

    @property
    def end(self) -> int:
        """The first moment after it. [ms]"""
        return self.bounds[-1]

    @property
    def bounds(self) -> list[int]:
        """Where each month begins, and where the last one ends. [ms]"""
        numbers = range(_number(self.first), _number(self.last) + 2)
        return [_begins(n, self.zone) for n in numbers]

    def month(self, at: Ints) -> Ints:
        """Index of the month of each time; outside it −1 or their number. [ms]"""
        found: Ints = np.searchsorted(np.array(self.bounds), at, side="right") - 1
        return found


def month_of(at: int, zone: str) -> str:
    """The local month of a time."""
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(zone)).strftime("%Y-%m")


def day_of(month: str) -> date:
    """The first day of a month."""
    year, _, of_year = month.partition("-")
    return date(int(year), int(of_year), 1)


def _number(month: str) -> int:
    year, _, of_year = month.partition("-")
    return int(year) * 12 + int(of_year) - 1


def _name(number: int) -> str:
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def _begins(number: int, zone: str) -> int:
    local = datetime(number // 12, number % 12 + 1, 1, tzinfo=ZoneInfo(zone))
    return round(local.timestamp() * 1000)
