"""One open DuckDB file: one writer behind a lock, and readers beside it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import numpy as np
from numpy.typing import NDArray

from adapters.store import duck_schema
from adapters.store.duck_edges import Edges, Newest
from core.errors import Fatal, Retryable

Table = dict[str, NDArray[Any]]
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    # Neither is needed, and a store that fetches programs over the network is none.
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
_AWAY = (
    duckdb.IOException,
    duckdb.OutOfMemoryException,
    duckdb.ConnectionException,
    # A commit that the disk refuses is told as one of these; with one writer they never collide.
    duckdb.TransactionException,
)
_BROKEN = (duckdb.FatalException, duckdb.InternalException)


class Tags(NamedTuple):
    """What a series is written under."""

    site: str
    building: str
    point: str
    quantity: str
    measurement: str


class Work(NamedTuple):
    """A transaction: its cursor, and what to remember once it is durable."""

    cursor: duckdb.DuckDBPyConnection
    then: list[Callable[[], None]]


class Database:
    """A file that belongs to this process, with what is remembered of its series.

    Attributes:
        lock: Held by whoever writes; what is remembered changes only under it.
        series: Series id by (site, point).
        measurement: Measurement by series id, as first written.
        newest: Edges and newest rows of readings.
        used: Edges of intervals.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.lock = threading.RLock()
        self.series: dict[tuple[str, str], int] = {}
        self.measurement: list[str] = []
        self.newest = Newest()
        self.used = Edges()
        self._stale = False
        self._home: duckdb.DuckDBPyConnection | None = None
        self._open()

    @contextmanager
    def transaction(self) -> Iterator[Work]:
        """Changes that are durable together or not made at all.

        Raises:
            Retryable: The disk is full or failing; nothing was changed.
        """
        with self.lock, self._translated():
            self.refresh()
            with self._connection().cursor() as cursor:
                work = Work(cursor, [])
                # Until all is told, what is remembered may be less than what is stored.
                self._stale = True
                cursor.begin()
                try:
                    yield work
                    cursor.commit()
                except BaseException:
                    _roll_back(cursor)
                    raise
                for tell in work.then:
                    tell()
                self._stale = False

    def refresh(self) -> None:
        """Remember again what is stored, where an error left it in doubt."""
        with self.lock, self._translated():
            home = self._connection()
            if self._stale:
                self._recall(home)

    def rows(self, sql: str, params: Mapping[str, Any] | None = None) -> Table:
        """The columns of a query's answer, by name, from a cursor of its own."""
        with self._translated(), self._connection().cursor() as cursor:
            return fetched(cursor.execute(sql, dict(params or {})))

    def add_series(self, wanted: list[Tags]) -> None:
        """Give ids to series that have none."""
        with self.lock:
            new = [tags for tags in wanted if (tags.site, tags.point) not in self.series]
            if not new:
                return
            first = len(self.measurement)
            table: Table = {"id": np.arange(first, first + len(new), dtype=np.int32)}
            columns = zip(Tags._fields, zip(*new, strict=True), strict=True)
            table |= {name: np.array(column, object) for name, column in columns}
            with self.transaction() as (cursor, then):
                cursor.register("added", table)
                cursor.execute("INSERT INTO series BY NAME SELECT * FROM added")
                found = [(tags.site, tags.point, tags.measurement) for tags in new]
                then.append(lambda: self._remember_series(found))

    def copy_to(self, file: Path) -> None:
        """Copy everything as it stands now into a new file."""
        with self.lock, self._translated(), self._connection().cursor() as cursor:
            name = cursor.execute("SELECT current_database()").fetchall()[0][0]
            quoted = str(file).replace("'", "''")
            cursor.execute(f"ATTACH '{quoted}' AS plantroom_backup")
            try:
                cursor.execute(f'COPY FROM DATABASE "{name}" TO plantroom_backup')
            finally:
                cursor.execute("DETACH plantroom_backup")

    def close(self) -> None:
        """Merge the log into the file and let it go."""
        with self.lock:
            if self._home is not None:
                self._home.close()
                self._home = None

    def _connection(self) -> duckdb.DuckDBPyConnection:
        with self.lock:
            if self._home is None:
                self._open()
            assert self._home is not None  # noqa: S101 for the type checker
            return self._home

    def _open(self) -> None:
        try:
            self._home = duckdb.connect(self.path, config=_CONFIG)
            self._prepare(self._home)
        except duckdb.IOException as error:
            if "lock" in str(error):
                raise Fatal(
                    f"{self.path} is open in another process, and DuckDB serves only one: "
                    "end that one, or use InfluxDB to share readings"
                ) from error
            if Path(self.path).parent.is_dir() and "valid DuckDB" not in str(error):
                raise Retryable(str(error)) from error
            raise Fatal(f"{self.path} cannot be opened: {error}") from error

    def _prepare(self, home: duckdb.DuckDBPyConnection) -> None:
        tables = {row[0] for row in home.execute("SHOW TABLES").fetchall()}
        if not tables:
            _create(home)
        elif "layout" not in tables:
            raise Fatal(f"{self.path} is a DuckDB file, but not one of Plantroom's stores")
        version = home.execute("SELECT max(version) FROM layout").fetchall()[0][0]
        if version != duck_schema.VERSION:
            raise Fatal(
                f"{self.path} has layout {version}, this version reads {duck_schema.VERSION}"
            )
        self._recall(home)

    def _recall(self, home: duckdb.DuckDBPyConnection) -> None:
        found = home.execute("SELECT site, point, measurement FROM series ORDER BY id").fetchall()
        self.series, self.measurement, self.newest, self.used = {}, [], Newest(), Edges()
        self._remember_series(found)
        self._recall_edges(home)
        self._stale = False

    def rename(self, series: int, measurement: str) -> None:
        """A series is another measurement now."""
        self.measurement[series] = measurement

    def recall_edges(self, series: int) -> None:
        """Read the edges of one series anew, after rows of it were removed."""
        with self.lock, self._translated(), self._connection().cursor() as cursor:
            self.newest.forget(series)
            self.used.forget(series)
            self._recall_edges(cursor, series)

    def _recall_edges(self, cursor: duckdb.DuckDBPyConnection, series: int | None = None) -> None:
        where = "" if series is None else f"WHERE series = {series:d} "
        for table, edges in (("reading", self.newest), ("use", self.used)):
            ends = fetched(
                cursor.execute(
                    "SELECT series, min(ts) AS a, max(ts) AS b "  # noqa: S608 a number of ours
                    f"FROM {table} {where}GROUP BY series"
                )
            )
            edges.widen(ends["series"], ends["a"])
            edges.widen(ends["series"], ends["b"])
        ids = np.arange(len(self.measurement)) if series is None else np.array([series])
        held = ids[self.newest.oldest[ids] <= self.newest.newest[ids]].astype(np.int32)
        if not len(held):
            return
        cursor.register("wanted", {"series": held, "ts": self.newest.newest[held]})
        top = fetched(
            cursor.execute("SELECT r.* FROM reading r JOIN wanted USING (series, ts) ORDER BY 1")
        )
        cursor.unregister("wanted")
        self.newest.put(top["series"], top["ts"], top["value"], top["quality"], top["received"])

    def _remember_series(self, found: list[tuple[str, str, str]]) -> None:
        size = len(self.measurement) + len(found)
        self.newest.grow(size)
        self.used.grow(size)
        for site, point, measurement in found:
            self.measurement.append(measurement)
            self.series[site, point] = len(self.measurement) - 1

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except _AWAY as error:
            raise Retryable(f"the store at {self.path} is away: {error}") from error
        except _BROKEN as error:
            # DuckDB answers nothing more after such an error until the file is opened anew.
            self.close()
            raise Retryable(f"the store at {self.path} has to be opened anew: {error}") from error


def fetched(cursor: duckdb.DuckDBPyConnection) -> Table:
    """All columns of an answer; what is absent is NaN."""
    return {
        name: column.filled(np.nan) if isinstance(column, np.ma.MaskedArray) else np.asarray(column)
        for name, column in cursor.fetchnumpy().items()
    }


def _create(home: duckdb.DuckDBPyConnection) -> None:
    home.begin()
    home.execute(duck_schema.TABLES + duck_schema.VIEWS)
    home.execute("INSERT INTO layout VALUES (?)", [duck_schema.VERSION])
    home.commit()


def _roll_back(cursor: duckdb.DuckDBPyConnection) -> None:
    try:
        cursor.rollback()
    except duckdb.Error:
        # The error that led here is the one to tell; a broken database has nothing to undo.
        return


_open_files: dict[str, tuple[Database, int]] = {}
_files_lock = threading.Lock()


def borrow(path: str) -> Database:
    """The database of a file, shared by all who open it in this process.

    Two writers beside each other once left four million silent duplicates.
    """
    if path == ":memory:":
        return Database(path)
    key = os.path.realpath(path)
    with _files_lock:
        database, users = _open_files.get(key) or (Database(key), 0)
        _open_files[key] = (database, users + 1)
        return database


def give_back(database: Database) -> None:
    """One user less; the last one closes the file."""
    with _files_lock:
        _, users = _open_files.get(database.path, (database, 1))
        if users > 1:
            _open_files[database.path] = (database, users - 1)
            return
        _open_files.pop(database.path, None)
        database.close()
