"""Times, and a plain yes or no, as forms send and show them; times are local to the site."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from api import formats
from api.services import Services
from core.clock import DAY_MS
from core.errors import Refused


def moment_in(given: Services, text: str) -> int:
    """A time of a form. [ms]

    Raises:
        Refused: It is none.
    """
    try:
        when = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(given.site.timezone))
        return round(when.timestamp() * 1000)
    except (ValueError, OverflowError, OSError) as error:
        raise Refused("A field of the form cannot be read.") from error


def day_end(given: Services, text: str) -> int:
    """The end of a day of a form. [ms]"""
    return moment_in(given, text) + DAY_MS


def yes(text: str) -> bool:
    """A yes or a no of a form.

    Raises:
        Refused: It is neither.
    """
    if text not in {"yes", "no"}:
        raise Refused("A field of the form cannot be read.")
    return text == "yes"


def stamp(given: Services, at: int) -> str:
    """A time as a form's field shows it."""
    return formats.local(at, given.site.timezone).strftime("%Y-%m-%dT%H:%M")


def day(given: Services, at: int) -> str:
    """A day as a form's field shows it."""
    return formats.local(at, given.site.timezone).strftime("%Y-%m-%d")
