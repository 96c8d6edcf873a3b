"""What a person does to an order: the command with what is said with it, checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.clock import DAY_MS
from core.words import CancelReason, HoldReason, Text
from workorders.clocks import PAUSING
from workorders.refusals import invalid
from workorders.states import TABLE, Command

MOST_RISK_MS = 90 * DAY_MS
"""An accepted risk expires at the latest after this (crews.md)."""

MOST_NOTE = 4000
MOST_MINUTES = 60 * 24 * 30
"""A month of work on one order is a slip of the finger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """A command to one order.

    Attributes:
        order: Its id.
        do: What.
        version: Of the order as the person saw it.
        note: What they say; required for done, sign, inspect, cancel and reopen.
        cause: Cause code of a repair.
        minutes: Worked on it. [min]
        reason: :class:`core.words.HoldReason` or :class:`core.words.CancelReason`.
        until: When a hold is expected to end, or an accepted risk expires. [ms]
        who: Who refused access or named the date; stops the clock to restore.
        assignee: To whom it is given.
    """

    order: str
    do: Command
    version: int
    note: str = ""
    cause: str = ""
    minutes: int | None = None
    reason: str = ""
    until: int | None = None
    who: str = ""
    assignee: str = ""


def check(act: Act, now: int) -> None:
    """Raises :class:`core.errors.Refused` (``invalid``) where something is missing or wrong."""
    missing = tuple(name for name in TABLE[act.do].fields if not getattr(act, name))
    if missing:
        raise invalid(Text("Please fill in: {fields}.", {"fields": ", ".join(missing)}), *missing)
    if len(act.note) > MOST_NOTE:
        raise invalid(Text("The note is too long; {most} characters fit.", {"most": MOST_NOTE}),
                      "note")  # fmt: skip
    special = _CHECKS.get(act.do)
    if special is not None:
        special(act, now)


def _done(act: Act, _now: int) -> None:
    if act.minutes is None or not 0 < act.minutes <= MOST_MINUTES:
        raise invalid(Text("How many minutes did it take?"), "minutes")


def _hold(act: Act, now: int) -> None:
    if act.reason not in set(HoldReason):
        raise invalid(Text("Choose why it waits."), "reason")
    if act.until is not None and act.until <= now:
        raise invalid(Text("The end of a hold lies in the future."), "until")
    if HoldReason(act.reason) in PAUSING and not act.who.strip():
        raise invalid(Text("Say who refused access or named the date."), "who")


def _cancel(act: Act, now: int) -> None:
    if act.reason not in set(CancelReason):
        raise invalid(Text("Choose why it is cancelled."), "reason")
    if act.reason != CancelReason.ACCEPTED_RISK:
        return
    if act.until is None or not now < act.until <= now + MOST_RISK_MS:
        raise invalid(Text("An accepted risk expires within 90 days; say when."), "until")


_CHECKS: dict[Command, Callable[[Act, int], None]] = {
    Command.DONE: _done,
    Command.HOLD: _hold,
    Command.CANCEL: _cancel,
}
