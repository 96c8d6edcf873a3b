"""Columns as a Parquet file, for other people's tools."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from adapters.store.duck_database import Table


def write_parquet(path: Path, table: Table) -> None:
    """Writes columns of one length; a file that is there is replaced."""
    with duckdb.connect(":memory:") as database:
        database.register("columns", table)
        target = str(path).replace("'", "''")
        database.execute(f"COPY (SELECT * FROM columns) TO '{target}' (FORMAT parquet)")  # noqa: S608


def read_parquet(path: Path) -> Table:
    """The columns of a file, by name."""
    with duckdb.connect(":memory:") as database:
        found = database.execute("SELECT * FROM read_parquet($1)", [str(path)]).fetchnumpy()
        return {name: _plain(column) for name, column in found.items()}


def _plain(column: object) -> NDArray[Any]:
    """NULL, which is what NaN is written as, comes back masked."""
    if isinstance(column, np.ma.MaskedArray) and column.dtype.kind == "f":
        return np.asarray(column.filled(np.nan))
    return np.asarray(column)
