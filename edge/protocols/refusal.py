"""What is wrong with bytes that should be an answer.

PlantroomError
└── ReplyRefused      something came that is not the answer that was asked for
    └── ItemRefused   the device itself says that it will not give this
"""

from __future__ import annotations

from core.errors import PlantroomError


class ReplyRefused(PlantroomError):
    """What came is not the answer that was asked for; the one error of every decoder."""


class ItemRefused(ReplyRefused):
    """The device answered that it will not give this item."""
