"""Who may see and change people, rosters, leave and licences; every change checked first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from adapters.records.people import Person
from adapters.records.staff import KnownShift, Leave, Licensed
from adapters.sites.keys import LOGIN_PATTERN
from adapters.sites.people import LANGUAGES, Shift
from adapters.sites.people import Person as Written
from api.refusals import Told
from api.services import Services
from core.actor import Actor
from core.clock import DAY_MS
from core.errors import Refused
from core.words import Licence, Role, Text, Trade

EDITORS = frozenset({Role.SUPERVISOR, Role.ADMIN})
READERS = frozenset({Role.TECHNICIAN, Role.SUPERVISOR, Role.ENGINEER, Role.ADMIN})
ROLE_WORDS = {role: role.value for role in Role}
LICENCE_WORDS = {
    Licence.ELECTRICIAN: "electrician's licence",
    Licence.GAS: "gas licence",
    Licence.HEIGHT: "licence for work at height",
    Licence.REFRIGERANT: "licence for refrigerants",
}
TRADE_WORDS = {
    Trade.ELECTRICIAN: "electrician", Trade.PLUMBER: "plumber",
    Trade.HVAC: "ventilation and cooling", Trade.HEATING: "heating engineer",
    Trade.INSTRUMENT: "instrument technician", Trade.OPERATOR: "operator's desk",
}  # fmt: skip
WORDS = (*ROLE_WORDS.values(), *LICENCE_WORDS.values(), *TRADE_WORDS.values())
"""What is said through a variable, for the catalogue."""

LONGEST_LEAVE_MS = 400 * DAY_MS
LONGEST_LICENCE_MS = 20 * 366 * DAY_MS
_DAY_MIN = 1440


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What is said of somebody."""

    name: str
    role: Role
    trades: tuple[Trade, ...] = ()
    buildings: tuple[str, ...] = ()
    language: str = "en"
    mail: str = ""
    phone: str = ""
    firm: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """Somebody with everything that changes of them.

    Attributes:
        away: On leave now.
    """

    person: Person
    shifts: Sequence[KnownShift] = field(default=())
    leaves: Sequence[Leave] = field(default=())
    licences: Sequence[Licensed] = field(default=())
    away: bool = False
    may_change: bool = False


def everybody(given: Services, actor: Actor) -> list[Whole]:
    """All who work where an actor may look; who works everywhere is seen by all.

    Raises:
        Refused: ``forbidden`` to viewers.
    """
    _reader(actor)
    staff, now = given.records.staff, given.clock.now()
    shifts, leaves, licences = staff.shifts(), staff.leaves(since=now), staff.licences()
    return [
        Whole(
            person=person,
            shifts=[x for x in shifts if x.shift.login == person.login],
            leaves=[x for x in leaves if x.login == person.login],
            licences=[x for x in licences if x.login == person.login],
            away=any(x.login == person.login and x.start < now <= x.end for x in leaves),
            may_change=may_change(actor, person),
        )
        for person in given.records.people.all()
        if _seen(actor, person)
    ]


def one(given: Services, actor: Actor, login: str) -> Whole:
    """Somebody in scope.

    Raises:
        Refused: ``forbidden`` to viewers, ``absent``.
    """
    _reader(actor)
    person = given.records.people.get(login)
    if person is None or not _seen(actor, person):
        raise Refused("There is nobody of that name here.", code="absent")
    staff, now = given.records.staff, given.clock.now()
    leaves = staff.leaves(login, since=now)
    return Whole(
        person=person, shifts=staff.shifts(login), leaves=leaves, licences=staff.licences(login),
        away=any(x.start < now <= x.end for x in leaves), may_change=may_change(actor, person),
    )  # fmt: skip


def may_change(actor: Actor, person: Person) -> bool:
    """An admin changes everybody in scope, a supervisor the technicians."""
    within = actor.buildings is None or (
        person.buildings is not None and person.buildings <= actor.buildings
    )
    if actor.role is Role.ADMIN:
        return within
    return actor.role is Role.SUPERVISOR and person.role is Role.TECHNICIAN and within


def take_in(given: Services, actor: Actor, login: str, said: Said) -> Person:
    """Somebody new, or who comes back; never over somebody who is here.

    Raises:
        Refused: ``conflict`` where the log-in is somebody's; as :func:`keep`.
    """
    if given.records.people.get(login) is not None:
        raise Refused("Somebody has this log-in already.", code="conflict")
    return keep(given, actor, login, said)


def keep(given: Services, actor: Actor, login: str, said: Said) -> Person:
    """Takes somebody in, or changes what is known of them; only an admin does.

    Raises:
        Refused: ``forbidden``; ``invalid``; ``conflict`` where another log-in has that mail or
            telephone: one person, one log-in.
    """
    if actor.role is not Role.ADMIN:
        raise Refused("Only an admin takes people in or changes their rights.", code="forbidden")
    _check(given, login, said)
    scope = frozenset(said.buildings) or None
    known = given.records.people.get(login)
    theirs = actor.buildings is None or (scope is not None and scope <= actor.buildings)
    if not theirs or (known is not None and not may_change(actor, known)):
        raise Refused("This lies outside the buildings that you lead.", code="forbidden")
    if login == actor.login and said.role is not actor.role:
        raise Refused("Nobody changes their own role.", code="forbidden")
    twin = given.records.staff.twin_of(login, mail=said.mail, phone=said.phone)
    if twin is not None:
        raise Told(Text("{login} has this mail or telephone already: one person, one log-in.",
                        {"login": twin}), code="conflict")  # fmt: skip
    given.records.staff.keep(
        Written(
            login=login, name=said.name.strip(), role=said.role, trades=said.trades,
            buildings=scope, language=said.language, mail=said.mail, phone=said.phone,
        ),
        firm=said.firm, by=actor.login, at=given.clock.now(),
    )  # fmt: skip
    return one(given, actor, login).person


def dismiss(given: Services, actor: Actor, login: str) -> None:
    """Somebody has left: they are out at once, and their orders go on with the next step.

    Raises:
        Refused: ``forbidden``; ``absent``.
    """
    person = one(given, actor, login).person
    if actor.role is not Role.ADMIN or not may_change(actor, person) or login == actor.login:
        raise Refused("Only an admin lets somebody go, and nobody themselves.", code="forbidden")
    given.records.staff.dismiss(login, by=actor.login, at=given.clock.now())


def add_shift(given: Services, actor: Actor, shift: Shift) -> int:
    """A line more in somebody's roster.

    Raises:
        Refused: ``forbidden``; ``invalid`` for a trade or place that is not theirs.
    """
    person = _changeable(given, actor, shift.login)
    if person.firm:
        raise Refused("A contractor is never on call; give them single orders.")
    if person.role is Role.TECHNICIAN and shift.trade not in person.trades:
        raise Refused("They are on call only for what they can mend.")
    known = not shift.building or shift.building in given.site.buildings
    allowed = person.buildings is None or shift.building in person.buildings
    if not known or not allowed:
        raise Refused("They are on call only where they may go.")
    times = 0 <= shift.start < _DAY_MIN and 0 <= shift.end <= _DAY_MIN
    if not times or not shift.weekdays or not shift.weekdays <= frozenset(range(1, 8)):
        raise Refused("A shift has hours of a day, and days of the week from 1 to 7.")
    return given.records.staff.add_shift(shift, by=actor.login, at=given.clock.now())


def add_leave(
    given: Services, actor: Actor, login: str, start: int, end: int, *, substitute: str, note: str
) -> int:
    """Somebody is away, and somebody else is called in their place. [ms]

    Raises:
        Refused: ``forbidden``; ``invalid`` for times or a substitute that cannot be.
    """
    person = _changeable(given, actor, login, own=True)
    if not start < end <= start + LONGEST_LEAVE_MS:
        raise Refused("Leave ends after it begins, within 400 days.")
    if substitute:
        other = given.records.people.get(substitute)
        if other is None or other.login == login or other.firm:
            raise Refused("Choose somebody else who works here.")
        if not other.trades & person.trades and other.role is not Role.SUPERVISOR:
            raise Refused("Who stands in for them has one of their trades, or leads.")
    return given.records.staff.add_leave(
        login, start, end, substitute=substitute, note=note[:1000], by=actor.login,
        at=given.clock.now(),
    )  # fmt: skip


def add_licence(
    given: Services, actor: Actor, login: str, kind: Licence, number: str, start: int, end: int
) -> int:
    """Somebody holds a licence in ``(start, end]``; nobody enters their own. [ms]

    Raises:
        Refused: ``forbidden``; ``invalid``.
    """
    _changeable(given, actor, login)
    if login == actor.login:
        raise Refused("Nobody enters their own licence.", code="forbidden")
    if not start < end <= start + LONGEST_LICENCE_MS:
        raise Refused("A licence ends after it begins, within 20 years.")
    return given.records.staff.add_licence(
        login, kind, number.strip()[:80], start, end, by=actor.login, at=given.clock.now()
    )


def drop(given: Services, actor: Actor, login: str, what: str, id_: int) -> None:
    """Takes a ``shift``, ``leave`` or ``licence`` of somebody away.

    Raises:
        Refused: ``forbidden``; ``absent``.
    """
    _changeable(given, actor, login, own=what == "leave")
    now = given.clock.now()
    if not given.records.staff.drop(what, id_, login=login, by=actor.login, at=now):
        raise Refused("There is no such line.", code="absent")


def _changeable(given: Services, actor: Actor, login: str, *, own: bool = False) -> Person:
    found = one(given, actor, login)
    if not found.may_change and not (own and login == actor.login):
        raise Refused("This person is not yours to roster.", code="forbidden")
    return found.person


def _reader(actor: Actor) -> None:
    if actor.role not in READERS:
        raise Refused("your role may not see this", code="forbidden")


def _seen(actor: Actor, person: Person) -> bool:
    if actor.buildings is None or person.buildings is None:
        return True
    return bool(actor.buildings & person.buildings)


def _check(given: Services, login: str, said: Said) -> None:
    if not re.fullmatch(LOGIN_PATTERN, login) or len(login) > 60 or login == "system":  # noqa: PLR2004 - the column's
        raise Refused("A log-in is small letters and digits, such as chen.jing.")
    if not said.name.strip() or len(said.name) > 120:  # noqa: PLR2004 - the column's
        raise Refused("Nobody is without a name.")
    if said.role is Role.TECHNICIAN and not said.trades:
        raise Refused("A technician has a trade.")
    if said.firm and said.role is not Role.TECHNICIAN:
        raise Refused("A contractor works as a technician.")
    if any(building not in given.site.buildings for building in said.buildings):
        raise Refused("There is no such building.")
    if said.language not in LANGUAGES:
        raise Refused("This language is not spoken here.")
    if said.mail and not re.fullmatch(r"[^@\s]+@[^@\s]+", said.mail):
        raise Refused("This is no mail address.")
