"""Guards of tables that are only ever added to, as each database says them."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, Table, TextClause


def on_dialect(dialect: str, guard: TextClause) -> Callable[..., None]:
    """A listener for ``after_create`` that lays a guard in databases of one dialect."""

    def run(_table: Table, connection: Connection, **_kwargs: object) -> None:
        if connection.dialect.name == dialect:
            connection.execute(guard)

    return run
