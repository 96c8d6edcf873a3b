"""Quarantine: what was refused, with its payload and reason, until it is settled."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, case, delete, func, select, update

from adapters.records.base import ALL
from adapters.records.changes import record_change
from adapters.records.engine import clean, insert_for
from adapters.records.scoping import ScopedSession
from adapters.records.source import Source
from adapters.records.tables import AuditRow, PurgeRow, QuarantinePointRow, QuarantineRow
from core.batch import BatchName
from core.clock import DAY_MS
from core.ports import Quarantined
from core.replaying import ROWS, Held, Mending, Tried

By = Literal["reason", "gateway", "point"]
NOTICES = frozenset({"lost_by_policy", "lost_unconfirmed"})
"""Entries that tell of a loss: there is nothing in them that could be stored."""
_MOST_SAID = 4_000
_MOST_POINTS = 500
"""Points of one entry that it is found by; a batch may name twenty thousand."""
_LONGEST_POINT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Which entries; what is empty narrows nothing.

    Attributes:
        state: ``open`` means not settled: what was asked for is among it.
        ids: These alone.
        reasons: One of these.
        points: With readings of one of these.
    """

    reason: str = ""
    gateway: str = ""
    point: str = ""
    state: str = ""
    ids: tuple[int, ...] = ()
    reasons: tuple[str, ...] = ()
    points: tuple[str, ...] = ()

    def of(self, query: Any) -> Any:
        """A statement on the entries, narrowed."""
        return query.where(*self._conditions())

    def _conditions(self) -> list[ColumnElement[bool]]:
        wanted: list[ColumnElement[bool]] = [
            column == value
            for column, value in (
                (QuarantineRow.reason, self.reason), (QuarantineRow.gateway, self.gateway),
            )
            if value
        ]  # fmt: skip
        for points in filter(None, ((self.point,) if self.point else (), self.points)):
            of_point = select(QuarantinePointRow.key).where(
                QuarantinePointRow.point.in_([p[:_LONGEST_POINT] for p in points])
            )
            wanted.append(QuarantineRow.key.in_(of_point))
        if self.reasons:
            wanted.append(QuarantineRow.reason.in_(self.reasons))
        if self.state == "open":
            wanted.append(QuarantineRow.state != "settled")
        elif self.state:
            wanted.append(QuarantineRow.state == self.state)
        if self.ids:
            wanted.append(QuarantineRow.id.in_(self.ids))
        return wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How much there is of one reason, gateway, point or day.

    Attributes:
        entries: All that are kept; ``open`` of them are not settled.
        readings: In all of them; ``unstored`` of these are in no store.
    """

    key: str
    entries: int
    open: int
    readings: int
    unstored: int


class RecordQuarantine:
    """Implements :class:`core.ports.Quarantine` and :class:`core.replaying.Replays`.

    What people do with the entries is written down with who and when; their rights are the
    business of whoever calls.
    """

    def __init__(self, records: Source) -> None:
        self._records = records

    def keep(self, refused: Sequence[Quarantined]) -> None:
        """See the port."""
        if not refused:
            return
        insert = insert_for(self._records.engine)
        with self._records.session(ALL) as session:
            rows = [_row(one) for one in refused]
            session.execute(
                insert(QuarantineRow).on_conflict_do_nothing(index_elements=["key"]), rows
            )
            points = [
                part for one, row in zip(refused, rows, strict=True)
                for part in _points(one, str(row["key"]))
            ]  # fmt: skip
            if points:
                session.execute(insert(QuarantinePointRow).on_conflict_do_nothing(), points)

    def list(
        self, *, limit: int = 100, reason: str | None = None, gateway: str | None = None,
        chosen: Chosen | None = None, before: int | None = None,
    ) -> Sequence[QuarantineRow]:  # fmt: skip
        """The newest entries first; ``before`` an id goes on where a list ended."""
        chosen = chosen or Chosen(reason=reason or "", gateway=gateway or "")
        query = chosen.of(select(QuarantineRow)).order_by(QuarantineRow.id.desc()).limit(limit)
        if before is not None:
            query = query.where(QuarantineRow.id < before)
        with self._records.session(ALL, reading=True) as session:
            return session.scalars(query).all()

    def show(self, id_: int) -> QuarantineRow | None:
        """One entry."""
        with self._records.session(ALL, reading=True) as session:
            return session.get(QuarantineRow, id_)

    def counts(self) -> Mapping[str, tuple[int, int]]:
        """Entries and readings by reason, settled or not."""
        return {one.key: (one.entries, one.readings) for one in self.by("reason")}

    def by(self, what: By, chosen: Chosen | None = None) -> Sequence[Count]:
        """Counts by reason, gateway or point; the most entries first."""
        if what == "point":
            query = _of_points((chosen or Chosen()).of)
            return self._counted(query)
        column = getattr(QuarantineRow, what)
        query = (chosen or Chosen()).of(_counting(column))
        return self._counted(query.order_by(func.count().desc(), column))

    def days(self, since: int, *, offset_ms: int = 0, chosen: Chosen | None = None
             ) -> Sequence[Count]:  # fmt: skip
        """Counts by day of receipt; the key is the start of the day. UTC [ms]

        Args:
            since: Days before it are left out. [ms]
            offset_ms: Local time less UTC, as it is now.
            chosen: Narrows.
        """
        # A remainder means the same in every database; dividing whole numbers does not.
        day = QuarantineRow.received - (QuarantineRow.received + offset_ms) % DAY_MS
        query = (chosen or Chosen()).of(_counting(day)).where(QuarantineRow.received >= since)
        return self._counted(query.order_by(day))

    def ask(
        self, chosen: Chosen, by: str, at: int, *, mends: Sequence[Mending] = (), note: str = ""
    ) -> int:
        """Ask for a replay of what is open; how many entries wait for it.

        Args:
            chosen: Which.
            by: Who asks.
            at: Run clock. [ms]
            mends: What is mended in them first: then only entries are asked for that hold
                readings of such a point.
            note: Why it is mended.
        """
        which = _mendable(chosen, mends)
        said = [{**asdict(mend), "by": by, "at": at, "note": clean(note)} for mend in mends]
        with self._records.session(ALL) as session:
            if said:
                query = which.of(select(QuarantineRow.id, QuarantineRow.mends)).where(*_OPEN)
                rows = [{"id": id_, "mends": [*had, *said]} for id_, had in session.execute(query)]
                if rows:
                    session.execute(update(QuarantineRow), rows)
            query = which.of(update(QuarantineRow)).where(*_OPEN)
            asked = session.execute(query.values(state="asked", by=by, at=at)).rowcount  # type: ignore[attr-defined]
            if asked:
                session.add(_audit(at, by, "quarantine.replay", f"{asked} entries of {chosen}"))
                for mend in mends:
                    words = f"{asked} entries of {chosen}: {mend}; {note}"
                    session.add(_audit(at, by, "quarantine.mend", words))
                _tell(session, at)
        return int(asked)

    def held(self, chosen: Chosen, most: int, mends: Sequence[Mending] = ()) -> Sequence[Held]:
        """The first that :meth:`ask` would ask for, as ingest would then have them."""
        query = _mendable(chosen, mends).of(select(QuarantineRow)).where(*_OPEN)
        with self._records.session(ALL, reading=True) as session:
            rows = session.scalars(query.order_by(QuarantineRow.id).limit(most)).all()
        return [_held(row, mends) for row in rows]

    def dismiss(self, id_: int, by: str, at: int, note: str) -> bool:
        """Settle an entry that nobody can mend; whether it was open."""
        query = update(QuarantineRow).where(
            QuarantineRow.id == id_, QuarantineRow.state != "settled"
        )
        values = {"state": "settled", "how": "dismissed", "by": by, "at": at, "note": clean(note)}
        with self._records.session(ALL) as session:
            done = session.execute(query.values(values)).rowcount  # type: ignore[attr-defined]
            if done:
                session.add(_audit(at, by, "quarantine.dismiss", f"entry {id_}: {note}"))
                _tell(session, at)
        return bool(done)

    def purge(self, before: int, by: str, at: int, *, settled_only: bool = False
              ) -> Sequence[PurgeRow]:  # fmt: skip
        """Remove what was received before a time; counts of it stay, by reason and gateway."""
        chosen = Chosen(state="settled" if settled_only else "")
        old = QuarantineRow.received < before
        key = (QuarantineRow.reason, QuarantineRow.gateway)
        query = chosen.of(select(*key, *_SUMS)).where(old).group_by(*key).order_by(*key)
        with self._records.session(ALL) as session:
            rows = [
                PurgeRow(at=at, actor=by, before=before, reason=reason, gateway=gateway,
                         entries=n, readings=int(readings), unstored=int(readings - stored))
                for reason, gateway, n, _, readings, stored in session.execute(query)
            ]  # fmt: skip
            gone = chosen.of(select(QuarantineRow.key)).where(old)
            session.execute(
                delete(QuarantinePointRow).where(QuarantinePointRow.key.in_(gone)),
                execution_options={"synchronize_session": False},
            )
            session.execute(chosen.of(delete(QuarantineRow)).where(old))
            session.add_all(rows)
            if rows:
                count = sum(row.entries for row in rows)
                session.add(_audit(at, by, "quarantine.purge", f"{count} entries before {before}"))
                _tell(session, at)
        return rows

    def purged(self) -> Sequence[Count]:
        """What was removed so far, by reason."""
        query = (
            select(
                PurgeRow.reason, func.sum(PurgeRow.entries), func.sum(PurgeRow.readings),
                func.sum(PurgeRow.unstored),
            )
            .group_by(PurgeRow.reason)
            .order_by(PurgeRow.reason)
        )  # fmt: skip
        with self._records.session(ALL, reading=True) as session:
            return [
                Count(key=reason, entries=int(n), open=0, readings=int(k), unstored=int(u))
                for reason, n, k, u in session.execute(query)
            ]

    def asked(self, most: int) -> Sequence[Held]:
        """See :class:`core.replaying.Replays`."""
        query = select(QuarantineRow).where(QuarantineRow.state == "asked")
        with self._records.session(ALL, reading=True) as session:
            rows = session.scalars(query.order_by(QuarantineRow.id).limit(most)).all()
        return [_held(row) for row in rows]

    def tried(self, results: Sequence[Tried], at: int) -> None:
        """See :class:`core.replaying.Replays`; what was settled meanwhile stays settled."""
        with self._records.session(ALL) as session:
            for one in results:
                row = session.get(QuarantineRow, one.id)
                if row is None or row.state == "settled":
                    continue
                row.tries, row.at = row.tries + 1, at
                row.readings = max(row.readings, one.stored + one.left)
                row.stored = max(row.stored, one.stored)
                row.said = clean(one.said)[:_MOST_SAID]
                row.state = "open" if one.said else "settled"
                row.how = "" if one.said else "replayed"
            _tell(session, at)

    def _counted(self, query: Select[Any]) -> Sequence[Count]:
        with self._records.session(ALL, reading=True) as session:
            return [
                Count(key=str(key), entries=n, open=int(open_), readings=int(readings),
                      unstored=int(readings - stored))
                for key, n, open_, readings, stored in session.execute(query)
            ]  # fmt: skip


_OPEN = (QuarantineRow.state == "open", QuarantineRow.reason.not_in(NOTICES))


def _mendable(chosen: Chosen, mends: Sequence[Mending]) -> Chosen:
    if not mends:
        return chosen
    points = () if any(not m.point for m in mends) else tuple(m.point for m in mends)
    return replace(chosen, reasons=tuple(sorted(ROWS)), points=points)


_SUMS = (
    func.count(),
    func.count().filter(QuarantineRow.state != "settled"),
    func.sum(QuarantineRow.readings),
    func.sum(QuarantineRow.stored),
)


def _counting(key: Any) -> Select[Any]:
    return select(key, *_SUMS).group_by(key)


def _of_points(narrowed: Callable[[Any], Any]) -> Select[Any]:
    """Counts by point: an entry counts under each point that it has readings of."""
    point, readings = QuarantinePointRow.point, QuarantinePointRow.readings
    stored = case((QuarantineRow.how == "replayed", readings), else_=0)
    query = (
        select(point, *_SUMS[:2], func.sum(readings), func.sum(stored))
        .join(QuarantineRow, QuarantineRow.key == QuarantinePointRow.key)
        .group_by(point)
        .order_by(func.count().desc(), point)
    )
    found: Select[Any] = narrowed(query)
    return found


def _points(one: Quarantined, key: str) -> list[dict[str, object]]:
    """The points of an entry; of very many the first ones, the payload has all."""
    found = dict(one.points) or ({} if one.point is None else {one.point: one.readings})
    readings: dict[str, int] = {}
    for id_, count in islice(found.items(), _MOST_POINTS):
        word = clean(id_)[:_LONGEST_POINT]
        readings[word] = readings.get(word, 0) + int(count)
    return [{"key": key, "point": p, "readings": n} for p, n in readings.items()]


def _audit(at: int, by: str, action: str, detail: str) -> AuditRow:
    return AuditRow(at=at, actor=by, action=action, detail=clean(detail))


def _tell(session: ScopedSession, at: int) -> None:
    # Of no building: only who sees the whole campus sees the quarantine.
    record_change(session, kind="quarantine", building="", ref="", at=at)


def _held(row: QuarantineRow, more: Sequence[Mending] = ()) -> Held:
    named = row.boot is not None and row.seq is not None
    return Held(
        id=row.id, gateway=row.gateway, topic=row.topic, payload=row.payload, reason=row.reason,
        received=row.received,
        name=BatchName(row.gateway, row.boot or "", row.seq or 0) if named else None,
        mends=(*(mending_of(said) for said in row.mends or ()), *more),
    )  # fmt: skip


def mending_of(said: Mapping[str, Any]) -> Mending:
    """One entry of :attr:`QuarantineRow.mends`, as it is applied."""
    return Mending(
        point=said["point"], to=said["to"], unit=said["unit"], factor=float(said["factor"])
    )


def _row(one: Quarantined) -> dict[str, object]:
    name = one.name
    # A batch refused twice is one entry; what has no name is told apart by its payload.
    identity = f"{name.gateway}|{name.boot}|{name.seq}" if name else ""
    marks = (identity, one.topic, one.reason, one.point or "")
    digest = hashlib.blake2s("\0".join(clean(mark) for mark in marks).encode())
    if name is None:
        digest.update(one.payload)
        digest.update(str(one.received).encode())
    return {
        "key": digest.hexdigest(),
        "gateway": clean(one.gateway),
        "topic": clean(one.topic),
        "payload": bytes(one.payload),
        "reason": clean(one.reason),
        "detail": clean(one.detail),
        "readings": int(one.readings),
        "received": int(one.received),
        "boot": clean(name.boot) if name else None,
        "seq": int(name.seq) if name else None,
        "point": None if one.point is None else clean(one.point),
    }
