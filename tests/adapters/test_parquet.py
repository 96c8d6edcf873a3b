"""Columns go into a Parquet file and come back."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from adapters.store.parquet import read_parquet, write_parquet


def test_columns_come_back_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "it's.parquet"
    table = {
        "point": np.array(["a.x", "b.y", "a.x"], object),
        "at": np.array([1, 2, 3], np.int64),
        "value": np.array([0.1, np.nan, 3.0]),
    }
    write_parquet(path, table)
    found = read_parquet(path)
    assert list(found) == ["point", "at", "value"]
    assert found["point"].tolist() == ["a.x", "b.y", "a.x"]
    assert found["at"].tolist() == [1, 2, 3]
    assert np.array_equal(found["value"], table["value"], equal_nan=True)
    write_parquet(path, {"at": np.array([7], np.int64)})
    assert read_parquet(path)["at"].tolist() == [7]
