"""Who is on an M-Bus line: secondary addresses searched digit by digit.

All slaves that fit a pattern are selected at once. Where several answer, their telegrams destroy
each other; then one digit more is fixed, and so on until one is alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from edge.buses.contract import Garbled, NoAnswer
from edge.buses.pace import Pace
from edge.drivers.mbus.master import Master
from edge.protocols.mbus.frames import ANY, BY_SECONDARY, Secondary
from edge.protocols.mbus.telegram import Telegram

_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Collision:
    """Slaves that have one number and cannot be told apart by it.

    Attributes:
        number: Theirs.
    """

    number: str


def search(master: Master, pace: Pace, begin: str = "") -> Iterator[Telegram | Collision]:
    """A telegram of each slave, in the order of their numbers.

    Args:
        master: Of the line.
        pace: How long a slave may take until its answer begins.
        begin: Digits that all numbers looked for begin with.

    Raises:
        Retryable: The line cannot be reached.
    """
    waiting = [begin]
    while waiting:
        fixed = waiting.pop()
        found = _at(master, fixed, pace)
        if isinstance(found, Telegram):
            yield found
        elif found is None:
            continue
        elif len(fixed) == _DIGITS:
            yield found
        else:
            waiting.extend(f"{fixed}{digit}" for digit in reversed(range(10)))


def _at(master: Master, fixed: str, pace: Pace) -> Telegram | Collision | None:
    """Who has a number that begins so: one, several, or nobody."""
    wanted = Secondary(fixed.ljust(_DIGITS, ANY))
    whom = f"slaves {wanted.number}"
    try:
        master.acknowledged(wanted.select(), pace, whom)
    except NoAnswer:
        return None
    except Garbled:
        return Collision(wanted.number)
    try:
        return master.telegram(BY_SECONDARY, wanted, 0, pace, whom)
    except (NoAnswer, Garbled):
        # An acknowledgement and no telegram: several spoke, or one on a bad line. Either
        # way the digits below tell.
        return Collision(wanted.number)
