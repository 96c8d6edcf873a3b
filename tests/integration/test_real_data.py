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

METERS = 3
NOTHING = {"rows": 0, "cells": 0, "edge": 0, "readings": 0}


def replayed(site: Path, files: Path, var: Path) -> dict[str, Any]:
    settings = load_settings().model_copy(update={"var": var})
    result = play(settings, site, files, speed=0, step_ms=168 * HOUR_MS, quiet=True)
    return cast("dict[str, Any]", result)


def first_meters(source: Path, target: Path) -> list[list[str]]:
    """The rows of the first meters of the file, as they stand; the whole takes minutes."""
    with gzip.open(source, "rt", newline="") as stream:
        head, *rows = list(csv.reader(stream, delimiter=_delimiter(source)))
    chosen = list(dict.fromkeys(row[0] for row in rows))[:METERS]
    kept = [row for row in rows if row[0] in chosen]
    text = io.StringIO()
    csv.writer(text, delimiter=_delimiter(source)).writerows([head, *kept])
    target.parent.mkdir(parents=True)
    target.write_bytes(gzip.compress(text.getvalue().encode()))
    return kept


def _delimiter(source: Path) -> str:
    with gzip.open(source, "rt") as stream:
        return ";" if ";" in stream.readline() else ","


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


def test_a_counter_s_rows_are_all_stored_or_named(
    data_dir: Path, sites_dir: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "files"
    kept = first_meters(
        data_dir / "water_daiad" / "hourly_meters.csv.gz", folder / "hourly_meters.csv.gz"
    )
    result = replayed(sites_dir / "examples" / "water_daiad", folder, tmp_path / "var")
    rows = result["files"]["gw-water"]
    assert result["unaccounted"] == NOTHING
    assert rows["rows"] == len(kept)
    assert rows["lost"] == sum(rows["problems"].values())  # each row lost is named, with its line
    assert set(rows["problems"]) <= {"time_ambiguous"}
    assert result["ingest"]["stored"] == len(kept) - rows["lost"]
    assert result["quarantine"] == {}
    use = result["use"]["volume [m³]"]
    turns = {meter: [float(r[2]) for r in kept if r[0] == meter] for meter in {r[0] for r in kept}}
    if use["suspect"] == 0:
        whole = sum(max(read) - min(read) for read in turns.values()) / 1000
        assert use["use"] == pytest.approx(whole, abs=0.01)
