"""The simulated crew at the real desk: it acts as the persons the orders belong to."""

from __future__ import annotations

from collections.abc import Sequence

from scoring.crew import OrderView
from workorders.crewdesk import CrewDesk

_MINUTES = 45


class DeskOfCrew:
    """Implements :class:`scoring.crew.OrderDesk`; the run clock says when."""

    def __init__(self, desk: CrewDesk) -> None:
        self._desk = desk

    def open_orders(self) -> Sequence[OrderView]:
        """All orders that somebody has."""
        return [
            OrderView(
                id=o.id, rule=o.rule, target=o.target, asset=o.asset, state=o.state,
                assignee=o.assignee, attempt=o.attempt, assigned_at=o.assigned_at,
                priority=o.priority,
            )
            for o in self._desk.open_orders()
        ]  # fmt: skip

    def accept(self, id_: str, login: str, at: int) -> None:
        """The person takes it."""
        del login, at
        self._desk.accept(id_)

    def arrive(self, id_: str, login: str, at: int) -> None:
        """The person is at the place."""
        del login, at
        self._desk.arrive(id_)

    def done(self, id_: str, login: str, at: int, note: str) -> None:
        """The person says that it is repaired."""
        del login, at
        cause = "as_described" if note == "repaired" else "nothing_found"
        self._desk.done(id_, cause=cause, note=note, minutes=_MINUTES)
