"""Who has a log-in, what they may see, and who is on call."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, exists, or_, select

from adapters.records.base import ALL
from adapters.records.factors import FactorMachineRow
from adapters.records.pins import DeskRow
from adapters.records.scoping import ScopedSession
from adapters.records.source import Source
from adapters.records.tables import (
    AuditRow,
    LeaveRow,
    LoginRow,
    PersonRow,
    ScopeRow,
    ShiftRow,
)
from adapters.sites.people import Person as CrewPerson
from adapters.sites.people import Shift
from core.actor import Actor
from core.errors import Misconfigured, Mistake
from core.words import Role, Trade

DAY_MIN = 1440


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with a log-in.

    Attributes:
        buildings: Where they work; None is the whole campus.
        password: Argon2id hash; None cannot log in.
        firm: A contractor, who comes by a link to one order.
    """

    login: str
    name: str
    role: Role
    trades: frozenset[Trade]
    buildings: frozenset[str] | None
    language: str
    mail: str
    phone: str
    active: bool
    password: str | None
    firm: bool = False

    def actor(self) -> Actor:
        """As the one who acts."""
        return Actor(
            login=self.login, name=self.name, role=self.role, buildings=self.buildings,
            language=self.language,
        )  # fmt: skip


class People:
    """The people of the records."""

    def __init__(self, records: Source) -> None:
        self._records = records

    def import_people(
        self, people: Sequence[CrewPerson], shifts: Sequence[Shift], *, by: str = "system"
    ) -> int:
        """Add or change people and replace their shifts; passwords and others stay.

        Whose role or scope changes has to log in anew.

        Raises:
            Misconfigured: A shift is of somebody who is nowhere.
        """
        with self._records.session(ALL) as session:
            for one in people:
                put(session, one)
            _refuse_strangers(session, shifts)
            logins = {one.login for one in people} | {shift.login for shift in shifts}
            session.execute(delete(ShiftRow).where(ShiftRow.login.in_(sorted(logins))))
            session.add_all(
                ShiftRow(
                    login=s.login, trade=s.trade.value, building=s.building, start=s.start,
                    end=s.end, weekdays="".join(str(d) for d in sorted(s.weekdays)),
                    preference=s.order,
                )
                for s in shifts
            )  # fmt: skip
            detail = f"{len(people)} people, {len(shifts)} shifts"
            now = time.time_ns() // 1_000_000
            session.add(AuditRow(at=now, actor=by, action="import_people", detail=detail))
        return len(people)

    def get(self, login: str) -> Person | None:
        """One person; None where nobody active has the log-in."""
        with self._records.session(ALL, reading=True) as session:
            row = session.get(PersonRow, login)
            if row is None or not row.active:
                return None
            return _person(row, _scopes(session, ScopeRow.login == login).get(login, ()))

    def all(self) -> Sequence[Person]:
        """Everybody active, by log-in."""
        query = select(PersonRow).where(PersonRow.active).order_by(PersonRow.login)
        with self._records.session(ALL, reading=True) as session:
            scopes = _scopes(session)
            return [_person(row, scopes.get(row.login, ())) for row in session.scalars(query)]

    def set_password(self, login: str, hashed: str) -> bool:
        """Change a password and end all log-ins of that person; False where there is none."""
        with self._records.session(ALL) as session:
            row = session.get(PersonRow, login)
            if row is None:
                return False
            row.password = hashed
            _end_log_ins(session, login)
            return True

    def set_leave(
        self, login: str, start: int, end: int, note: str = "", *, substitute: str = ""
    ) -> None:
        """Somebody is not called in ``(start, end]``, run clock; a substitute is instead. [ms]"""
        with self._records.session(ALL) as session:
            session.add(
                LeaveRow(login=login, start=start, end=end, note=note, substitute=substitute)
            )

    def on_call(
        self, trade: Trade, building: str, weekday: int, minute: int, *, at: int | None = None
    ) -> Sequence[str]:
        """Log-ins on call, first to be called first; nobody is sent where he may not go.

        Of equal order, who is on call for this building comes before who is for the campus.

        Args:
            trade: What has to be mended.
            building: Where.
            weekday: Of the site, Monday being 1.
            minute: From the site's midnight. [min]
            at: The same moment by the run clock: who is on leave then is passed over, or their
                substitute stands in their place. [ms]
        """
        query = (
            select(ShiftRow)
            .join(PersonRow, PersonRow.login == ShiftRow.login)
            .where(PersonRow.active, ShiftRow.trade == trade.value)
            .where(ShiftRow.building.in_(["", building]))
            .where(or_(PersonRow.whole_campus, _in_scope(building)))
            .order_by(ShiftRow.preference, ShiftRow.building == "", ShiftRow.login)
        )
        with self._records.session(ALL, reading=True) as session:
            rows = session.scalars(query).all()
            away = _away(session, at) if at is not None else {}
            able = _able(session, set(away.values()) - {""}, trade, building) if away else set()
        called = (_stand_in(r.login, away, able) for r in rows if _covers(r, weekday, minute))
        return list(dict.fromkeys(login for login in called if login))

    def on_leave(self, login: str, at: int) -> bool:
        """Whether somebody is on leave at a time. [ms]"""
        with self._records.session(ALL, reading=True) as session:
            return login in _away(session, at)

    def supervisors(self, building: str) -> Sequence[str]:
        """Who leads in a building."""
        return [
            p.login for p in self.all()
            if p.role is Role.SUPERVISOR and (p.buildings is None or building in p.buildings)
        ]  # fmt: skip


def _covers(shift: ShiftRow, weekday: int, minute: int) -> bool:
    """Whether a shift holds now; one that ends on the next day began yesterday."""
    if shift.start < shift.end:
        return str(weekday) in shift.weekdays and shift.start <= minute < shift.end
    yesterday = (weekday - 2) % 7 + 1
    begun = str(weekday) in shift.weekdays and minute >= shift.start
    return begun or (str(yesterday) in shift.weekdays and minute < shift.end)


def put(session: ScopedSession, one: CrewPerson) -> None:
    """Adds or changes somebody; other rights end their log-ins."""
    row = session.get(PersonRow, one.login)
    rights = (one.role.value, one.buildings)
    if row is None:
        row = PersonRow(login=one.login)
        session.add(row)
    elif rights != _rights(session, row):
        _end_log_ins(session, one.login)
    row.name, row.role, row.language = one.name, one.role.value, one.language
    row.mail, row.phone, row.active = one.mail, one.phone, True
    row.trades = "".join(sorted(t.value for t in one.trades))
    row.whole_campus = one.buildings is None
    session.flush()
    session.execute(delete(ScopeRow).where(ScopeRow.login == one.login))
    session.add_all(ScopeRow(login=one.login, building=b) for b in sorted(one.buildings or ()))


def _rights(session: ScopedSession, row: PersonRow) -> tuple[str, frozenset[str] | None]:
    scope = _scopes(session, ScopeRow.login == row.login).get(row.login, ())
    return row.role, None if row.whole_campus else frozenset(scope)


def _refuse_strangers(session: ScopedSession, shifts: Sequence[Shift]) -> None:
    session.flush()
    known = set(session.scalars(select(PersonRow.login)))
    strangers = sorted({shift.login for shift in shifts} - known)
    if strangers:
        raise Misconfigured(
            [Mistake(file="", line=0, what=f"a shift of '{login}', who is nowhere",
                     expected="somebody who is imported too") for login in strangers]
        )  # fmt: skip


def _in_scope(building: str) -> ColumnElement[bool]:
    return exists().where(ScopeRow.login == ShiftRow.login, ScopeRow.building == building)


def _away(session: ScopedSession, at: int) -> dict[str, str]:
    """Who is on leave at a time, and who stands in for them; empty where nobody does."""
    query = select(LeaveRow).where(LeaveRow.start < at, LeaveRow.end >= at)
    found: dict[str, str] = {}
    for row in session.scalars(query.order_by(LeaveRow.id)):
        found[row.login] = row.substitute or found.get(row.login, "")
    return found


def _able(session: ScopedSession, logins: Collection[str], trade: Trade, building: str) -> set[str]:
    """Which of some people have a trade, or lead, and may go to a building."""
    scopes = _scopes(session, ScopeRow.login.in_(sorted(logins)))
    rows = session.scalars(
        select(PersonRow).where(PersonRow.active, PersonRow.login.in_(sorted(logins)))
    )
    return {
        row.login for row in rows
        if (trade.value in row.trades or row.role == Role.SUPERVISOR)
        and (row.whole_campus or building in scopes.get(row.login, ()))
    }  # fmt: skip


def _stand_in(login: str, away: Mapping[str, str], able: Collection[str]) -> str:
    """Who is called for somebody: themselves, or the first substitute who is there."""
    seen: set[str] = set()
    while login in away and login not in seen:
        seen.add(login)
        login = away[login]
    return login if not seen or (login in able and login not in away) else ""


def _scopes(
    session: ScopedSession, *conditions: ColumnElement[bool]
) -> Mapping[str, Sequence[str]]:
    scopes: dict[str, list[str]] = {}
    query = select(ScopeRow.login, ScopeRow.building).where(*conditions)
    for login, building in session.execute(query):
        scopes.setdefault(login, []).append(building)
    return scopes


def _person(row: PersonRow, scope: Iterable[str]) -> Person:
    return Person(
        login=row.login, name=row.name, role=Role(row.role),
        trades=frozenset(Trade(t) for t in row.trades),
        buildings=None if row.whole_campus else frozenset(scope),
        language=row.language, mail=row.mail, phone=row.phone, active=row.active,
        password=row.password, firm=row.firm,
    )  # fmt: skip


def _end_log_ins(session: ScopedSession, login: str) -> None:
    """Everywhere; where a PIN or a machine stood for one, password and factor are asked again."""
    for table in (LoginRow, DeskRow, FactorMachineRow):
        session.execute(delete(table).where(table.login == login))
