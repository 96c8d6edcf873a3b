"""Subscriptions to changes of value: ours to renew, at half of a finite lifetime."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog
from bacpypes3.pdu import Address

from adapters.sites.bacnetwords import ObjectId
from core.errors import Retryable
from edge.buses.contract import Values
from edge.drivers.bacnet.decode import Decoded, decoded, first
from edge.drivers.bacnet.item import Item, Missing, Reference
from edge.drivers.bacnet.peer import Peer
from edge.drivers.bacnet.questions import (
    PROCESS,
    Asked,
    Kind,
    Unwilling,
    subscribe,
    unsubscribe,
)
from edge.drivers.bacnet.station import Notice, Station

_log = structlog.get_logger(__name__)
_AGAIN = 0.25
"""Of the lifetime, after a renewal that had no answer: twice before the subscription ends."""
_REFUSED_S = 3600.0
_CALM_S = 10.0
"""A device that says I-Am over and over is subscribed to anew no more often than this."""
_LOOK_S = 3600.0
_FIRST_S = 1.0
"""Who only reads once is gone by then, and leaves no subscription behind."""
_SPREAD_S = 0.02
"""Between two subscriptions of one device: polls of its neighbours pass between them."""
_RESOURCES = frozenset(
    {"no-space-to-add-list-element", "resources-unavailable", "other", "operational-problem"}
)


@dataclass
class Subscription:
    """One object whose changes are wanted."""

    object: ObjectId
    items: list[Item] = field(default_factory=list)
    due: float = field(default_factory=lambda: time.monotonic() + _FIRST_S)
    """When it is asked for next, monotonic. [s]"""
    refused: str | None = None
    confirmed: bool = True
    asked: bool = False
    """Whether the device may know of it."""


class Subscriber:
    """Keeps the subscriptions of one device alive, in the station's thread.

    A renewal without an answer is tried again at a quarter of the lifetime, for as long as it
    takes; one after an I-Am (it started anew, and forgot) at once.

    Args:
        station: Through which it asks.
        peer: Whose values.
        items: Those that tell of their changes.
        lifetime_s: Of a subscription. [s]
        give: Takes the values that it was told.
    """

    def __init__(
        self, station: Station, peer: Peer, items: Sequence[Item], lifetime_s: int,
        give: Callable[[Values], None],
    ) -> None:  # fmt: skip
        self._station, self._peer, self._give = station, peer, give
        self._lifetime_s = lifetime_s
        self._by_object: dict[ObjectId, Subscription] = {}
        self._woken = asyncio.Event()
        self.want(items)
        self._anew_at = 0.0
        self._silent = False
        self._ended = False
        self._leaving: list[ObjectId] = []

    @property
    def refused(self) -> dict[str, str]:
        """Why, by name of a value whose changes the device will not tell."""
        subscriptions = self._by_object.values()
        return {i.name: s.refused for s in subscriptions if s.refused for i in s.items}

    def want(self, items: Sequence[Item]) -> None:
        """These values, and no others from now on."""
        wanted: dict[ObjectId, list[Item]] = {}
        for item in items:
            wanted.setdefault(item.object, []).append(item)
        self._by_object = {
            object_: self._by_object.get(object_, Subscription(object_)) for object_ in wanted
        }
        for object_, own in wanted.items():
            self._by_object[object_].items = own
        self._woken.set()

    def end(self, *, cancel: bool) -> None:
        """Keep nothing alive any more; the device is told so, or its lifetimes run out."""
        if cancel:
            self._leaving = [s.object for s in self._by_object.values() if s.asked]
        self._ended = True
        self.want(())

    def anew(self) -> None:
        """It may have forgotten all subscriptions: ask for them now."""
        now = time.monotonic()
        # Deferred, not dropped: what it forgot in between it is asked for a little later.
        due = max(now, self._anew_at)
        self._anew_at = due + _CALM_S if due == now else self._anew_at
        for subscription in self._by_object.values():
            subscription.due = min(subscription.due, due)
            subscription.refused, subscription.confirmed = None, True
        self._woken.set()

    def told(self, notice: Notice) -> bool:
        """What the device says of an object; whether it was asked for."""
        object_ = ObjectId(*map(int, notice.monitoredObjectIdentifier))
        subscription = self._by_object.get(object_)
        if subscription is None or int(notice.subscriberProcessIdentifier) != PROCESS:
            return False
        found: dict[Reference, Decoded | Missing] = {
            Reference(object_, int(element.propertyIdentifier)): first(decoded(element.value))
            for element in notice.listOfValues
        }
        values: dict[str, float | None] = {}
        for item in subscription.items:
            if item.value in found and item.knows_unit:
                values[item.name] = item.number(found)
        if values:
            self._give(values)
        return True

    async def run(self) -> None:
        """Subscribe and renew until it is ended; then cancel what the device may know of."""
        while not self._ended:
            self._woken.clear()
            try:
                await self._round()
            except Exception:  # noqa: BLE001
                # It must not end: nothing else would ever subscribe again.
                _log.exception("subscribing failed", device=self._peer.device.id)
                self._later(time.monotonic() + self._lifetime_s * _AGAIN)
            due = min((s.due for s in self._by_object.values()), default=math.inf)
            pause = min(due - time.monotonic(), _LOOK_S)
            if pause > 0:
                try:
                    await asyncio.wait_for(self._woken.wait(), pause)
                except TimeoutError:
                    continue

        # In this one task: no subscription that is under way can come after its cancellation.
        await self._cancel()

    async def _cancel(self) -> None:
        """Once: where it is lost, the device forgets when the lifetime is over."""
        address = self._peer.address
        if address is None:
            return
        asked = Asked(self._station, address, self._peer.timeout_s)
        for object_ in self._leaving:
            try:
                await unsubscribe(asked, object_)
            except Unwilling:
                continue  # it knew nothing of it
            except Retryable as error:
                _log.info("not cancelled", device=self._peer.device.id, says=str(error))
                return

    async def _round(self) -> None:
        for subscription in list(self._by_object.values()):
            if self._ended:
                return
            if subscription.due > time.monotonic():
                continue
            address = self._peer.address
            if address is None or not await self._renewed(subscription, address):
                # Silent for one object, silent for all: the next is not asked before.
                self._later(time.monotonic() + self._lifetime_s * _AGAIN)
                return
            await asyncio.sleep(_SPREAD_S)

    async def _renewed(self, subscription: Subscription, address: Address) -> bool:
        """Whether the device answered."""
        now = time.monotonic()
        subscription.asked = True
        try:
            await subscribe(
                Asked(self._station, address, self._peer.timeout_s), subscription.object,
                self._lifetime_s, confirmed=subscription.confirmed,
            )  # fmt: skip
        except Unwilling as unwilling:
            if subscription.confirmed:
                subscription.confirmed = False  # some tell only without wanting an answer
                return True
            subscription.refused = str(unwilling)
            # Other reasons hold for good; a list that is full may have room in a while.
            full = unwilling.kind is Kind.TOO_MUCH or str(unwilling) in _RESOURCES
            subscription.due = now + (self._lifetime_s if full else _REFUSED_S)
            return True
        except Retryable as error:
            if not self._silent:
                _log.info("no subscription", device=self._peer.device.id, says=str(error))
            self._silent = True
            return False
        self._silent = False
        subscription.refused = None
        subscription.due = now + self._lifetime_s / 2
        return True

    def _later(self, due: float) -> None:
        for subscription in self._by_object.values():
            if subscription.due < due and subscription.refused is None:
                subscription.due = due
