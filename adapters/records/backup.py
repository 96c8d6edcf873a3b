"""A backup that either database can take and either can be restored from: one SQLite file."""

from __future__ import annotations

from sqlalchemy import Connection, Table, func, insert, select, text

from adapters.records.base import Base
from core.errors import Misconfigured, Mistake

FILE = "records.sqlite"
"""Name of the records in the folder of a backup."""

_ROWS = 1_000
"""Rows carried at once: some megabytes where each holds a payload."""


def copy_rows(source: Connection, target: Connection) -> None:
    """Every row of every table, parents first, into empty tables of the same revision."""
    for table in Base.metadata.sorted_tables:
        rows = source.execution_options(yield_per=_ROWS).execute(select(table))
        for part in rows.mappings().partitions(_ROWS):
            target.execute(insert(table), [dict(row) for row in part])
        if target.dialect.name == "postgresql":
            _go_on_counting(target, table)


def refuse_unless_empty(connection: Connection) -> None:
    """A restore never mixes two histories.

    Raises:
        Misconfigured: Some table has rows.
    """
    held = [t.name for t in Base.metadata.sorted_tables if _rows(connection, t)]
    if held:
        what = f"the records already hold {', '.join(held)}"
        expected = "an empty database"
        raise Misconfigured([Mistake(file="", line=0, what=what, expected=expected)])


def _rows(connection: Connection, table: Table) -> bool:
    return connection.execute(select(1).select_from(table).limit(1)).first() is not None


def _go_on_counting(connection: Connection, table: Table) -> None:
    """PostgreSQL's counters know nothing of ids that were given to it."""
    column = table.autoincrement_column
    if column is None:
        return
    names = {"table": f'"{table.name}"', "column": column.name}
    sequence = text("SELECT pg_get_serial_sequence(:table, :column)")
    counter = connection.execute(sequence, names).scalar()
    last = connection.execute(select(func.max(column))).scalar()
    if counter is not None and last is not None:
        connection.execute(text("SELECT setval(:counter, :last)"),
                           {"counter": counter, "last": last})  # fmt: skip
