"""Cases of closed orders, made by hand."""

from __future__ import annotations

from typing import Any

from core.clock import DAY_MS, HOUR_MS
from tests.workorders.house import START
from workorders.teaching.precision import Case


def make_case(number: int = 1, **more: Any) -> Case:
    """A false alarm of FC-2, normal for its plant, one a day before the start."""
    onset = START - number * DAY_MS
    values: dict[str, Any] = {
        "order": f"WO-2026-{number:04d}", "rule": "FC-2", "target": "a.ahu1", "asset": "a.ahu1",
        "building": "a", "opened": onset + HOUR_MS, "true": False, "cause": "normal_here",
        "action": "none", "ended": "false_alarm", "note": "", "people": frozenset({"guo.hua"}),
        "spans": ((onset, onset + 2 * HOUR_MS),), **more,
    }  # fmt: skip
    return Case(**values)
