"""Whole columns out of the database: many rows of a few words and numbers, read at once.

The database writes each column as one JSON list. A hundred thousand rows are then read in a
fourth of the time that as many row objects take, and the session narrows them to its scope as
it narrows every other query.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, String, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.functions import GenericFunction

Column = InstrumentedAttribute[Any] | ColumnElement[Any]


class packed(GenericFunction[str]):  # noqa: N801 - said as SQL says it
    """All values of a column as one JSON list, in no order of their own."""

    type = String()
    inherit_cache = True


@compiles(packed, "sqlite")
def _sqlite(element: packed, compiler: Any, **words: Any) -> str:
    return f"json_group_array({compiler.process(element.clauses, **words)})"


@compiles(packed, "postgresql")
def _postgresql(element: packed, compiler: Any, **words: Any) -> str:
    # Of no rows it is NULL, where SQLite says an empty list.
    return f"coalesce(json_agg({compiler.process(element.clauses, **words)})::text, '[]')"


def columns(
    session: Session, wanted: Sequence[Column], *where: Any, joined: tuple[Any, Any] | None = None
) -> list[list[Any]]:
    """Columns of all rows that there are, each as a list; they stand in the same order.

    Numbers, words and None come as they stand in the tables: no enumerations, and on SQLite
    0 and 1 for what is true or not.

    Args:
        session: Of one scope.
        wanted: Columns of mapped classes.
        where: Conditions, all of which hold.
        joined: Another mapped class, and the condition by which it belongs to the first.
    """
    query: Any = select(*(packed(column) for column in wanted))
    if joined is not None:
        query = query.join(*joined)
    row = session.execute(query.where(*where)).one()
    return [msgspec.json.decode(column) for column in row]
