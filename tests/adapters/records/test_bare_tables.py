"""No part but the adapters names a table itself: in an ORM statement it would escape the scope."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PARTS = ("api", "workorders", "analytics", "ingest", "edge", "dashboards", "scoring", "plantroom")
BARE = {"__table__", "local_table", "persist_selectable", "mapped_table"}


def bare_tables(source: str) -> list[int]:
    """Lines that reach for the table behind a mapped class, or into the metadata."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            tables = node.attr == "tables" and "metadata" in ast.unparse(node.value).lower()
            if node.attr in BARE or tables:
                found.append(node.lineno)
    return found


@pytest.mark.parametrize("part", PARTS)
def test_no_part_names_a_table(part: str) -> None:
    files = sorted((ROOT / part).rglob("*.py"))
    found = [f"{f.relative_to(ROOT)}:{line}" for f in files for line in bare_tables(f.read_text())]
    assert found == []


def test_a_named_table_is_found() -> None:
    source = "x = Order.__table__\ny = Base.metadata.tables['work_order']\nz = data.tables"
    assert bare_tables(source) == [1, 2]
