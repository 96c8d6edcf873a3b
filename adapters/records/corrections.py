"""What people said instead of devices: which of it stands, and what the devices had said."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from sqlalchemy import Float, String, delete, select, tuple_, update
from sqlalchemy.orm import Mapped, mapped_column

from adapters.records.base import ALL, Base, Scope
from adapters.records.engine import clean, insert_for
from adapters.records.hand import ASKED, HandRow, reading_of
from adapters.records.source import Source
from adapters.records.tables import AuditRow
from core.errors import Refused
from core.hand import HandReading, Key, Said


class SaidRow(Base):
    """What a device said of a moment of which a person says something else. Times in UTC ms.

    Attributes:
        value: None where it said that it has none, or has said nothing.
        received: None where it has said nothing.
    """

    __tablename__ = "device_said"

    point: Mapped[str] = mapped_column(String(63), primary_key=True)
    at: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    value: Mapped[float | None] = mapped_column(Float)
    quality: Mapped[int]
    received: Mapped[int | None]


class RecordCorrections:
    """Implements :class:`core.hand.Corrections`, and takes corrections back."""

    def __init__(self, records: Source) -> None:
        self._records = records

    def points(self) -> AbstractSet[str]:
        """See the port."""
        with self._records.session(ALL, reading=True) as session:
            return set(session.scalars(select(HandRow.point).distinct()))

    def standing(self, keys: Sequence[Key]) -> Mapping[Key, float]:
        """See the port."""
        found: dict[Key, float] = {}
        for start in range(0, len(keys), ASKED):
            query = (
                select(HandRow.point, HandRow.at, HandRow.value)
                .where(
                    tuple_(HandRow.point, HandRow.at).in_(keys[start : start + ASKED]),
                    HandRow.undone.is_(None),
                )
                .order_by(HandRow.id)
            )
            with self._records.session(ALL, reading=True) as session:
                found |= {(point, at): value for point, at, value in session.execute(query)}
        return found

    def said(self, keys: Sequence[Key]) -> Mapping[Key, Said]:
        """See the port."""
        found: dict[Key, Said] = {}
        for start in range(0, len(keys), ASKED):
            part = keys[start : start + ASKED]
            query = select(SaidRow).where(tuple_(SaidRow.point, SaidRow.at).in_(part))
            with self._records.session(ALL, reading=True) as session:
                found |= {(row.point, row.at): _said(row) for row in session.scalars(query)}
        return found

    def keep(self, said: Mapping[Key, Said]) -> None:
        """See the port."""
        insert = insert_for(self._records.engine)
        with self._records.session(ALL) as session:
            for (point, at), one in said.items():
                values = {
                    "value": None if math.isnan(one.value) else one.value,
                    "quality": one.quality, "received": one.received,
                }  # fmt: skip
                session.execute(
                    insert(SaidRow)
                    .values(point=point, at=at, **values)
                    .on_conflict_do_update(index_elements=["point", "at"], set_=values)
                )

    def taken_back(self, most: int) -> Sequence[HandReading]:
        """See the port."""
        query = (
            select(HandRow)
            .where(HandRow.undone.is_not(None), HandRow.given_back.is_(None))
            .order_by(HandRow.id).limit(most)
        )  # fmt: skip
        with self._records.session(ALL, reading=True) as session:
            return [reading_of(row) for row in session.scalars(query)]

    def gave_back(self, ids: Sequence[int], keys: Sequence[Key], at: int) -> None:
        """See the port."""
        with self._records.session(ALL) as session:
            session.execute(
                update(HandRow).where(HandRow.id.in_(ids)).values(given_back=at)
                .execution_options(synchronize_session=False)
            )  # fmt: skip
            if keys:
                session.execute(
                    delete(SaidRow).where(tuple_(SaidRow.point, SaidRow.at).in_(keys))
                    .execution_options(synchronize_session=False)
                )  # fmt: skip

    def undo(self, scope: Scope, id_: int, person: str, at: int, *, why: str = "") -> None:
        """Take back all that was entered for the moment of one reading.

        Args:
            scope: Buildings of who takes it back.
            id_: Of any reading that was entered for the moment.
            person: Log-in of who takes it back.
            at: Run clock. [ms]
            why: In their words; it stands in the audit.

        Raises:
            Refused: There is no such reading in the scope, or it was taken back before.
        """
        with self._records.session(scope) as session:
            row = session.scalar(select(HandRow).where(HandRow.id == id_))
            if row is None:
                raise Refused("there is no such reading", code="absent")
            if row.undone is not None:
                raise Refused("It is so already.", code="conflict")
            for one in session.scalars(
                select(HandRow).where(
                    HandRow.point == row.point, HandRow.at == row.at, HandRow.undone.is_(None)
                )
            ):
                one.undone, one.undone_by = at, person
            session.add(
                AuditRow(
                    at=at, actor=person, action="readings.undo",
                    detail=f"{row.point} at {row.at}: {row.value:.10g}"
                    + (f"; {clean(why)}" if why else ""),
                )
            )  # fmt: skip


def _said(row: SaidRow) -> Said:
    return Said(
        value=math.nan if row.value is None else row.value, quality=row.quality,
        received=row.received,
    )  # fmt: skip
