"""What only the history of an order tells: who had it when, and that it was over once before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.records.orders import OrderEvent
from adapters.records.packing import columns
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
    for order, at, command, actor, assignee in _events(
        session, since, _GIVEN, (*_GIVEN, Command.ASSIGN)
    ):
        login = actor if command == Command.TAKE else assignee
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
    for order, at, command, actor, assignee in _events(session, since, (Command.REOPEN,), told):
        if order not in known:
            continue
        life = lives.setdefault(order, _Life())
        if command in _DONE:
            login = assignee if command == Command.DECLARE else actor
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
) -> Iterator[tuple[str, int, str, str, str]]:
    """Events of the orders that had some command since, in the order of their lives.

    Each with who did it and the log-in that it names, if any.
    """
    had = select(OrderEvent.order_id).where(
        OrderEvent.command.in_([str(one) for one in some]), OrderEvent.at >= since
    )
    found = columns(
        session,
        (OrderEvent.order_id, OrderEvent.seq, OrderEvent.at, OrderEvent.command,
         OrderEvent.actor, OrderEvent.data["assignee"].as_string()),
        OrderEvent.order_id.in_(had), OrderEvent.command.in_([str(one) for one in told]),
    )  # fmt: skip
    # No two events of an order have one number, so nothing behind it is ever compared.
    for order, _, at, command, actor, assignee in sorted(zip(*found, strict=True)):
        yield order, at, command, actor, assignee or ""
