"""The simulated crew: named people who accept, drive, repair, and sometimes botch it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from core.clock import MINUTE_MS
from core.errors import Refused
from core.words import OrderState
from simulators.truth import Effect

_URGENT = 2
"""Priorities up to this one are answered day and night (crews.md)."""

REPAIRED = "repaired"
NOTHING_FOUND = "looked at everything, found nothing wrong"
"""What a visit notes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    """What the crew sees of a work order.

    Attributes:
        id: Of the order.
        rule: That found it; empty where none did.
        target: Id of the equipment or point that was judged.
        asset: Id of the equipment to go to.
        state: Now.
        assignee: Log-in of the person whose it is; None while it is nobody's.
        attempt: 1 at first, one more with every refusal.
        assigned_at: When it last came to that person, UTC. [ms]
        priority: 1 to 4; for 1 and 2 whoever is on call comes at night too.
    """

    id: str
    rule: str
    target: str
    asset: str
    state: OrderState
    assignee: str | None
    attempt: int
    assigned_at: int
    priority: int = 3


class OrderDesk(Protocol):
    """What the crew does to orders; each call may raise :class:`core.errors.Refused`."""

    def open_orders(self) -> Sequence[OrderView]:
        """All orders that are not closed."""
        ...

    def accept(self, id_: str, login: str, at: int) -> None:
        """The person takes it."""
        ...

    def arrive(self, id_: str, login: str, at: int) -> None:
        """The person is at the place."""
        ...

    def done(self, id_: str, login: str, at: int, note: str) -> None:
        """The person says that it is repaired."""
        ...


class Repairable(Protocol):
    """The plant as the crew meets it: the simulated campus."""

    def causes(self, target: str) -> tuple[str, ...]:
        """Ids of the faults that are found there now."""
        ...

    def repair(self, at: int, effect: Effect, *, fault: str = "") -> tuple[str, ...]:
        """Works on a fault."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long things take: from, to. [min]

    Attributes:
        accept: From the assignment, within the shift, until it is accepted.
        travel: From there until somebody is on site.
        work: From there until it is done.
        shift: Hours of the day people work, local. [h]
    """

    accept: tuple[float, float] = (5.0, 40.0)
    travel: tuple[float, float] = (10.0, 45.0)
    work: tuple[float, float] = (25.0, 90.0)
    shift: tuple[int, int] = (7, 19)


class Crew:
    """Acts on every order that has an assignee, at that person's pace.

    What a visit does is decided by ``effect`` from the fault's id and the attempt, so that a
    story can botch a repair on purpose. Who finds nothing says so. Delays are drawn from the
    order's id and attempt: the same orders give the same visits.
    """

    def __init__(
        self, desk: OrderDesk, plant: Repairable, effect: Callable[[str, int], Effect],
        timezone: str, pace: Pace | None = None,
    ) -> None:  # fmt: skip
        self._desk = desk
        self._plant = plant
        self._effect = effect
        self._zone = ZoneInfo(timezone)
        self._pace = pace if pace is not None else Pace()

    def step(self, now: int) -> int:
        """Does all that is due by the run clock; how many orders moved on."""
        return sum(self._move(order, now) for order in self._desk.open_orders())

    def _move(self, order: OrderView, now: int) -> bool:
        """Takes one order as far as it is due. A desk that refuses is asked again next time."""
        if order.assignee is None:
            return False
        accepted, arrived, finished = self._plan(order)
        steps = {
            OrderState.ASSIGNED: (accepted, self._accept),
            OrderState.ACCEPTED: (arrived, self._arrive),
            OrderState.IN_PROGRESS: (finished, self._finish),
        }
        state, moved = order.state, False
        while state in steps and steps[state][0] <= now:
            at, act = steps[state]
            try:
                state = act(order, order.assignee, at, now)
            except Refused:
                return moved
            moved = True
        return moved

    def _plan(self, order: OrderView) -> tuple[int, int, int]:
        """When this attempt is accepted, on site and done. [ms]"""
        begin = order.assigned_at
        urgent = order.priority <= _URGENT
        times = []
        for name, span in (
            ("accept", self._pace.accept),
            ("travel", self._pace.travel),
            ("work", self._pace.work),
        ):
            share = _share(f"{order.id}|{order.attempt}|{name}")
            wait = int((span[0] + share * (span[1] - span[0])) * MINUTE_MS)
            begin = begin + wait if urgent else self._at_work(self._at_work(begin) + wait)
            times.append(begin)
        return times[0], times[1], times[2]

    def _at_work(self, at: int) -> int:
        """The same moment, or the next start of a shift."""
        local = datetime.fromtimestamp(at / 1000, UTC).astimezone(self._zone)
        start, end = self._pace.shift
        minutes = local.hour * 60 + local.minute
        if start * 60 <= minutes < end * 60:
            return at
        ahead = start * 60 - minutes if minutes < start * 60 else (24 + start) * 60 - minutes
        return at - at % MINUTE_MS + ahead * MINUTE_MS

    def _accept(self, order: OrderView, login: str, at: int, now: int) -> OrderState:
        del now
        self._desk.accept(order.id, login, at)
        return OrderState.ACCEPTED

    def _arrive(self, order: OrderView, login: str, at: int, now: int) -> OrderState:
        del now
        self._desk.arrive(order.id, login, at)
        return OrderState.IN_PROGRESS

    def _finish(self, order: OrderView, login: str, at: int, now: int) -> OrderState:
        """Says that it is done, then mends it: what the desk refuses is not half mended.

        Both at the run clock, since what is simulated already cannot be mended any more.
        """
        del at
        found = self._plant.causes(order.target) or self._plant.causes(order.asset)
        self._desk.done(order.id, login, now, REPAIRED if found else NOTHING_FOUND)
        for fault in found:
            self._plant.repair(now, self._effect(fault, order.attempt), fault=fault)
        return OrderState.DONE


def _share(words: str) -> float:
    """A number in 0…1 that belongs to these words."""
    digest = hashlib.blake2s(words.encode(), digest_size=4).digest()
    return int.from_bytes(digest, "little") / 2**32
