"""A forecast of outdoor air from a file: read, read again, and none rather than half of one."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

from adapters.forecast import FileForecast
from core.clock import HOUR_MS
from tests.workorders.house import at

ZONE = "Asia/Shanghai"
NIGHT = at("2026-03-11 23:00")


def forecast(folder: Path, *rows: str, head: str = "hour,outdoor_c") -> FileForecast:
    path = folder / "forecast.csv"
    path.write_text("\n".join([head, *rows]) + "\n")
    return FileForecast(path=path, zone=ZONE)


def test_hours_are_told_by_their_ends(tmp_path: Path) -> None:
    given = forecast(tmp_path, "2026-03-11T23:00,9.5", "2026-03-11T16:00Z,8")
    assert given.hours(NIGHT, NIGHT + 3 * HOUR_MS) == [
        (NIGHT + HOUR_MS, 9.5), (NIGHT + 2 * HOUR_MS, 8.0),
    ]  # fmt: skip
    assert given.hours(NIGHT + HOUR_MS, NIGHT + 3 * HOUR_MS) == [(NIGHT + 2 * HOUR_MS, 8.0)]


def test_a_newer_file_is_read_without_a_restart(tmp_path: Path) -> None:
    given = forecast(tmp_path, "2026-03-11T23:00,9.5")
    assert len(given.hours(NIGHT, NIGHT + HOUR_MS)) == 1
    forecast(tmp_path, "2026-03-11T23:00,4.0")
    os.utime(given.path, ns=(1, 1))
    assert given.hours(NIGHT, NIGHT + HOUR_MS) == [(NIGHT + HOUR_MS, 4.0)]
    given.path.unlink()
    assert given.hours(NIGHT, NIGHT + HOUR_MS) == []


@pytest.mark.parametrize(
    ("head", "row", "why"),
    [
        ("hour,celsius", "2026-03-11T23:00,9", "line 1: expected the columns hour,outdoor_c"),
        ("hour,outdoor_c", "tonight,9", "line 3: expected a time"),
        ("hour,outdoor_c", "2026-03-11T23:00,nan", "line 3: nan °C is no outdoor air"),
        ("hour,outdoor_c", "2026-03-11T23:00,285", "line 3: 285 °C is no outdoor air"),
        ("hour,outdoor_c", "2026-03-11T23:00", "line 3: expected a time"),
    ],
)
def test_a_wrong_file_is_no_forecast_and_says_why_once(
    tmp_path: Path, head: str, row: str, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    given = forecast(tmp_path, "2026-03-11T22:00,9", row, head=head)
    with caplog.at_level(logging.WARNING):
        assert given.hours(NIGHT - DAY, NIGHT + DAY) == []
        assert given.hours(NIGHT - DAY, NIGHT + DAY) == []
    (told,) = caplog.messages
    assert why in told


DAY = 24 * HOUR_MS
