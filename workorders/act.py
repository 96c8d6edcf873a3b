"""What a person does to an order: the command with what is said with it, checked."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from core.clock import DAY_MS
from core.words import CancelReason, FalseCause, HoldReason, Priority, Text, Trade
from workorders.clocks import PAUSING
from workorders.refusals import invalid
from workorders.states import TABLE, Command

MOST_RISK_MS = 90 * DAY_MS
"""An accepted risk expires at the latest after this (crews.md)."""

MOST_NOTE = 4000
MOST_PARTS = 50
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
        cause: Cause code of a repair; of a false alarm why it was one, or nothing.
        minutes: Worked on it. [min]
        reason: :class:`core.words.HoldReason` or :class:`core.words.CancelReason`.
        until: When a hold is expected to end, an accepted risk expires, or work that is
            declared from paper was done. [ms]
        who: Who refused access or named the date; stops the clock to restore.
        assignee: To whom it is given, or who did it.
        priority: What it is to be, 1 to 4.
        action: Action code of a repair: what was done about it.
        alarm: Whether the finding was true: ``true``, ``false`` or empty where nobody says.
        parts: What was used, one a line.
        key: The same for every sending of one command: it is done once.
        pressed: When the button was pressed, where that was not now: by the clock of the phone
            as it is sent, by the run clock once :mod:`workorders.crew.late` has settled it. [ms]
        sent: The phone's clock at this sending; only its distance from ``pressed`` counts. [ms]
        place: Of an inspection what the label's scan gave; once settled, the id of its place.
        elsewhere: Why a supervisor judges without having been there.
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
    priority: int | None = None
    action: str = ""
    alarm: str = ""
    parts: str = ""
    key: str = ""
    pressed: int | None = None
    sent: int | None = None
    place: str = ""
    elsewhere: str = ""


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
    if act.alarm not in {"", "true", "false"}:
        raise invalid(Text("Say whether the alarm was true."), "alarm")
    if len(act.parts) > MOST_NOTE or len(parts_of(act.parts)) > MOST_PARTS:
        raise invalid(Text("Too many parts; {most} lines fit.", {"most": MOST_PARTS}), "parts")


def _declare(act: Act, now: int) -> None:
    _done(act, now)
    if act.until is None or act.until > now:
        raise invalid(Text("What was done lies in the past."), "until")


def _priority(act: Act, _now: int) -> None:
    if act.priority not in set(Priority):
        raise invalid(Text("A priority is 1, 2, 3 or 4."), "priority")


def parts_of(text: str) -> list[dict[str, str]]:
    """Lines such as ``2 x seat gasket`` as number and name; one of what has no number."""
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        counted = re.match(r"(\d{1,4}(?:[.,]\d{1,3})?)\s*(?:[x×*]\s*|\s)(.+)", line)
        number, name = counted.groups() if counted else ("1", line)
        found.append({"number": number.replace(",", "."), "name": name[:200]})
    return found


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
    if act.cause not in {"", *FalseCause}:
        raise invalid(Text("Choose why the alarm was false."), "cause")
    if act.reason != CancelReason.ACCEPTED_RISK:
        return
    if act.until is None or not now < act.until <= now + MOST_RISK_MS:
        raise invalid(Text("An accepted risk expires within 90 days; say when."), "until")


def _visit(act: Act, _now: int) -> None:
    if act.reason not in set(Trade) - {Trade.OPERATOR}:
        raise invalid(Text("Choose who goes."), "reason")


_CHECKS: dict[Command, Callable[[Act, int], None]] = {
    Command.DONE: _done,
    Command.DECLARE: _declare,
    Command.HOLD: _hold,
    Command.VISIT: _visit,
    Command.CANCEL: _cancel,
    Command.PRIORITISE: _priority,
}
