"""Everything that comes to ingest from other programs: its sessions, and what it tells them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence

import structlog
from msgspec.structs import replace

from core.clock import Clock, SystemClock
from core.ports import Broker, BulkBroker, Message, Will
from core.site import DIALECTS, SPARKPLUG, Site
from ingest.arrival import Arrival
from ingest.foreign.dialects import Dialects
from ingest.foreign.mapping import filters_of
from ingest.foreign.sparkplug.node import NodeMap
from ingest.foreign.sparkplug.payload import rebirth
from ingest.foreign.sparkplug.reader import SparkplugReader
from ingest.foreign.sparkplug.rebirths import Rebirths
from ingest.foreign.sparkplug.state import HostState
from ingest.foreign.told import Told

log = structlog.get_logger(__name__)

_LOOK_S = 0.1
"""As often as a rebirth may be asked for."""


def needed(site: Site) -> bool:
    """Whether any gateway of the site speaks otherwise than our edges do."""
    return any(g.driver in {DIALECTS, SPARKPLUG} for g in site.gateways.values())


def read_again(site: Site, arrival: Arrival) -> Told:
    """What a message says that was in quarantine, after the site's file was mended.

    By readers of its own: an old message moves no node's sequence, is no repeat of itself
    and is not spared; its time of arrival is what it was.
    """
    live = replace(arrival, retain=False)
    if arrival.topic.startswith("spBv1.0/"):
        return SparkplugReader(site, _nobody, _nobody).read(live)
    return Dialects(site).read(live)


class Foreign:
    """Two sessions beside ingest's own, of one consumer, since order matters.

    What says when it was measured comes through a persistent session: the broker keeps it
    while we are away. What does not, and Sparkplug, comes through one that keeps nothing:
    delivered late it would get a wrong time, and Sparkplug asks for births instead. Never on a
    shared subscription: births would go to one worker and their data to another.

    Args:
        site: The compiled model.
        kept: Session of messages with a time of their own; persistent.
        live: Session of the others; clean.
        host: Host id of Sparkplug.
        system: System time: of births asked for, and of the host's state.
    """

    def __init__(
        self, site: Site, kept: Broker, live: Broker, *, host: str, system: Clock | None = None
    ) -> None:
        self._site, self._system = site, system or SystemClock()
        self._rebirths = Rebirths()
        self._dialects = Dialects(site)
        self._sparkplug = SparkplugReader(site, self._want, self._rebirths.born)
        self._nodes: dict[str, NodeMap] = {
            node.map.gateway: node.map for node in self._sparkplug.nodes.values()
        }
        self._kept, self._live = kept, live
        self._state = HostState(host, self._system.now()) if self._nodes else None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._ask, name="foreign-host", daemon=True)
        self._deliver: Callable[[Sequence[Message]], None] = lambda _: None
        self.asked = 0
        """Births asked for."""

    def start(self, deliver: Callable[[Sequence[Message]], None]) -> None:
        """Begin; all messages that are ingest's go to ``deliver``; once."""
        self._deliver = deliver
        shapes = self._dialects.shapes
        timed, untimed = filters_of(shapes, timed=True), filters_of(shapes, timed=False)
        own = () if self._state is None else (self._state.topic,)
        births = tuple(f for node in self._nodes.values() for f in node.filters)
        if timed:
            _listen(self._kept, timed, deliver)
            self._kept.start()
        if untimed or births:
            will = None if self._state is None else self._state.will
            filters = (*own, *births, *untimed)
            _listen(self._live, filters, self._on_live, self._on_connected, will)
            self._live.start()
        if self._nodes:
            self._thread.start()

    def stop(self) -> None:
        """Say that we are gone, and leave."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()
        if self._state is not None:
            self._live.publish(self._state.topic, self._state.offline, retain=True)
        self._live.stop()
        self._kept.stop()

    def read(self, arrival: Arrival) -> Told:
        """What one message says; by the one thread that writes."""
        if arrival.topic.startswith("spBv1.0/"):
            return self._sparkplug.read(arrival)
        return self._dialects.read(arrival)

    def again(self, arrival: Arrival) -> Told:
        """See :func:`read_again`."""
        return read_again(self._site, arrival)

    def gaps(self) -> Mapping[str, int]:
        """Times that messages of a Sparkplug node were missing, by gateway."""
        return self._sparkplug.gaps()

    def _on_live(self, messages: Sequence[Message]) -> None:
        own = self._state.topic if self._state is not None else None
        foreign = [message for message in messages if message.topic != own]
        if foreign:
            self._deliver(foreign)
        for message in messages:
            if message.topic == own:
                self._on_state(message)

    def _on_state(self, message: Message) -> None:
        message.ack()
        if self._state is None:
            return
        if self._state.contradicted(message.payload) and not self._stopping.is_set():
            self._live.publish(self._state.topic, self._state.online, retain=True)

    def _on_connected(self, _session_present: bool) -> None:  # noqa: FBT001 the port's callback
        if self._state is None:
            return
        self._sparkplug.doubt()
        for gateway in self._nodes:
            self._want(gateway)
        # Nodes that have us as their primary host are born by this word alone.
        self._live.publish(self._state.topic, self._state.online, retain=True)

    def _want(self, gateway: str) -> None:
        self._rebirths.want(gateway, _now())

    def _ask(self) -> None:
        while not self._stopping.wait(_LOOK_S):
            gateway = self._rebirths.take(_now())
            if gateway is None:
                continue
            command = self._nodes[gateway].command
            if self._live.publish(command, rebirth(self._system.now()), qos=0):
                self.asked += 1
                log.info("sparkplug birth asked for", gateway=gateway)
            else:
                self._rebirths.again(gateway, _now())


def _listen(
    session: Broker, filters: Sequence[str], on_messages: Callable[[Sequence[Message]], None],
    on_connected: Callable[[bool], None] | None = None, will: Will | None = None,
) -> None:  # fmt: skip
    """To many at once, where the session hands them over so."""
    if isinstance(session, BulkBroker):
        session.listen_many(filters, on_messages, on_connected, will=will)
    else:
        session.listen(filters, lambda one: on_messages((one,)), on_connected, will=will)


def _nobody(_gateway: str) -> None:
    """Nobody is asked for anything."""


def _now() -> float:
    """Of a clock that only runs forward. [ms]"""
    return time.monotonic() * 1000
