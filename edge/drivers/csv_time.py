"""From the text of a time column to UTC milliseconds at the end of the interval."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from adapters.sites.csvkeys import TimeKeys

_LATEST_MS = 253_402_300_799_000  # 9999-12-31, what the wire takes
_FIELDS = {
    "%Y": r"(?P<year>\d{4})", "%y": r"(?P<short>\d\d)", "%m": r"(?P<month>\d\d?)",
    "%d": r"(?P<day>\d\d?)", "%H": r"(?P<hour>\d\d?)", "%M": r"(?P<minute>\d\d?)",
    "%S": r"(?P<second>\d\d?)",
}  # fmt: skip
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


class UnreadableTime(ValueError):
    """A time that is no moment.

    Attributes:
        reason: As in :class:`edge.drivers.csv_account.RowProblem`.
        expected: What would be right.
    """

    def __init__(self, reason: str, expected: str) -> None:
        super().__init__(reason)
        self.reason, self.expected = reason, expected


class TimeReader:
    """Reads times of one shape.

    A local time that happens twice or never is told, not guessed: which of the two was
    meant is not in the file.
    """

    def __init__(self, keys: TimeKeys) -> None:
        self._format = keys.format
        self._pattern = _pattern(keys.format)
        self._zone = ZoneInfo(keys.timezone)
        self._shift = (keys.period_s or 0) * 1000 if keys.stamps == "start" else 0
        self._offsets: dict[tuple[int, ...], int | UnreadableTime] = {}

    def read(self, text: str) -> int:
        """UTC. [ms]

        Raises:
            UnreadableTime: No such time, or no such format.
        """
        try:
            at = self._parse(text.strip()) + self._shift
        except UnreadableTime:
            raise
        except (ValueError, OverflowError):
            raise UnreadableTime("time_unreadable", f"a time written as {self._format}") from None
        if not 0 <= at <= _LATEST_MS:
            raise UnreadableTime("time_out_of_range", "a time from 1970 on")
        return at

    def _parse(self, text: str) -> int:
        match self._format:
            case "epoch_ms":
                return round(float(text))
            case "epoch_s":
                return round(float(text) * 1000)
            case "iso":
                moment = datetime.fromisoformat(text)
            case _:
                moment = self._by_pattern(text)
        if moment.tzinfo is not None:
            return (moment - _EPOCH) // _MS
        seconds = (moment.hour * 60 + moment.minute) * 60 + moment.second
        days = moment.toordinal() - _EPOCH_DAY
        local = days * 86_400_000 + seconds * 1000 + moment.microsecond // 1000
        return local - self._offset(moment)

    def _by_pattern(self, text: str) -> datetime:
        found = self._pattern.fullmatch(text) if self._pattern is not None else None
        if found is None:
            return datetime.strptime(text, self._format)  # noqa: DTZ007 the caller adds the zone
        part = found.groupdict()
        year = int(part.get("year") or 0) or _full_year(int(part["short"]))
        return datetime(  # noqa: DTZ001 likewise
            year, int(part["month"]), int(part["day"]), int(part.get("hour") or 0),
            int(part.get("minute") or 0), int(part.get("second") or 0),
        )  # fmt: skip

    def _offset(self, local: datetime) -> int:
        # Kept by quarter of an hour: no zone changes its clock between two of them.
        key = (local.year, local.month, local.day, local.hour, local.minute // 15)
        if key not in self._offsets:
            self._offsets[key] = self._find_offset(local)
        found = self._offsets[key]
        if isinstance(found, UnreadableTime):
            raise UnreadableTime(found.reason, found.expected)
        return found

    def _find_offset(self, local: datetime) -> int | UnreadableTime:
        first, second = (
            local.replace(tzinfo=self._zone, fold=fold).utcoffset() or timedelta()
            for fold in (0, 1)
        )
        if first == second:
            return first // _MS
        if first > second:
            return UnreadableTime("time_ambiguous", f"a time with its offset; {self._zone} has two")
        return UnreadableTime("time_in_gap", f"a time that exists in {self._zone}")


def _pattern(written: str) -> re.Pattern[str] | None:
    """The format as an expression, five times as fast as strptime; None for rarer formats."""
    parts = re.split(r"(%.)", written)
    if any(part.startswith("%") and part not in _FIELDS for part in parts):
        return None
    words = [part for part in parts if part in _FIELDS]
    if len(set(words)) < len(words) or not {"%m", "%d"} <= set(words):
        return None
    if len({"%Y", "%y"} & set(words)) != 1:
        return None
    return re.compile("".join(_FIELDS.get(part) or re.escape(part) for part in parts))


def _full_year(short: int) -> int:
    return short + (1900 if short >= 69 else 2000)  # noqa: PLR2004 as strptime and POSIX have it
