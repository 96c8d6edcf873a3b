"""What can go wrong between a question on a bus and its answer.

PlantroomError
└── BusError          this question has no value; the bus goes on
    ├── Unanswered    nobody answered within the time
    └── ReplyRefused  something came that is not the answer that was asked for
        └── ItemRefused  the device itself says that it will not give this
"""

from __future__ import annotations

from core.errors import PlantroomError


class BusError(PlantroomError):
    """A question without a value."""


class Unanswered(BusError):
    """Nobody answered within the time."""


class ReplyRefused(BusError):
    """What came is not the answer that was asked for; the one error of every decoder."""


class ItemRefused(ReplyRefused):
    """The device answered that it will not give this item."""
