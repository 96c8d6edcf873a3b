"""What a ticket says of an order: one table of states, one text, one key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict

from adapters.locales import translator
from adapters.records.orders import Order
from core.cmms import TicketState, Wording
from core.words import OrderState
from workorders import messages

STATES: Mapping[OrderState, TicketState] = {
    OrderState.NEW: TicketState.OPEN,
    OrderState.TRIAGED: TicketState.OPEN,
    OrderState.ASSIGNED: TicketState.ASSIGNED,
    OrderState.ACCEPTED: TicketState.ASSIGNED,
    OrderState.IN_PROGRESS: TicketState.WORKING,
    OrderState.ON_HOLD: TicketState.WAITING,
    OrderState.DONE: TicketState.WAITING,
    OrderState.VERIFYING: TicketState.WAITING,
    OrderState.CLOSED: TicketState.CLOSED,
    OrderState.CANCELLED: TicketState.CLOSED,
}
"""A repair that is said done waits for its proof: solved there would be a word too much."""


def key_of(site: str, order: str) -> str:
    """What names an order in another system, at the head of its title."""
    return f"[{site}/{order}]"


def wording_of(
    order: Order, *, site: str, place: str, person: str, language: str, address: str
) -> Wording:
    """The ticket of an order as it stands now.

    Args:
        order: Which.
        site: Id of the site.
        place: Where, in words.
        person: Name of who has it; empty where nobody has.
        language: Of the ticket.
        address: Of the console; empty where it has none.
    """
    say = translator(language)
    key = key_of(site, order.id)
    lines = [
        say.say(messages.loaded(order.explanation)),
        "",
        place,
        f"{order.id} · P{order.priority} · {say(order.state.value.replace('_', ' '))}"
        + (f" · {person}" if person else ""),
    ]
    if address:
        lines.append(f"{address}/orders/{order.id}")
    title = say.say(messages.loaded(order.title))
    return Wording(
        key=key, title=f"{key} P{order.priority} {title}", body="\n".join(lines),
        priority=order.priority, state=STATES[order.state],
    )  # fmt: skip


def digest(wording: Wording) -> str:
    """The same for the same ticket."""
    said = json.dumps(asdict(wording), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()
