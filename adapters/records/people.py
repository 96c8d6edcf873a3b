"""Who has a log-in, what they may see, and who is on call."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import delete, select

from adapters.records.base import ALL
from adapters.records.scoping import ScopedSession
from adapters.records.source import Source
from adapters.records.tables import AuditRow, LoginRow, PersonRow, ScopeRow, ShiftRow
from core.actor import Actor
from core.words import Role, Trade

DAY_MIN = 1440


class PersonIn(Protocol):
    """A person as a crew file says (:class:`adapters.sites.Person`)."""

    login: str
    name: str
    role: Role
    trades: tuple[Trade, ...]
    buildings: frozenset[str] | None
    language: str
    mail: str
    phone: str


class ShiftIn(Protocol):
    """A shift as a roster file says (:class:`adapters.sites.Shift`)."""

    login: str
    trade: Trade
    building: str
    start: int
    end: int
    weekdays: frozenset[int]
    order: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with a log-in.

    Attributes:
        buildings: Where they work; None is the whole campus.
        password: Argon2id hash; None cannot log in.
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
        self, people: Sequence[PersonIn], shifts: Sequence[ShiftIn], *, by: str = "system"
    ) -> int:
        """Add or change people and replace their shifts; passwords and others stay."""
        with self._records.session(ALL) as session:
            for one in people:
                row = session.get(PersonRow, one.login)
                if row is None:
                    row = PersonRow(login=one.login)
                    session.add(row)
                row.name, row.role, row.language = one.name, one.role.value, one.language
                row.mail, row.phone, row.active = one.mail, one.phone, True
                row.trades = "".join(sorted(t.value for t in one.trades))
                row.whole_campus = one.buildings is None
                session.flush()
                session.execute(delete(ScopeRow).where(ScopeRow.login == one.login))
                session.add_all(
                    ScopeRow(login=one.login, building=b) for b in sorted(one.buildings or ())
                )
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
            session.add(AuditRow(at=0, actor=by, action="import_people", detail=f"{len(people)}"))
        return len(people)

    def get(self, login: str) -> Person | None:
        """One person; None where nobody active has the log-in."""
        with self._records.session(ALL, reading=True) as session:
            row = session.get(PersonRow, login)
            return _person(session, row) if row is not None and row.active else None

    def all(self) -> Sequence[Person]:
        """Everybody active, by log-in."""
        query = select(PersonRow).where(PersonRow.active).order_by(PersonRow.login)
        with self._records.session(ALL, reading=True) as session:
            return [_person(session, row) for row in session.scalars(query)]

    def set_password(self, login: str, hashed: str) -> bool:
        """Change a password and end all log-ins of that person; False where there is none."""
        with self._records.session(ALL) as session:
            row = session.get(PersonRow, login)
            if row is None:
                return False
            row.password = hashed
            session.execute(delete(LoginRow).where(LoginRow.login == login))
            return True

    def on_call(self, trade: Trade, building: str, weekday: int, minute: int) -> Sequence[str]:
        """Log-ins on call, first to be called first.

        Args:
            trade: What has to be mended.
            building: Where.
            weekday: Of the site, Monday being 1.
            minute: From the site's midnight. [min]
        """
        query = (
            select(ShiftRow)
            .join(PersonRow, PersonRow.login == ShiftRow.login)
            .where(PersonRow.active, ShiftRow.trade == trade.value)
            .where(ShiftRow.building.in_(["", building]))
            .order_by(ShiftRow.preference, ShiftRow.login)
        )
        with self._records.session(ALL, reading=True) as session:
            rows = session.scalars(query).all()
        return list(dict.fromkeys(r.login for r in rows if _covers(r, weekday, minute)))

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


def _person(session: ScopedSession, row: PersonRow) -> Person:
    buildings: Iterable[str] = ()
    if not row.whole_campus:
        buildings = session.scalars(
            select(ScopeRow.building).where(ScopeRow.login == row.login)
        ).all()
    return Person(
        login=row.login, name=row.name, role=Role(row.role),
        trades=frozenset(Trade(t) for t in row.trades),
        buildings=None if row.whole_campus else frozenset(buildings),
        language=row.language, mail=row.mail, phone=row.phone, active=row.active,
        password=row.password,
    )  # fmt: skip
