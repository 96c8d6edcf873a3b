"""How Plantroom's own plant is now: what is amiss, and what is known to be well."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec
from sqlalchemy import select

from adapters.records.notifying import ChannelRow
from adapters.records.tables import GatewayHealthRow
from core.clock import HOUR_MS, MINUTE_MS
from core.rulecard import RuleCard
from core.wire import HealthMessage
from core.words import Text
from workorders.book import Book
from workorders.notify.outlook import DEAD_AFTER
from workorders.ownplant.cards import (
    CHANNEL,
    DEAD_FOR_MS,
    FULL_SEVERITY,
    OUTBOX,
    cause_of,
    channel_target,
)

STALE_MS = 10 * MINUTE_MS
"""A gateway says each minute how it is: what is older says nothing of now, and its silence has an
order of its own (SEN-08)."""
_NEARLY, _FULL = "outbox_nearly_full", "outbox_full"
_WHY = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One cause, as it is now.

    Attributes:
        target: What it is about: a gateway, or ``notify.`` and a channel.
        asset: What in the site model it is looked for at.
        amiss: Whether there is something to mend; else it is known to be well.
    """

    card: RuleCard
    target: str
    asset: str
    building: str
    amiss: bool
    severity: int
    title: Text
    explanation: Text

    @property
    def cause(self) -> str:
        """The cause that an order is made for, once."""
        return cause_of(self.target, self.card)


def conditions(book: Book, system_now: int) -> list[Condition]:
    """All that is known; what is missing says nothing now.

    Args:
        book: Whose session reads.
        system_now: System time, which channels are kept by. [ms]
    """
    return [*_channels(book, system_now), *_outboxes(book)]


def _channels(book: Book, system_now: int) -> Iterator[Condition]:
    building = min(book.office.site.buildings, default=None)
    if building is None:
        return
    for row in book.session.scalars(select(ChannelRow).order_by(ChannelRow.name)):
        since = row.failing_since
        dead = row.failures >= DEAD_AFTER and since is not None
        if dead and since is not None and system_now - since < DEAD_FOR_MS:
            continue  # neither: an hour is no restart
        hours = 0 if since is None else (system_now - since) // HOUR_MS
        said: dict[str, str | int | float] = {
            "channel": row.name, "hours": hours, "why": (row.error or "")[:_WHY],
        }  # fmt: skip
        if not dead and row.failures:
            continue  # it has failed lately, and is not dead: neither
        yield Condition(
            card=CHANNEL, target=channel_target(row.name), asset=building, building=building,
            amiss=dead, severity=CHANNEL.severity, title=Text(CHANNEL.title, said),
            explanation=Text(CHANNEL.explanation, said),
        )  # fmt: skip


def _outboxes(book: Book) -> Iterator[Condition]:
    site = book.office.site
    homes: dict[str, str] = {}
    for point in site.points:
        homes.setdefault(point.gateway, point.building)
    rows = select(GatewayHealthRow).where(GatewayHealthRow.said_at > book.now - STALE_MS)
    for row in book.session.scalars(rows.order_by(GatewayHealthRow.gateway)):
        if row.gateway not in homes or row.said is None:
            continue
        health = msgspec.convert(row.said, HealthMessage)
        full = _FULL in health.alarms
        said: dict[str, str | int | float] = {
            "target": site.gateways[row.gateway].names["en"], "readings": health.outbox_rows,
            "share": round(100 * health.outbox_full),
        }  # fmt: skip
        yield Condition(
            card=OUTBOX, target=row.gateway, asset=row.gateway, building=homes[row.gateway],
            amiss=full or _NEARLY in health.alarms,
            severity=FULL_SEVERITY if full else OUTBOX.severity,
            title=Text(OUTBOX.title, said), explanation=Text(OUTBOX.explanation, said),
        )  # fmt: skip
