"""Readings that people entered: kept for good, with who and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from sqlalchemy import Float, Index, String, Text, select, tuple_, update
from sqlalchemy.orm import Mapped, mapped_column

from adapters.records.base import ALL, Base, Scope, Scoped
from adapters.records.engine import clean
from adapters.records.source import Source
from adapters.records.tables import AuditRow
from core.hand import HandReading

ASKED = 500
"""Keys in one question: SQLite binds at most some thousands of values."""


class HandRow(Scoped, Base):
    """A reading as a person entered it. Times in UTC ms.

    Attributes:
        undone: When it was taken back, by ``undone_by``; it stands no more.
        given_back: When ingest had put back what the device said.
    """

    __tablename__ = "hand_reading"
    __table_args__ = (
        Index("ix_hand_reading_point_at", "point", "at"),
        Index("ix_hand_reading_taken", "taken"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    point: Mapped[str] = mapped_column(String(63))
    at: Mapped[int]
    value: Mapped[float] = mapped_column(Float)
    person: Mapped[str] = mapped_column(String(64))
    entered: Mapped[int]
    via: Mapped[str] = mapped_column(String(16))
    source: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    taken: Mapped[int | None]
    undone: Mapped[int | None]
    undone_by: Mapped[str] = mapped_column(String(64), default="")
    given_back: Mapped[int | None]


class RecordHandReadings:
    """Implements :class:`core.hand.HandReadings`, and lists what was entered."""

    def __init__(self, records: Source) -> None:
        self._records = records

    def enter(self, readings: Sequence[HandReading]) -> None:
        """See the port; one line of audit says who entered how many."""
        if not readings:
            return
        first = readings[0]
        points = {reading.point for reading in readings}
        with self._records.session(ALL) as session:
            session.add_all(_row(reading) for reading in readings)
            session.add(
                AuditRow(
                    at=first.entered, actor=first.person, action="readings.enter",
                    detail=f"{len(readings)} readings of {len(points)} points by {first.via}",
                )
            )  # fmt: skip

    def waiting(self, most: int, *, but: AbstractSet[int] = frozenset()) -> Sequence[HandReading]:
        """See the port."""
        query = (
            select(HandRow)
            .where(HandRow.taken.is_(None), HandRow.undone.is_(None))
            .order_by(HandRow.id)
        )
        if but:
            query = query.where(HandRow.id.not_in(but))
        with self._records.session(ALL, reading=True) as session:
            return [reading_of(row) for row in session.scalars(query.limit(most))]

    def took(self, ids: Sequence[int], at: int) -> None:
        """See the port."""
        if not ids:
            return
        with self._records.session(ALL) as session:
            session.execute(
                update(HandRow)
                .where(HandRow.id.in_(ids), HandRow.taken.is_(None))
                .values(taken=at)
                .execution_options(synchronize_session=False)
            )

    def newest(self, keys: Sequence[tuple[str, int]]) -> Mapping[tuple[str, int], float]:
        """See the port."""
        found: dict[tuple[str, int], float] = {}
        for start in range(0, len(keys), ASKED):
            part = keys[start : start + ASKED]
            query = (
                select(HandRow)
                .where(tuple_(HandRow.point, HandRow.at).in_(part), HandRow.undone.is_(None))
                .order_by(HandRow.id)
            )  # fmt: skip
            with self._records.session(ALL, reading=True) as session:
                found |= {(row.point, row.at): row.value for row in session.scalars(query)}
        return found

    def before(self, point: str, at: int) -> float | None:
        """The value entered last for the newest time at or before one."""
        query = (
            select(HandRow.value)
            .where(HandRow.point == point, HandRow.at <= at, HandRow.undone.is_(None))
            .order_by(HandRow.at.desc(), HandRow.id.desc()).limit(1)
        )  # fmt: skip
        with self._records.session(ALL, reading=True) as session:
            return session.scalar(query)

    def get(self, scope: Scope, id_: int) -> HandReading | None:
        """One that was entered in a scope; None where there is none."""
        with self._records.session(scope, reading=True) as session:
            row = session.scalar(select(HandRow).where(HandRow.id == id_))
            return None if row is None else reading_of(row)

    def list(self, scope: Scope, *, limit: int = 50) -> Sequence[HandReading]:
        """What was entered last, in a scope; the newest first."""
        query = select(HandRow).order_by(HandRow.id.desc()).limit(limit)
        with self._records.session(scope, reading=True) as session:
            return [reading_of(row) for row in session.scalars(query)]


def _row(reading: HandReading) -> HandRow:
    return HandRow(
        building=reading.building, point=reading.point, at=reading.at, value=reading.value,
        person=reading.person, entered=reading.entered, via=reading.via,
        source=clean(reading.source), note=clean(reading.note), taken=None,
    )  # fmt: skip


def reading_of(row: HandRow) -> HandReading:
    """A row as what was entered."""
    return HandReading(
        id=row.id, point=row.point, building=row.building, at=row.at, value=row.value,
        person=row.person, entered=row.entered, via=row.via, source=row.source, note=row.note,
        taken=row.taken, undone=row.undone, undone_by=row.undone_by,
    )  # fmt: skip
