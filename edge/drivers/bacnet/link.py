"""A BACnet/IP bus: devices found, polled, and listened to."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial

import msgspec
import structlog
from bacpypes3.apdu import IAmRequest
from bacpypes3.pdu import Address

from adapters.sites.bacnetkeys import BacnetBusKeys
from adapters.sites.devicekeys import BusKeys
from core.errors import Retryable
from edge.buses.contract import Denied, Give, NoAnswer, Values
from edge.buses.device import Device
from edge.buses.pace import Pace
from edge.drivers.bacnet.cov import Subscriber
from edge.drivers.bacnet.decode import first
from edge.drivers.bacnet.item import Item, Missing, Reference
from edge.drivers.bacnet.peer import Peer, Plan, batches, ranges
from edge.drivers.bacnet.questions import Asked, read_all, write_present
from edge.drivers.bacnet.reading import Reading
from edge.drivers.bacnet.station import Notice, Station

_log = structlog.get_logger(__name__)
_PRIORITY_ARRAY = 87  # of BACnetPropertyIdentifier, clause 21
_HANGS_S = 60.0
"""No question takes so long: 200 properties, each alone, of a slow device behind a router."""


class BacnetLink:
    """One network; a :class:`edge.buses.contract.Link`.

    Devices are polled by the bus; those whose template says so tell of changes in between.

    Args:
        bus: How it is reached.
        devices: All that hang on it.
        give: Takes what they tell.
    """

    def __init__(self, bus: BusKeys, devices: Sequence[Device], give: Give) -> None:
        self._bus, self._give = bus, give
        self._keys = bus.bacnet or BacnetBusKeys()
        self._peers = {device.id: Peer(device) for device in devices}
        self._station: Station | None = None
        self._subscribers: dict[str, Subscriber] = {}
        self._heeded: dict[str, Plan] = {}
        self._away: set[str] = set()
        self._untrue: dict[tuple[str, str], str] = {}

    def poll(self, device: Device, wanted: Sequence[str], pace: Pace) -> Iterator[Values]:
        """Values batch by batch; what a device refuses is left out for an hour."""
        station = self._open()
        peer = self._peers[device.id]
        peer.timeout_s = pace.timeout_s
        try:
            address = station.call(self._found(station, peer, pace), _HANGS_S)
            plan, waiting = station.call(_planned(peer, wanted), _HANGS_S)
            reading = Reading(station, peer, address, pace)
            while waiting:
                values = station.call(reading.next(waiting, plan), _HANGS_S)
                if values:
                    yield values
        except NoAnswer:
            self._away.add(device.id)
            station.call(_noted(peer.missed), _HANGS_S)
            raise
        peer.answered()
        if tuple(wanted) == device.wanted:
            self._listen(station, peer, plan)
        self._say(device, plan)

    def held(self, device: Device, name: str, pace: Pace, priority: int) -> float | None:
        """What the slot of a priority holds; None where nobody commands at it."""
        station, asked, item = self._commanded(device, name, pace)
        slot = Reference(item.object, _PRIORITY_ARRAY, priority)
        answers = station.call(read_all(asked, [*item.references, slot]), _HANGS_S)
        found = {
            place: answer if isinstance(answer, Missing) else first(answer)
            for place, answer in answers.items()
        }
        item.number(found)  # learns the object's unit
        own = found.get(slot, Missing("not in the answer"))
        if isinstance(own, Missing):
            raise Denied(f"{name} has no priorities: {own.why}")
        return item.meant(own) if isinstance(own, float) else None

    def write(
        self, device: Device, name: str, number: float | None, pace: Pace, priority: int
    ) -> None:
        """Command the object, or let go of it."""
        station, asked, item = self._commanded(device, name, pace)
        raw = None if number is None else item.written(number)
        station.call(write_present(asked, item.object, raw, priority), _HANGS_S)

    def _commanded(self, device: Device, name: str, pace: Pace) -> tuple[Station, Asked, Item]:
        station, peer = self._open(), self._peers[device.id]
        peer.timeout_s = pace.timeout_s
        address = station.call(self._found(station, peer, pace), _HANGS_S)
        plan, _ = station.call(_planned(peer, (name,)), _HANGS_S)
        if not plan.items:
            raise Denied(f"refuses {name} ({plan.refused.get(name, 'unknown')})")
        return station, Asked(station, address, pace.timeout_s, pace.answered), plan.items[0]

    def regroup(self, devices: Sequence[Device], changed: Collection[str]) -> None:
        """Meet the new, leave the gone; the port and all other subscriptions stay."""
        peers = {d.id: self._peers[d.id] if d.id not in changed else Peer(d) for d in devices}
        broadcasts = any(peer.needs_broadcast for peer in self._peers.values())
        if not broadcasts and any(peer.needs_broadcast for peer in peers.values()):
            # It may have been opened at any port, where nobody can be looked for.
            self.close()
        if self._station is None:
            self._exchange(peers, changed)
        else:
            self._station.call(_noted(partial(self._exchange, peers, changed)), _HANGS_S)

    def _exchange(self, peers: dict[str, Peer], changed: Collection[str]) -> None:
        """In the thread that hears of devices, so that it never sees half of it."""
        staying = {peer.device.address for peer in peers.values()}
        for id_ in changed:
            subscriber = self._subscribers.pop(id_, None)
            if subscriber is not None:
                # One that stays under another word or period is subscribed to anew right away.
                address = self._peers[id_].device.address
                subscriber.end(cancel=address not in staying)
            self._heeded.pop(id_, None)
            self._away.discard(id_)
        self._untrue = {place: s for place, s in self._untrue.items() if place[0] not in changed}
        self._peers = peers

    def close(self) -> None:
        """Release the port; the next poll opens it again, and subscribes anew."""
        if self._station is not None:
            self._station.close()
        self._station = None
        self._subscribers.clear()
        self._heeded.clear()
        for peer in self._peers.values():
            peer.left()

    def _open(self) -> Station:
        if self._station is None:
            self._station = self._made_station()
            instances = [p.instance for p in self._peers.values() if p.instance is not None]
            self._station.spawn(_sweep(self._station, ranges(instances)))
        return self._station

    def _made_station(self) -> Station:
        """At the bus's own port; at any where that is taken and nobody has to be looked for."""
        try:
            return Station(self._bus, self._heard, self._told)
        except Retryable:
            if self._keys.bbmd is None and any(
                peer.needs_broadcast for peer in self._peers.values()
            ):
                raise
        host = (self._bus.udp or "").partition("/")[0].partition(":")[0]
        aside = msgspec.structs.replace(self._bus, udp=f"{host}/32:0")
        return Station(aside, self._heard, self._told)

    async def _found(self, station: Station, peer: Peer, pace: Pace) -> Address:
        """Where a device is.

        Raises:
            NoAnswer: It does not say so.
        """
        if peer.address is None:
            assert peer.instance is not None  # noqa: S101 - others have an address
            await station.who_is(peer.instance, peer.instance)
            try:
                await asyncio.wait_for(peer.found.wait(), pace.timeout_s)
            except TimeoutError:
                raise NoAnswer(f"no device {peer.instance} answers Who-Is") from None
        assert peer.address is not None  # noqa: S101 - it was found
        return peer.address

    def _listen(self, station: Station, peer: Peer, plan: Plan) -> None:
        """Subscribe to what tells of its changes; anew after it was away."""
        id_ = peer.device.id
        subscriber = self._subscribers.get(id_)
        telling = [item for item in plan.items if item.tells]
        if subscriber is None and telling:
            give = partial(self._give, peer.device)
            subscriber = station.call(
                _made(station, peer, telling, self._keys.lifetime, give), _HANGS_S
            )
            self._subscribers[id_] = subscriber
            station.spawn(subscriber.run())
        elif subscriber is not None and self._heeded[id_] is not plan:
            station.call(_noted(partial(subscriber.want, telling)), _HANGS_S)
        if subscriber is not None and id_ in self._away:
            station.call(_noted(subscriber.anew), _HANGS_S)
        self._heeded[id_] = plan
        self._away.discard(id_)

    def _say(self, device: Device, plan: Plan) -> None:
        """What health should tell.

        Raises:
            Denied: The device refuses some of what is wanted.
        """
        for item in plan.items:
            self._log_untrue(device, item)
        subscriber = self._subscribers.get(device.id)
        said = [
            f"{what} {', '.join(f'{name} ({why})' for name, why in values.items())}"
            for what, values in (
                ("refuses", plan.refused),
                ("does not give", plan.failed),
                ("does not tell changes of", subscriber.refused if subscriber else {}),
            )
            if values
        ]
        if said:
            raise Denied("; ".join(said))

    def _log_untrue(self, device: Device, item: Item) -> None:
        """Say once why a value is none: a sensor's fault, a hand on the plant."""
        place = (device.id, item.name)
        why = item.untrue
        if why is not None and self._untrue.get(place) != why:
            self._untrue[place] = why
            _log.warning("no value", device=device.id, value=item.name, says=why)
        elif why is None and self._untrue.pop(place, None) is not None:
            _log.info("a value again", device=device.id, value=item.name)

    def _heard(self, i_am: IAmRequest) -> None:
        for id_, peer in self._peers.items():
            if peer.is_meant(i_am):
                peer.met(i_am)
                if id_ in self._subscribers:
                    self._subscribers[id_].anew()

    def _told(self, notice: Notice) -> bool:
        for id_, subscriber in list(self._subscribers.items()):
            if self._peers[id_].address == notice.pduSource and subscriber.told(notice):
                return True
        return False


async def _sweep(station: Station, wanted: Sequence[tuple[int, int]]) -> None:
    for low, high in wanted:
        await station.who_is(low, high)


async def _planned(peer: Peer, wanted: Sequence[str]) -> tuple[Plan, deque[list[Item]]]:
    plan = peer.plan(wanted)
    plan.failed.clear()
    return plan, batches(plan.items, peer.most)


async def _made(
    station: Station, peer: Peer, items: Sequence[Item], lifetime_s: int,
    give: Callable[[Values], None],
) -> Subscriber:  # fmt: skip
    return Subscriber(station, peer, items, lifetime_s, give)


async def _noted(note: Callable[[], None]) -> None:
    """A change of state, in the thread that it belongs to."""
    note()


def open_link(bus: BusKeys, devices: Sequence[Device], give: Give) -> BacnetLink:
    """The link of a bus; nothing is opened or sent yet."""
    return BacnetLink(bus, devices, give)
