"""What only the history of an order tells: who had it when, and that it was over once before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.records.orders import OrderEvent
from workorders.assessment.columns import NOBODY, Ended
from workorders.states import Command

_GIVEN = (
    Command.ESCALATE, Command.REASSIGN, Command.PASS_ON, Command.HAND_OVER, Command.TAKE,
    Command.REFUSE, Command.DISPUTE,
)  # fmt: skip
"""What may put an order into other hands."""
_BACK = (Command.REFUSE, Command.RETURN, Command.DISPUTE, Command.REJECT)
"""What makes another attempt of it."""
_ENDS = (
    Command.VERIFY, Command.CONFIRM, Command.LAPSE, Command.INSPECT, Command.SIGN, Command.CANCEL,
)  # fmt: skip
_DONE = (Command.DONE, Command.DECLARE)


def hands(
    session: Session, since: int, known: Mapping[str, int], person: Mapping[str, int]
) -> dict[int, list[tuple[int, int]]]:
    """Who had an order from when on, of orders that changed hands; the first one first.

    Args:
        session: Of one scope.
        since: Nothing before it matters. [ms]
        known: Row of each order.
        person: Index of each log-in.
    """
    found: dict[int, list[tuple[int, int]]] = {}
    for order, at, command, actor, data in _events(
        session, since, _GIVEN, (*_GIVEN, Command.ASSIGN)
    ):
        login = actor if command == Command.TAKE else data.get("assignee", "")
        if order in known and login in person:
            found.setdefault(known[order], []).append((at, person[login]))
    return found


def ended(
    session: Session, since: int, known: Mapping[str, int], person: Mapping[str, int]
) -> list[Ended]:
    """Ends that were taken back: the order was opened again. Arguments as of :func:`hands`."""
    found: list[Ended] = []
    lives: dict[str, _Life] = {}
    told = (Command.REOPEN, *_BACK, *_ENDS, *_DONE)
    for order, at, command, actor, data in _events(session, since, (Command.REOPEN,), told):
        if order not in known:
            continue
        life = lives.setdefault(order, _Life())
        if command in _DONE:
            login = data.get("assignee", "") if command == Command.DECLARE else actor
            life.mender = person.get(login, NOBODY)
        elif command in _BACK:
            life.attempt += 1
        elif command == Command.REOPEN and life.over is not None:
            found.append(
                Ended(order=known[order], at=life.over, again=at, cancelled=life.cancelled,
                      attempt=life.attempt, mender=life.mender)
            )  # fmt: skip
            life.attempt, life.over = life.attempt + 1, None
        elif command in _ENDS:
            life.over, life.cancelled = at, command == Command.CANCEL
    return found


class _Life:
    """How far one order is while its events are read."""

    def __init__(self) -> None:
        self.attempt = 1
        self.mender = NOBODY
        self.over: int | None = None
        self.cancelled = False


def _events(
    session: Session, since: int, some: Sequence[Command], told: Sequence[Command]
) -> Iterator[tuple[str, int, str, str, dict[str, Any]]]:
    """Events of the orders that had some command since, in the order of their lives."""
    had = select(OrderEvent.order_id).where(
        OrderEvent.command.in_([str(one) for one in some]), OrderEvent.at >= since
    )
    query = (
        select(
            OrderEvent.order_id, OrderEvent.at, OrderEvent.command, OrderEvent.actor,
            OrderEvent.data,
        )
        .where(OrderEvent.order_id.in_(had), OrderEvent.command.in_([str(one) for one in told]))
        .order_by(OrderEvent.order_id, OrderEvent.seq)
    )  # fmt: skip
    for order, at, command, actor, data in session.execute(query):
        yield order, at, command, actor, data or {}
