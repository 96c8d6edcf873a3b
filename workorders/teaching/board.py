"""The use cases of teaching: what is proposed and holds, and saying yes, no or enough."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from adapters.records.base import ALL, scope_of
from adapters.records.mutes import Mute, MuteKind
from adapters.records.tables import AuditRow
from adapters.records.teaching import LessonStepRow
from core.actor import SYSTEM, Actor
from core.clock import DAY_MS, Clock
from core.words import Role, Text
from workorders.muting.board import MOST_MS
from workorders.office import Sessions
from workorders.people import PersonOf
from workorders.refusals import OrderRefused, forbidden, invalid
from workorders.teaching import advice, judged, lessons, precision
from workorders.teaching.lessons import Lesson, Standing
from workorders.teaching.precision import WINDOW_MS, Precision
from workorders.teaching.proposing import Kind

TEACHERS = frozenset({Role.ENGINEER, Role.ADMIN})
"""Who may decide; everybody sees what was."""

LONGEST_MS: Mapping[Kind, int] = {
    Kind.LIMIT: 180 * DAY_MS,
    Kind.CALENDAR: 180 * DAY_MS,
    Kind.MUTE: MOST_MS[MuteKind.SHELVED],
}
"""How long each may hold: half a year shows the plant in another season; a mute ends like a
shelf. Nothing is taught for ever."""

SHOWN_MS = 180 * DAY_MS
"""How long what is over or was refused stays listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLine:
    """A rule and how often it was right.

    Attributes:
        standing: ``order``, ``demoted`` or ``kept`` (severity 1, an engineer was told).
        since: Since when, where it is not an ordinary one. [ms]
        assets: The same by target, the worst first.
    """

    rule: str
    counts: Precision
    standing: str
    since: int | None
    assets: tuple[tuple[str, Precision], ...]


@dataclass(frozen=True, kw_only=True)
class LessonBoard:
    """Rules, proposals and what holds, as an actor may see and decide them."""

    sessions: Sessions
    people: PersonOf
    clock: Clock

    def rules(self, actor: Actor) -> list[RuleLine]:
        """Rules with an order that ended in 90 days, or with a word on them; the worst first."""
        now = self.clock.now()
        with self.sessions.session(scope_of(actor.buildings), reading=True) as session:
            cases = judged.read(session, now - WINDOW_MS, now)
            said = advice.standing(session)
            found = precision.by_rule(cases, advice.restored_at(session))
        lines = []
        for rule in sorted(
            {
                *(case.rule for case in cases),
                *(r for r, row in said.items() if row.what != "restored"),
            }
        ):
            mine = [case for case in cases if case.rule == rule]
            by_target = {case.target: precision.counted(
                [c for c in mine if c.target == case.target]) for case in mine}  # fmt: skip
            row = said.get(rule)
            word = row.what if row is not None and row.what != advice.RESTORED else "order"
            lines.append(
                RuleLine(
                    rule=rule, counts=found.get(rule, Precision()), standing=word,
                    since=row.at if row is not None and word != "order" else None,
                    assets=tuple(sorted(by_target.items(), key=_worst)),
                )
            )  # fmt: skip
        return sorted(
            lines, key=lambda line: (line.standing == "order", *_worst((line.rule, line.counts)))
        )

    def lessons(self, actor: Actor) -> list[Lesson]:
        """Proposals in scope: those that wait, then those that hold, then the last half year's."""
        now = self.clock.now()
        with self.sessions.session(scope_of(actor.buildings), reading=True) as session:
            rows = lessons.all_of(session, now)
        order = list(Standing)
        kept = [
            row for row in rows
            if row.standing in {Standing.WAITING, Standing.HOLDS}
            or (row.until or row.decided_at or now) >= now - SHOWN_MS
        ]  # fmt: skip
        return sorted(kept, key=lambda row: (order.index(row.standing), -row.id))

    def marks(self, actor: Actor) -> tuple[frozenset[tuple[str, str]], frozenset[str]]:
        """Rules and targets that something taught holds for now, and rules that only advise."""
        now = self.clock.now()
        with self.sessions.session(scope_of(actor.buildings), reading=True) as session:
            held = [row for row in lessons.all_of(session, now) if row.standing is Standing.HOLDS]
            said = advice.standing(session)
        return (
            frozenset((row.rule, row.target) for row in held),
            frozenset(rule for rule, row in said.items() if row.what == advice.DEMOTED),
        )

    def may(self, actor: Actor, lesson: Lesson) -> bool:
        """Whether somebody may decide a proposal: an engineer who had no hand in its orders."""
        return actor.role in TEACHERS and actor.login not in lesson.people

    def accept(self, actor: Actor, id_: int, *, reason: str, until: int, owner: str = "") -> None:
        """It holds from now on, until it ends by itself.

        Raises:
            Refused: ``forbidden`` by role, and to who closed its orders; ``absent``; ``conflict``
                where it was decided; ``invalid`` without a reason, an end or an owner.
        """
        now = self.clock.now()
        with self._deciding(actor, id_, reason) as (session, lesson):
            days = LONGEST_MS[lesson.kind] // DAY_MS
            if not now < until <= now + LONGEST_MS[lesson.kind]:
                raise invalid(
                    Text("It ends within {days} days; nothing is taught for ever.",
                         {"days": days}), "until"
                )  # fmt: skip
            who = owner or actor.login
            if self.people.person(who) is None:
                raise invalid(Text("Nobody here has the log-in {login}.", {"login": who}), "owner")
            mute = self._mute(session, actor, lesson, reason, until, who)
            session.add(
                LessonStepRow(
                    lesson_id=id_, building=lesson.building, seq=1, what="accepted", at=now,
                    by=actor.login, reason=reason.strip()[:500], owner=who, until=until, mute=mute,
                )
            )  # fmt: skip
            _audit(session, now, actor, "lesson.accept", lesson, reason)

    def refuse(self, actor: Actor, id_: int, *, reason: str) -> None:
        """Nothing changes; it is proposed again only when as many new false alarms say so."""
        with self._deciding(actor, id_, reason) as (session, lesson):
            self._said(session, actor, lesson, 1, "refused", reason)
            _audit(session, self.clock.now(), actor, "lesson.refuse", lesson, reason)

    def end(self, actor: Actor, id_: int, *, reason: str) -> None:
        """Ends one that holds before its time.

        Raises:
            Refused: ``forbidden``, ``absent``, ``conflict``, ``invalid``.
        """
        with self._session(actor, id_, reason) as (session, lesson):
            if lesson.standing is not Standing.HOLDS:
                raise OrderRefused(Text("This is over already."), code="conflict")
            mute = session.get(Mute, lesson.mute) if lesson.mute is not None else None
            if mute is not None:
                mute.ended_at, mute.ended_by = self.clock.now(), actor.login
            self._said(session, actor, lesson, 2, "ended", reason)
            _audit(session, self.clock.now(), actor, "lesson.end", lesson, reason)

    def restore(self, actor: Actor, rule: str, *, reason: str) -> None:
        """A rule's findings are orders again; what opened before is not held against it.

        Raises:
            Refused: ``forbidden`` by role or to who does not see the whole campus; ``absent``
                where nothing was said of the rule; ``invalid`` without a reason.
        """
        if actor.role not in TEACHERS or actor.login == SYSTEM.login or actor.buildings is not None:
            raise forbidden()
        if not reason.strip():
            raise invalid(Text("Say why."), "reason")
        with self.sessions.session(ALL) as session:
            row = advice.standing(session).get(rule)
            if row is None or row.what == advice.RESTORED:
                raise OrderRefused(Text("This rule is an ordinary one already."), code="absent")
            advice.say(session, rule, advice.RESTORED, self.clock.now(), actor.login, reason)

    @contextmanager
    def _session(self, actor: Actor, id_: int, reason: str) -> Iterator[tuple[Session, Lesson]]:
        if actor.role not in TEACHERS or actor.login == SYSTEM.login:
            raise forbidden()
        if not reason.strip():
            raise invalid(Text("Say why."), "reason")
        try:
            with self.sessions.session(scope_of(actor.buildings)) as session:
                rows = lessons.all_of(session, self.clock.now())
                lesson = next((row for row in rows if row.id == id_), None)
                if lesson is None:
                    raise OrderRefused(Text("There is no such proposal."), code="absent")
                yield session, lesson
        except IntegrityError as error:  # somebody else said so at the same moment
            raise _decided() from error

    @contextmanager
    def _deciding(self, actor: Actor, id_: int, reason: str) -> Iterator[tuple[Session, Lesson]]:
        with self._session(actor, id_, reason) as (session, lesson):
            if not self.may(actor, lesson):
                raise OrderRefused(
                    Text("Who closed one of its orders does not decide this; ask another one."),
                    code="forbidden",
                )
            if lesson.standing is not Standing.WAITING:
                raise _decided()
            yield session, lesson
            session.flush()

    def _said(
        self, session: Session, actor: Actor, lesson: Lesson, seq: int, what: str, reason: str
    ) -> None:
        session.add(
            LessonStepRow(
                lesson_id=lesson.id, building=lesson.building, seq=seq, what=what,
                at=self.clock.now(), by=actor.login, reason=reason.strip()[:500], owner="",
                until=None, mute=None,
            )
        )  # fmt: skip

    def _mute(
        self, session: Session, actor: Actor, lesson: Lesson, reason: str, until: int, owner: str
    ) -> int | None:
        """The mute that an accepted one is; None of another kind."""
        if lesson.kind is not Kind.MUTE:
            return None
        row = Mute(
            building=lesson.building, kind=MuteKind.SHELVED, scope=lesson.target, family="",
            rule=lesson.rule, owner=owner, reason=reason.strip()[:500], start=self.clock.now(),
            until=until, made_at=self.clock.now(), made_by=actor.login, settled=False,
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row.id


def _worst(line: tuple[str, Precision]) -> tuple[float, int, str]:
    share = line[1].share
    return (2.0 if share is None else share, -line[1].judged, line[0])


def _decided() -> OrderRefused:
    return OrderRefused(Text("This was decided already; look at it again."), code="conflict")


def _audit(
    session: Session, at: int, actor: Actor, action: str, lesson: Lesson, reason: str
) -> None:
    words = f"{lesson.id} {lesson.kind} {lesson.rule} {lesson.target}: {reason.strip()[:500]}"
    session.add(AuditRow(at=at, actor=actor.login, action=action, detail=words))
