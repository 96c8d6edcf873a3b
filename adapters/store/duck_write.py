"""How rows get into the DuckDB store: the keys of a batch out, the batch in, in one transaction."""

from __future__ import annotations

from functools import partial

import duckdb
import msgspec
import numpy as np

from adapters.store.duck_database import Database, Table, Tags
from adapters.store.duck_edges import Newest
from adapters.store.rows import Rows
from core.batch import Bools, Ints
from core.ports import Mark


def write_readings(database: Database, fresh: tuple[Rows, Ints], again: tuple[Rows, Ints]) -> None:
    """Replace with fresh rows (and their series); of ``again`` only fill what is missing."""
    with database.transaction() as (cursor, then):
        edges = database.newest
        old = _table(*again)
        missing = ~_present(cursor, old, edges.may_hold(old["series"], old["ts"]))
        written = [_table(*fresh), {name: column[missing] for name, column in old.items()}]
        series, ts = written[0]["series"], written[0]["ts"]
        _delete(cursor, "reading", series, ts, edges.may_hold(series, ts))
        for table in written:
            _insert(cursor, "reading", table)
            then.append(partial(_put, edges, table))


def _put(newest: Newest, rows: Table) -> None:
    newest.put(rows["series"], rows["ts"], rows["value"], rows["quality"], rows["received"])


def replace(database: Database, name: str, rows: Table) -> None:
    """Write rows of another table; of one (series, ts) the last stands."""
    series, ts = rows["series"], rows["ts"]
    if not len(series):
        return
    order = np.lexsort((ts, series))
    last = np.ones(len(order), np.bool_)
    last[:-1] = (np.diff(series[order]) != 0) | (np.diff(ts[order]) != 0)
    rows = {column: values[order[last]] for column, values in rows.items()}
    series, ts = rows["series"], rows["ts"]
    with database.transaction() as (cursor, then):
        used = database.used if name == "use" else None
        doubtful = np.ones(len(ts), np.bool_) if used is None else used.may_hold(series, ts)
        _delete(cursor, name, series, ts, doubtful)
        _insert(cursor, name, rows)
        if used is not None:
            then.append(partial(used.widen, series, ts))


def write_marks(database: Database, site: str, marks: list[Mark]) -> None:
    """Write marks; of one (measurement, building, id, time) the last stands."""
    last = list({(m.measurement, m.building, m.id, m.at): m for m in marks}.values())
    table: Table = {
        "measurement": np.array([m.measurement for m in last], object),
        "site": np.array([site] * len(last), object),
        "building": np.array([m.building for m in last], object),
        "id": np.array([m.id for m in last], object),
        "ts": np.array([m.at for m in last], np.int64),
        "fields": np.array([msgspec.json.encode(dict(m.fields)).decode() for m in last], object),
    }
    with database.transaction() as (cursor, _):
        cursor.register("coming", table)
        cursor.execute(
            "DELETE FROM mark USING coming c WHERE mark.ts = c.ts AND mark.id = c.id "
            "AND mark.measurement = c.measurement AND mark.site = c.site "
            "AND mark.building = c.building"
        )
        cursor.execute("INSERT INTO mark BY NAME SELECT * FROM coming")


def erase(database: Database, series: int, span: tuple[int, int], tags: Tags) -> None:
    """Remove a series' rows of ``(start, end]``; an empty one takes these tags."""
    with database.transaction() as (cursor, then):
        for table in ("reading", "use"):
            cursor.execute(
                f"DELETE FROM {table} WHERE series = $1 AND ts > $2 AND ts <= $3",  # noqa: S608 constants
                [series, *span],
            )
        left = cursor.execute(
            "SELECT 1 FROM reading WHERE series = $1 UNION ALL SELECT 1 FROM use WHERE series = $1 "
            "UNION ALL SELECT 1 FROM band WHERE series = $1 LIMIT 1",
            [series],
        ).fetchall()
        if not left:
            cursor.execute(
                "UPDATE series SET building = $1, quantity = $2, measurement = $3 WHERE id = $4",
                [tags.building, tags.quantity, tags.measurement, series],
            )
            then.append(partial(database.rename, series, tags.measurement))
        then.append(partial(database.recall_edges, series))


def _table(rows: Rows, series: Ints) -> Table:
    return {
        "series": series,
        "ts": rows.at,
        "value": rows.value,
        "quality": rows.quality,
        "received": rows.received,
    }


def _present(cursor: duckdb.DuckDBPyConnection, rows: Table, doubtful: Bools) -> Bools:
    present = np.zeros(len(doubtful), np.bool_)
    if doubtful.any():
        place = np.flatnonzero(doubtful)
        asked = {"series": rows["series"][place], "ts": rows["ts"][place], "place": place}
        cursor.register("asked", asked)
        cursor.execute(
            "SELECT place FROM asked SEMI JOIN (SELECT series, ts FROM reading "
            "WHERE ts BETWEEN $low AND $high) USING (series, ts)",
            {"low": int(asked["ts"].min()), "high": int(asked["ts"].max())},
        )
        present[cursor.fetchnumpy()["place"]] = True
        cursor.unregister("asked")
    return present


def _delete(
    cursor: duckdb.DuckDBPyConnection, name: str, series: Ints, ts: Ints, doubtful: Bools
) -> None:
    if not doubtful.any():
        return
    doomed = {"series": series[doubtful], "ts": ts[doubtful]}
    cursor.register("doomed", doomed)
    cursor.execute(
        f"DELETE FROM {name} USING doomed d WHERE {name}.series = d.series "  # noqa: S608 constants
        f"AND {name}.ts = d.ts AND {name}.ts BETWEEN $low AND $high",
        {"low": int(doomed["ts"].min()), "high": int(doomed["ts"].max())},
    )
    cursor.unregister("doomed")


def _insert(cursor: duckdb.DuckDBPyConnection, name: str, rows: Table) -> None:
    if not len(rows["ts"]):
        return
    cursor.register("coming", rows)
    cursor.execute(f"INSERT INTO {name} BY NAME SELECT * FROM coming")  # noqa: S608 constants
    cursor.unregister("coming")
