"""Many new rows at once: one statement a table, not an object and a statement a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from adapters.records.base import ALL, Base
from adapters.records.changes import hold_numbers
from adapters.records.tables import ChangeRow


def add_rows(session: Session, of: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """New rows of a table that nobody reads back as objects in this transaction.

    What they refer to is in the database already. A session of some buildings adds objects one
    by one all the same: only so each is held against its scope.

    Args:
        session: Of one scope.
        of: The mapped class.
        rows: Values by attribute, the same attributes in each.
    """
    if not rows:
        return
    if getattr(session, "scope", None) != ALL:
        session.add_all([of(**row) for row in rows])
        session.flush()
        return
    if of is ChangeRow:
        hold_numbers(session)
    session.execute(insert(cast("Table", of.__table__)), list(rows))
