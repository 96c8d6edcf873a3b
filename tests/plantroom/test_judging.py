"""What the simulated crew does to real records."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from adapters.records import ALL
from core.clock import DAY_MS, HOUR_MS
from plantroom.judging import Visited, Worked
from tests.ingest.places import NOW, QUARTER, RATED, payload, point, site_of, topic
from tests.ingest.standing import standing
from tests.sample import wushan

_METER = replace(wushan().equipment["a.m-main"], id="a.m")
SITE = replace(site_of(point("a.m.energy", register=RATED)), equipment={"a.m": _METER})


def visited(effect: str) -> Visited:
    """A diary with one visit to the meter."""
    nobody = cast("Any", None)
    return Visited(nobody, nobody, {"unit": "a.m"}, [Worked("unit", "WO-1", NOW, effect)])


def test_who_mended_a_meter_answers_all_that_it_asks(tmp_path: Path) -> None:
    """It was read wrongly for a day: more questions than wait at once, each answer raises more."""
    levels = [100.0 * (n % 90) for n in range(70) for _ in range(3)]
    rows: list[tuple[str, int, float | None]] = [
        ("a.m.energy", NOW + (n - 230) * QUARTER, level + n % 3) for n, level in enumerate(levels)
    ]
    with standing(tmp_path, SITE) as here:
        here.deliver(topic("gw-a", 1), payload(rows))
        events = here.records.meters
        asked = len(events.list(ALL, state="open"))
        settled: list[bool] = []

        def settle() -> None:
            settled.append(here.ingest.wait_errands(10.0))

        visited("useless").tell(events, SITE, NOW + HOUR_MS, settle)
        assert len(events.list(ALL, state="open")) == asked
        visited("effective").tell(events, SITE, NOW + 2 * DAY_MS, settle)
        assert len(events.list(ALL, state="open")) == asked, "it is too late"
        assert settled == []
        visited("effective").tell(events, SITE, NOW + HOUR_MS, settle)
        assert events.list(ALL, state="open") == []
        assert len(settled) > 1, "further questions came"
        assert all(settled)
