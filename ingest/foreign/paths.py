"""Finding a value in a JSON document, and reading it as a number or a time."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Final

_NUMBER = re.compile(
    r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?|[+-]?(inf|nan)", re.ASCII | re.IGNORECASE
)
ABSENT: Final = object()
"""Nothing stands there: not read, which is neither zero nor *no value*."""
_LATEST_MS = 253_402_300_799_000  # the year 9999, as on our own wire
_SECOND_MS = 1000


def steps_of(path: str) -> tuple[str, ...]:
    """A path's steps: words with dots between, or a JSON Pointer where it begins with /."""
    if not path:
        return ()
    if path.startswith("/"):
        return tuple(s.replace("~1", "/").replace("~0", "~") for s in path[1:].split("/"))
    return tuple(path.split("."))


def find(document: object, steps: tuple[str, ...]) -> object:
    """What stands at a path: keys of mappings, numbers of lists; ``ABSENT`` where nothing does."""
    here = document
    for step in steps:
        if isinstance(here, dict):
            if step not in here:
                return ABSENT
            here = here[step]
        elif isinstance(here, list):
            # A list of another length is another message, not a mistake of the path.
            if not (step.isascii() and step.isdigit()) or len(step) > 9 or int(step) >= len(here):  # noqa: PLR2004 digits
                return ABSENT
            here = here[int(step)]
        else:
            return ABSENT
    return here


def number_of(
    value: object, words: Mapping[str, float], missing: frozenset[str]
) -> float | None:  # fmt: skip
    """A value as a number; None where the device says that it has none.

    Raises:
        ValueError: It is neither; the message says what it is.
    """
    match value:
        case None:
            return None
        case bool():
            return float(value)
        case int() | float():
            return _finite(value)
        case str():
            return _of_text(value.strip(), words, missing)
        case _:
            kind = "a list" if isinstance(value, list) else "a mapping"
            raise ValueError(f"{kind}, where a number was expected")


def _of_text(text: str, words: Mapping[str, float], missing: frozenset[str]) -> float | None:
    if text in words:
        return words[text]
    if not text or text in missing:
        return None
    # float() would read "1_0" as ten and "１" as one: neither is a number of a device.
    if _NUMBER.fullmatch(text):
        return _finite(float(text))
    raise ValueError(f"'{text[:40]}', where a number was expected")


def _finite(value: float) -> float | None:
    """NaN is how some devices say *no value*; so is a number beyond what can be written."""
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def time_of(value: object, written: str, zone: tzinfo) -> int:
    """A time as UTC milliseconds. [ms]

    Args:
        value: As it stands in the message.
        written: ``iso``, ``epoch_s`` or ``epoch_ms``.
        zone: Of an ISO time that names none.

    Raises:
        ValueError: It is no time; the message says what it is.
    """
    if written == "iso":
        if not isinstance(value, str):
            raise ValueError(f"{value!r:.40}, where an ISO time was expected")
        try:
            when = datetime.fromisoformat(value.strip())
            if when.tzinfo is None:
                when = when.replace(tzinfo=zone)
            return round(when.timestamp() * _SECOND_MS)
        except (ValueError, OverflowError, OSError):
            raise ValueError(f"'{value[:40]}', where an ISO time was expected") from None
    try:
        count = float(value) if isinstance(value, int | float | str) else math.nan
    except (ValueError, OverflowError):
        count = math.nan
    at = count * (_SECOND_MS if written == "epoch_s" else 1)
    if not 0 <= at <= _LATEST_MS:
        raise ValueError(f"{value!r:.40}, where a time since 1970 was expected")
    return round(at)
