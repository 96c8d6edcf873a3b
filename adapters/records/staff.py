"""What changes of people while the system runs: rosters, leave, licences, who comes and goes.

Every change is written down with who made it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import delete, or_, select

from adapters.records.base import ALL
from adapters.records.crew import LicenceRow
from adapters.records.factors import FACTORS
from adapters.records.people import put
from adapters.records.pins import DeskRow, PinRow
from adapters.records.scoping import ScopedSession
from adapters.records.source import Source
from adapters.records.tables import (
    AuditRow,
    KeyRow,
    LeaveRow,
    LoginRow,
    PersonRow,
    ShiftRow,
)
from adapters.sites.licences import HeldLicence
from adapters.sites.people import Person, Shift
from core.words import Licence, Trade

OfPerson = TypeVar("OfPerson", LeaveRow, LicenceRow, ShiftRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownShift:
    """A line of the roster with the number by which it is changed."""

    id: int
    shift: Shift


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """Time in which somebody is away, run clock. [ms]"""

    id: int
    login: str
    start: int
    end: int
    note: str
    substitute: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Licensed:
    """A licence of somebody, valid in ``(start, end]``. [ms]"""

    id: int
    login: str
    kind: Licence
    number: str
    start: int
    end: int


class Staff:
    """Rosters, leave and licences of the records."""

    def __init__(self, records: Source) -> None:
        self._records = records

    def keep(self, person: Person, *, firm: bool, by: str, at: int) -> None:
        """Adds somebody, takes them back, or changes what is known of them."""
        with self._records.session(ALL) as session:
            put(session, person)
            row = session.get_one(PersonRow, person.login)
            row.firm = firm
            _audit(session, by, at, "person.keep", f"{person.login}: {person.role.value}")

    def dismiss(self, login: str, *, by: str, at: int) -> bool:
        """Somebody has left: log-ins, keys and shifts end, what they did stays theirs."""
        with self._records.session(ALL) as session:
            row = session.get(PersonRow, login)
            if row is None or not row.active:
                return False
            row.active, row.password = False, None
            for table in (LoginRow, KeyRow, ShiftRow, PinRow, DeskRow, *FACTORS):
                session.execute(delete(table).where(table.login == login))
            _audit(session, by, at, "person.dismiss", login)
            return True

    def twin_of(self, login: str, *, mail: str, phone: str) -> str | None:
        """Somebody else who is reached by the same mail or telephone: one person, one log-in."""
        ways = [PersonRow.mail == mail] if mail else []
        ways += [PersonRow.phone == phone] if phone else []
        if not ways:
            return None
        query = select(PersonRow.login).where(
            PersonRow.active, PersonRow.login != login, or_(*ways)
        )
        with self._records.session(ALL, reading=True) as session:
            return session.scalars(query.order_by(PersonRow.login)).first()

    def ever(self, login: str) -> bool:
        """Whether a log-in was ever given out, to somebody who left too."""
        with self._records.session(ALL, reading=True) as session:
            return session.get(PersonRow, login) is not None

    def shifts(self, login: str | None = None) -> Sequence[KnownShift]:
        """The roster, of everybody or of one."""
        query = select(ShiftRow).order_by(ShiftRow.trade, ShiftRow.preference, ShiftRow.login)
        if login is not None:
            query = query.where(ShiftRow.login == login)
        with self._records.session(ALL, reading=True) as session:
            return [KnownShift(id=row.id, shift=_shift(row)) for row in session.scalars(query)]

    def add_shift(self, shift: Shift, *, by: str, at: int) -> int:
        """A line more; its number."""
        row = ShiftRow(
            login=shift.login, trade=shift.trade.value, building=shift.building, start=shift.start,
            end=shift.end, weekdays="".join(map(str, sorted(shift.weekdays))),
            preference=shift.order,
        )  # fmt: skip
        return self._add(row, by, at, "shift.add", f"{shift.login}: {shift.trade.value}")

    def leaves(self, login: str | None = None, *, since: int = 0) -> Sequence[Leave]:
        """Leave that has not ended before a time, the next first. [ms]"""
        query = select(LeaveRow).where(LeaveRow.end >= since).order_by(LeaveRow.start, LeaveRow.id)
        if login is not None:
            query = query.where(LeaveRow.login == login)
        with self._records.session(ALL, reading=True) as session:
            return [
                Leave(id=row.id, login=row.login, start=row.start, end=row.end, note=row.note,
                      substitute=row.substitute)
                for row in session.scalars(query)
            ]  # fmt: skip

    def add_leave(
        self, login: str, start: int, end: int, *, substitute: str, note: str, by: str, at: int
    ) -> int:
        """Somebody is away in ``(start, end]``; its number."""
        row = LeaveRow(login=login, start=start, end=end, note=note, substitute=substitute)
        said = f"{login}: {start} to {end}, {substitute or 'nobody'} stands in"
        return self._add(row, by, at, "leave.add", said)

    def licences(self, login: str | None = None) -> Sequence[Licensed]:
        """Licences, of everybody or of one; what ends first comes first."""
        query = select(LicenceRow).order_by(LicenceRow.valid_until, LicenceRow.id)
        if login is not None:
            query = query.where(LicenceRow.login == login)
        with self._records.session(ALL, reading=True) as session:
            return [
                Licensed(id=row.id, login=row.login, kind=Licence(row.kind), number=row.number,
                         start=row.valid_from, end=row.valid_until)
                for row in session.scalars(query)
            ]  # fmt: skip

    def add_licence(
        self, login: str, kind: Licence, number: str, start: int, end: int, *, by: str, at: int
    ) -> int:
        """Somebody holds a licence in ``(start, end]``; its number here."""
        row = LicenceRow(
            login=login, kind=kind.value, number=number, valid_from=start, valid_until=end
        )
        return self._add(row, by, at, "licence.add", f"{login}: {kind.value} until {end}")

    def replace_licences(self, held: Iterable[HeldLicence]) -> None:
        """What a site's file says of the licences of those who are named in it."""
        rows = list(held)
        with self._records.session(ALL) as session:
            logins = sorted({one.login for one in rows})
            session.execute(delete(LicenceRow).where(LicenceRow.login.in_(logins)))
            session.add_all(
                LicenceRow(login=one.login, kind=one.kind.value, number=one.number,
                           valid_from=one.start, valid_until=one.end)
                for one in rows
            )  # fmt: skip

    def held(self, login: str, at: int) -> frozenset[Licence]:
        """Licences that somebody holds at a time. [ms]"""
        return frozenset(x.kind for x in self.licences(login) if x.start < at <= x.end)

    def drop(self, what: str, id_: int, *, login: str, by: str, at: int) -> bool:
        """Takes a ``shift``, ``leave`` or ``licence`` of somebody away; whether it was there."""
        table = _TABLES[what]
        with self._records.session(ALL) as session:
            row = session.get(table, id_)
            if row is None or row.login != login:
                return False
            session.delete(row)
            _audit(session, by, at, f"{what}.drop", f"{login}: {id_}")
            return True

    def _add(self, row: OfPerson, by: str, at: int, action: str, detail: str) -> int:
        with self._records.session(ALL) as session:
            session.add(row)
            _audit(session, by, at, action, detail)
            session.flush()
            return row.id


_TABLES: Mapping[str, type[Any]] = {"shift": ShiftRow, "leave": LeaveRow, "licence": LicenceRow}


def _shift(row: ShiftRow) -> Shift:
    return Shift(
        login=row.login, trade=Trade(row.trade), building=row.building, start=row.start,
        end=row.end, weekdays=frozenset(int(day) for day in row.weekdays), order=row.preference,
    )  # fmt: skip


def _audit(session: ScopedSession, by: str, at: int, action: str, detail: str) -> None:
    session.add(AuditRow(at=at, actor=by, action=action, detail=detail))
