"""Real files through ``plantroom replay``: every row that is read is accounted for."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path
from typing import Any, cast

import pytest

from adapters.settings import load_settings
from core.clock import HOUR_MS
from plantroom.commands.replay import play

pytestmark = [pytest.mark.data, pytest.mark.slow]

METER = 1
"""The second of the file: its counter never runs backwards, so all its use can be known."""
MONTHS = ("/10/2016", "/11/2016")
"""Around the end of summer time, where an hour of the clock comes twice."""
NOTHING = {"rows": 0, "cells": 0, "edge": 0, "readings": 0}


def replayed(site: Path, files: Path, var: Path) -> dict[str, Any]:
    settings = load_settings().model_copy(update={"var": var})
    result = play(settings, site, files, speed=0, step_ms=168 * HOUR_MS, quiet=True)
    return cast("dict[str, Any]", result)


def one_meter(source: Path, target: Path) -> list[list[str]]:
    """Some months of one meter, as they stand in the file; the whole takes minutes."""
    with gzip.open(source, "rt", newline="") as stream:
        head, *rows = list(csv.reader(stream))
    chosen = list(dict.fromkeys(row[0] for row in rows))[METER]
    kept = [row for row in rows if row[0] == chosen and row[1][2:10] in MONTHS]
    text = io.StringIO()
    csv.writer(text).writerows([head, *kept])
    target.parent.mkdir(parents=True)
    target.write_bytes(gzip.compress(text.getvalue().encode()))
    return kept


def test_an_hour_written_twice_is_stored_once_and_counted_twice(
    data_dir: Path, sites_dir: Path, tmp_path: Path
) -> None:
    result = replayed(
        sites_dir / "examples" / "nab_facility", data_dir / "nab_facility", tmp_path / "var"
    )
    assert result["unaccounted"] == NOTHING
    rows = result["files"]["gw-nab"]
    assert (rows["rows"], rows["readings"], rows["lost"]) == (29_962, 29_962, 0)
    assert result["sent"] == result["ingest"]["stored"] == 29_962
    assert result["store"]["gauge"] == 29_962 - 12  # the machine's file writes one hour twice


def test_a_row_of_a_counter_is_stored_or_named_and_its_use_adds_up(
    data_dir: Path, sites_dir: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "files"
    kept = one_meter(
        data_dir / "water_daiad" / "hourly_meters.csv.gz", folder / "hourly_meters.csv.gz"
    )
    result = replayed(sites_dir / "examples" / "water_daiad", folder, tmp_path / "var")
    rows = result["files"]["gw-water"]
    assert result["unaccounted"] == NOTHING
    assert rows["rows"] == len(kept) > 1000
    assert rows["lost"] == sum(rows["problems"].values())  # each row lost is named, with its line
    assert rows["problems"] == {"time_ambiguous": 2}
    assert result["ingest"]["stored"] == len(kept) - rows["lost"]
    assert result["quarantine"] == {}
    use = result["use"]["volume [m³]"]
    litres = [float(row[2]) for row in kept]
    assert use["suspect"] == 0
    assert use["use"] == pytest.approx((max(litres) - min(litres)) / 1000, abs=1e-3)
