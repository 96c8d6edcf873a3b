"""What goes as one message: an order, a day of what could wait, the rest where a robot is full."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.locales import translator
from adapters.records.orders import Notification
from workorders import messages
from workorders.notify.hours import Held
from workorders.notify.letter import Letter, letter_of, merged, of_one_order
from workorders.notify.sender import Group

_DIGEST_BYTES = 15_000
"""Some hundred lines; who has more in a day reads the console."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """Rows of the outbox, and the one message that tells of them all."""

    rows: Sequence[Notification]
    letter: Letter


def by_whom(rows: Sequence[Notification]) -> list[list[Notification]]:
    """Rows by who gets them and how, the most urgent first."""
    found: dict[tuple[str, str], list[Notification]] = {}
    for row in rows:
        found.setdefault((row.person, row.way), []).append(row)
    return list(found.values())


def parcels(rows: Sequence[Notification], language: str, address: str) -> list[Parcel]:
    """Messages for one reader; ``address`` is the console's."""
    waited = [row for row in rows if row.held is not None]
    found = []
    if len(waited) > 1:
        letters = [letter_of(row, language, address) for row in waited]
        digest = any(row.held == Held.DIGEST for row in waited)
        head = translator(language)(messages.DIGEST if digest else messages.QUIET)
        letter, taken = merged(letters, head, _DIGEST_BYTES)
        found.append(Parcel(rows=waited[:taken], letter=letter))
        waited = waited[taken:]
    by_order: dict[str, list[Notification]] = {}
    for row in [*(row for row in rows if row.held is None), *waited]:
        by_order.setdefault(row.order_id or row.key, []).append(row)
    for mine in by_order.values():
        in_time = sorted(mine, key=lambda row: row.id)
        letters = [letter_of(row, language, address) for row in in_time]
        found.append(Parcel(rows=in_time, letter=of_one_order(letters)))
    return found


def next_for(group: Group, left: list[Parcel], free: int) -> tuple[Parcel, list[Parcel]]:
    """The next message of a group, and what is left then.

    The last that it may get this minute holds all that is left, as far as it fits.
    """
    if free > 1 or len(left) == 1:
        return left[0], left[1:]
    head = translator(group.language)(messages.SEVERAL)
    letter, taken = merged([p.letter for p in left], head, group.sender.most_bytes)
    rows = [row for parcel in left[:taken] for row in parcel.rows]
    return Parcel(rows=rows, letter=letter), left[taken:]
