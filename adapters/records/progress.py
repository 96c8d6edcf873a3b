"""How far data goes, and what has to be judged again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, func, insert, select

from adapters.records.base import ALL
from adapters.records.engine import insert_for
from adapters.records.source import Source
from adapters.records.tables import GatewayRow, LateRow
from core.ports import GatewayProgress, LateRange


class RecordProgress:
    """Implements :class:`core.ports.Progress`."""

    def __init__(self, records: Source) -> None:
        self._records = records

    def report(self, progress: Sequence[GatewayProgress], late: Sequence[LateRange]) -> None:
        """See the port."""
        if not progress and not late:
            return
        upsert = insert_for(self._records.engine)
        # SQLite's max() of two values is PostgreSQL's greatest().
        greatest = func.max if self._records.engine.dialect.name == "sqlite" else func.greatest
        with self._records.session(ALL) as session:
            for one in progress:
                statement = upsert(GatewayRow).values(
                    gateway=one.gateway, newest=one.newest, oldest_unsent=one.oldest_unsent,
                    heard=one.heard, state=one.state,
                )  # fmt: skip
                new = statement.excluded
                session.execute(
                    statement.on_conflict_do_update(
                        index_elements=["gateway"],
                        set_={
                            "newest": greatest(GatewayRow.newest, new.newest),
                            "heard": greatest(GatewayRow.heard, new.heard),
                            "oldest_unsent": new.oldest_unsent,
                            "state": new.state,
                        },
                    )
                )
            if late:
                session.execute(
                    insert(LateRow),
                    [{"point": r.point, "start": r.start, "end": r.end} for r in late],
                )

    def gateways(self) -> Mapping[str, GatewayProgress]:
        """See the port."""
        with self._records.session(ALL, reading=True) as session:
            rows = session.scalars(select(GatewayRow)).all()
        return {
            row.gateway: GatewayProgress(
                gateway=row.gateway, newest=row.newest, oldest_unsent=row.oldest_unsent,
                heard=row.heard, state=row.state,
            )
            for row in rows
        }  # fmt: skip

    def late(self) -> Sequence[tuple[int, LateRange]]:
        """See the port."""
        with self._records.session(ALL, reading=True) as session:
            rows = session.scalars(select(LateRow).order_by(LateRow.id)).all()
        return [(row.id, LateRange(point=row.point, start=row.start, end=row.end)) for row in rows]

    def forget_late(self, ids: Sequence[int]) -> None:
        """See the port."""
        with self._records.session(ALL) as session:
            for first in range(0, len(ids), 500):
                session.execute(delete(LateRow).where(LateRow.id.in_(ids[first : first + 500])))
