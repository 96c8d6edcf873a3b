"""Words of ``plantroom edge write``: how long, and what stands."""

from __future__ import annotations

import getpass
import re
from datetime import datetime
from zoneinfo import ZoneInfo

from core.errors import Refused
from edge.writing.journal import Written

WRITES = "writes.sqlite"
"""The journal, under ``var/``."""
_UNITS_S = {"": 1, "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400}


def who() -> str:
    """Who types, as it stands beside what they did; an edge's box has no log-ins."""
    return f"cli:{getpass.getuser()}"[:64]


def seconds_of(written: str) -> float:
    """A span such as ``90m``, ``2h`` or ``1800``. [s]

    Raises:
        Refused: It is none.
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(s|m|min|h|d|)", written.strip())
    if found is None:
        raise Refused(f"'{written}' is no span of time; 90m, 2h or 1800 (seconds) is")
    return float(found[1]) * _UNITS_S[found[2]]


def moment(at: int | None, timezone: str) -> str:
    """A time as it is said at the site."""
    if at is None:
        return ""
    return datetime.fromtimestamp(at / 1000, ZoneInfo(timezone)).isoformat(" ", timespec="seconds")


def as_fields(one: Written) -> dict[str, object]:
    """A writing for programs."""
    return {
        "id": one.id, "point": one.point, "device": one.device, "by": one.by, "why": one.why,
        "at": one.at, "ends": one.ends, "was": one.was, "value": one.value,
        "old_number": one.old, "number": one.number, "state": one.state.value, "said": one.said,
        "ended": one.ended, "ended_by": one.ended_by,
    }  # fmt: skip
