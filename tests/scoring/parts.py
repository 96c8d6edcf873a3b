"""Hand-made faults and orders on the sample site."""

from __future__ import annotations

from core.clock import DAY_MS, HOUR_MS
from scoring.places import places_of
from scoring.records import Alarm, Cause
from tests.sample import wushan

SITE = wushan()
PLACES = places_of(SITE)


def day(number: float) -> int:
    """A moment. [ms]"""
    return int(number * DAY_MS)


def cause(id_: str = "valve", asset: str = "a.ahu1", **more: object) -> Cause:
    """A passing heating valve from day 1 on, seen from six hours later."""
    known: dict[str, object] = {
        "kind": "heat_valve_passes", "family": "heating_valve", "discipline": "air",
        "trade": "H", "building": asset.partition(".")[0], "severity": "middle", "onset": day(1),
        "end": None, "visible": day(1) + 6 * HOUR_MS,
    }  # fmt: skip
    return Cause(id=id_, asset=asset, **(known | more))  # type: ignore[arg-type]


def alarm(id_: str = "order", asset: str = "a.ahu1", **more: object) -> Alarm:
    """An order on day 2 for the air-conditioning people."""
    known: dict[str, object] = {
        "start": day(2), "trade": "H", "rule": "FC-15", "building": asset.partition(".")[0],
        "discipline": "air",
    }  # fmt: skip
    return Alarm(id=id_, asset=asset, **(known | more))  # type: ignore[arg-type]
