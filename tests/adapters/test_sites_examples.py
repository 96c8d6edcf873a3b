"""The descriptions of real data fit the files: every column named is there."""

from __future__ import annotations

import csv
import gzip
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import pytest

from adapters.sites import load_site

pytestmark = pytest.mark.data

EXAMPLES = ["lbnl_ahu", "water_daiad", "heat_xai4heat", "nab_facility", "cambridge_estates"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_columns_and_times_are_as_described(sites_dir: Path, data_dir: Path, name: str) -> None:
    site = load_site(sites_dir / "examples" / name)
    named: set[str] = set()
    for gateway in site.gateways.values():
        for file in cast("list[dict[str, Any]]", gateway.options["files"]):
            paths = list((data_dir / name).glob(file["pattern"]))
            assert len(paths) == 1, file["pattern"]
            with gzip.open(paths[0], "rt", encoding="utf-8", newline="") as text:
                rows = csv.DictReader(text)
                first = next(rows)
            assert {column["column"] for column in file["columns"]} <= set(first)
            _check_time(first[file["time"]["column"]], file["time"].get("format", "iso"))
            for column in file["columns"]:
                id_ = first.get(file.get("id_column", ""), "")
                assert column["point"].replace("{id}", id_) in site.index
                named.add(column["point"])
    if name != "water_daiad":
        assert named == set(site.index)


def test_every_household_of_the_file_is_a_meter(sites_dir: Path, data_dir: Path) -> None:
    site = load_site(sites_dir / "examples" / "water_daiad")
    path = data_dir / "water_daiad" / "hourly_meters.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as text:
        keys = {row["user.key"] for row in csv.DictReader(text)}
    assert {f"homes.{key}.volume" for key in keys} == set(site.index)


def _check_time(text: str, form: str) -> None:
    if form == "iso":
        datetime.fromisoformat(text)
    else:
        datetime.strptime(text, form)  # noqa: DTZ007 - the zone stands beside it
