"""Versions of the site model that were in force, so that the past can be read as it was meant."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from adapters.records.base import ALL
from adapters.records.engine import insert_for
from adapters.records.source import Source
from adapters.records.tables import ModelRow


class RecordModels:
    """Keeps each compiled version once."""

    def __init__(self, records: Source) -> None:
        self._records = records

    def keep(self, site: str, version: str, compiled: bytes, since: int) -> bool:
        """Remember a version; whether it is a new one."""
        insert = insert_for(self._records.engine)
        with self._records.session(ALL) as session:
            if session.get(ModelRow, version) is not None:
                return False
            session.execute(
                insert(ModelRow)
                .values(version=version, site=site, since=since, compiled=compiled)
                .on_conflict_do_nothing()
            )
            return True

    def versions(self) -> Sequence[ModelRow]:
        """All versions, the newest first."""
        with self._records.session(ALL, reading=True) as session:
            return session.scalars(select(ModelRow).order_by(ModelRow.since.desc())).all()
