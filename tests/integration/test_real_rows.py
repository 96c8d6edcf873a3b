"""The table of docs/real-data.md, counted anew: every row by state and reason."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.integration.real_rows import rows_of

pytestmark = [pytest.mark.data, pytest.mark.slow]

SETS = (
    ("water_daiad", "gw-water", ""), ("heat_xai4heat", "gw-heat", ""),
    ("nab_facility", "gw-nab", "machine_temp"),
)  # fmt: skip


def written() -> list[Mapping[str, int]]:
    """The table's columns; a cell that is not counted is left out."""
    text = (ROOT / "docs" / "real-data.md").read_text(encoding="utf-8")
    section = text.split("## Every row by state and reason")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (?!what|--)(.+?) \| (.*?) \| (.*?) \| (.*?)\|$", section, re.MULTILINE)
    assert len(rows) > 10
    return [
        {row[0]: int(n.replace(",", "")) for row in rows if (n := row[1 + column].strip())}
        for column in range(len(SETS))
    ]


@pytest.mark.parametrize("column", range(len(SETS)), ids=[name for name, _, _ in SETS])
def test_every_cell_is_in_the_table(column: int, data_dir: Path, sites_dir: Path) -> None:
    name, gateway, like = SETS[column]
    seen, table = rows_of(name, gateway, sites_dir, data_dir, like), written()[column]
    counted = {
        "rows of the files": seen.rows, "cells": sum(seen.cells.values()),
        "stored over a reading of the same point and time": seen.twice, **seen.cells,
        **{f"use: {state}": n for state, n in seen.use.items()},
        **{f"event: {kind}": n for kind, n in seen.events.items()},
    }  # fmt: skip
    assert {what: counted.get(what, 0) for what in table} == table
    assert set(counted) <= set(table), "what is counted stands there"
    assert seen.accepted == 0
