"""Values, money and times as a person reads them, in the site's time zone."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

from adapters.locales import Translator
from core.clock import DAY_MS, HOUR_MS, MINUTE_MS

_STEPS = ((1000.0, 0), (100.0, 0), (10.0, 1), (1.0, 1), (0.1, 2))


def number(value: float | None, digits: int | None = None) -> str:
    """Three telling digits; a thin space never splits a number over two lines."""
    if value is None or math.isnan(value):
        return "–"
    if digits is None:
        digits = next((d for limit, d in _STEPS if abs(value) >= limit), 2)
    text = f"{value:,.{digits}f}"
    return "0" if text.strip("-0.") == "" and digits == 0 else text


def money(value: float | None, symbol: str) -> str:
    """An amount with the site's symbol; nothing is not zero."""
    if value is None or math.isnan(value):
        return "–"
    return f"{'−' if value < 0 else ''}{symbol}{abs(value):,.0f}"


def local(at: int, zone: str) -> datetime:
    """UTC ms as local time of the site."""
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(zone))


def clock_time(at: int | None, zone: str) -> str:
    """``14:35``."""
    return "–" if at is None else local(at, zone).strftime("%H:%M")


def moment(at: int | None, zone: str, tr: Translator, *, now: int | None = None) -> str:
    """Time of today, weekday and time of this week, else the date."""
    if at is None:
        return "–"
    when = local(at, zone)
    today = local(now if now is not None else at, zone)
    days = (when.date() - today.date()).days
    if now is not None and days == 0:
        return when.strftime("%H:%M")
    if now is not None and days == 1:
        return tr("tomorrow {time}", time=when.strftime("%H:%M"))
    if now is not None and abs(days) < 7:  # noqa: PLR2004 - a weekday is clear within a week
        return f"{format_date(when, 'EEE', locale=tr.language)} {when:%H:%M}"
    pattern = "M月d日 HH:mm" if tr.language.startswith("zh") else "d MMM HH:mm"
    return format_datetime(when, pattern, locale=tr.language)


def duration(ms: int, tr: Translator) -> str:
    """``2 d``, ``3 h``, ``12 min``: one unit is enough to decide by, and stays with its number."""
    ms = abs(ms)
    if ms >= 2 * DAY_MS:
        said = tr("{n} d", n=round(ms / DAY_MS))
    elif ms >= 2 * HOUR_MS:
        said = tr("{n} h", n=round(ms / HOUR_MS))
    else:
        said = tr("{n} min", n=round(ms / MINUTE_MS))
    return said.replace(" ", "\u00a0")


def due(at: int | None, now: int, zone: str, tr: Translator) -> str:
    """``due Fri 12:00, in 2 d``; ``late by 3 h``."""
    if at is None:
        return tr("no time set")
    when = moment(at, zone, tr, now=now)
    span = duration(at - now, tr)
    return (
        tr("due {when}, in {span}", when=when, span=span)
        if at >= now
        else tr("due {when}, late by {span}", when=when, span=span)
    )


def day_start(at: int, zone: str) -> int:
    """Local midnight before a time. UTC [ms]"""
    when = local(at, zone)
    midnight = when.replace(hour=0, minute=0, second=0, microsecond=0)
    return round(midnight.timestamp() * 1000)


def days_before(at: int, zone: str, days: int) -> list[int]:
    """Local midnights from ``days`` ago up to the next one. UTC [ms]"""
    first = local(day_start(at, zone), zone)
    return [round((first + timedelta(days=d)).timestamp() * 1000) for d in range(-days, 2)]
