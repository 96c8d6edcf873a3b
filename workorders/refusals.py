"""Refusals that say to a person, in their language, why and what came in between."""

from __future__ import annotations

from core.errors import Refused
from core.words import OrderState, Text


class OrderRefused(Refused):
    """What was asked of an order cannot be done now.

    Attributes:
        text: For the person who asked.
        fields: Names of the fields that are wrong, where it is about fields.
    """

    def __init__(self, text: Text, *, code: str, fields: tuple[str, ...] = ()) -> None:
        super().__init__(str(text), code=code)
        self.text = text
        self.fields = fields


def absent() -> OrderRefused:
    """Not there, or somebody else's: the same words for both."""
    return OrderRefused(Text("There is no such order."), code="absent")


def forbidden() -> OrderRefused:
    """Their role, or what they are to the order, does not allow it."""
    return OrderRefused(Text("This is not yours to do."), code="forbidden")


def not_now(state: OrderState) -> OrderRefused:
    """The order is in another state."""
    return OrderRefused(
        Text("That is not possible while the order is {state}.", {"state": state.value}),
        code="conflict",
    )


def stale(who: str, when: str) -> OrderRefused:
    """Somebody was faster."""
    return OrderRefused(
        Text("Meanwhile {who} changed this order ({when}). Look at it again.",
             {"who": who, "when": when}),
        code="conflict",
    )  # fmt: skip


def invalid(text: Text, *fields: str) -> OrderRefused:
    """What was said with the command cannot stand."""
    return OrderRefused(text, code="invalid", fields=fields)
