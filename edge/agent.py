"""One gateway's agent: reads its driver, commits, publishes, forgets what the store has."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from core import topics, wire
from core.batch import Columns
from core.clock import Clock
from core.errors import Fatal, Retryable, Undecodable
from core.ports import Broker, Driver, Message, Will
from core.quality import Quality
from core.site import Site
from edge.changing import ChangingDriver, table_of
from edge.fullness import Alarm, Fullness
from edge.outbox import Depth, Outbox
from edge.presence import Presence, State
from edge.sender import Sender

_log = structlog.get_logger(__name__)
_SLOWEST_READ_S = 60
_PAUSE_S = 1.0  # after a disk that is full or a device that does not answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What an agent did since it was made, for the account of a run.

    Attributes:
        readings: Committed to the outbox; every one of them reaches the store or is counted
            under ``discarded`` (batches).
        no_value: Of them, without a value.
        sendings: Batches published, repeated sendings too.
        repeated: Of them, those that were not the first.
        confirmations: Messages from ingest that were applied.
        discarded: Batches dropped by the outbox's bounds, and announced.
        waiting: Batches that wait for their confirmation now.
    """

    readings: int
    no_value: int
    sendings: int
    repeated: int
    confirmations: int
    discarded: int
    waiting: int


class Agent:
    """Drives one gateway, live by a thread of its own or stepped by a conductor.

    Live: :meth:`start`, :meth:`stop`. Stepped: :meth:`step` and :meth:`wait_settled`, then
    :meth:`stop`. Both run the same code. The session is the agent's: it listens, starts and
    stops it. Driver and outbox belong to whoever made them.

    Args:
        site: The model, or the gateway's slice of it.
        gateway: Which gateway this is.
        driver: Reads its devices.
        outbox: Where readings last until they are confirmed.
        broker: A session that was not started.
        clock: The run clock.
        read_every_s: Pause between reads when live; where absent what the driver asks for, else
            the shortest period of its points (at most a minute). [s]
        health_every_s: Pause between health messages, by the run clock. [s]
        first_connection_s: How long the first step waits for the broker, so that its readings
            go out as live. [s]
    """

    def __init__(
        self,
        site: Site,
        gateway: str,
        driver: Driver,
        outbox: Outbox,
        broker: Broker,
        clock: Clock,
        *,
        read_every_s: float | None = None,
        health_every_s: float = 60.0,
        first_connection_s: float = 5.0,
    ) -> None:
        self._site, self._gateway, self._driver = site.id, gateway, driver
        self._outbox, self._broker, self._clock = outbox, broker, clock
        self._alarms: Callable[[], Sequence[str]] = getattr(driver, "alarms", tuple)
        self._points = table_of(driver, site)
        self._asked_every_s = read_every_s
        self._read_every_s = self._every_s(site)
        self._config = wire.ConfigHealth(hash=site.version, since=clock.now())
        self._health_every_ms = int(health_every_s * 1000)
        self._health_at: int | None = None
        self._first_connection_s = first_connection_s
        self._sender = Sender(site.id, gateway, outbox, broker, clock)
        self._changed = threading.Condition()  # guards the sender and the counts
        self._reading = threading.Lock()
        self._held: tuple[Columns, int, Sequence[tuple[str, str]]] | None = None
        self._full = Fullness()
        self._readings = self._no_value = self._confirmations = 0
        self._error: str | None = None
        self._started = self._stopping = self._broken = False
        self._thread: threading.Thread | None = None
        self._presence = Presence(site.id, gateway, outbox.boot)
        self._confirm_topic = topics.confirm_topic(site.id, gateway)
        broker.listen(
            [self._confirm_topic], self._on_message, self._on_connected,
            will=Will(
                topic=self._presence.state_topic,
                payload=self._presence.state("offline", clock.now()),
            ),
        )  # fmt: skip

    def start(self) -> None:
        """Connect, and read by a thread of its own until :meth:`stop`."""
        self._connect()
        if self._thread is None:
            self._thread = threading.Thread(
                target=self._live, name=f"edge-{self._gateway}", daemon=True
            )
            self._thread.start()

    def stop(self) -> None:
        """Say offline and end; what is unconfirmed stays in the outbox."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()
        if self._started:
            self._say("offline")
            self._broker.stop()

    def step(self, until: int) -> int:
        """Read up to a time, commit, publish what the window allows; how many readings.

        Args:
            until: Device time. [ms]

        Raises:
            Retryable: The outbox cannot be written, or the device did not answer. What was
                read is held and committed by the next step; nothing new is read before.
        """
        if self._connect():
            with self._changed:  # else the first batch of a run would not be live
                self._changed.wait_for(lambda: self._sender.online, self._first_connection_s)
        readings = 0
        with self._reading:
            readings += self._read(until)
        with self._changed:
            self._sender.pump()
            self._publish_health()
        return readings

    def change(self, site: Site, make: Callable[[], Driver] | None = None) -> Driver:
        """Take up another version of the site, between two reads.

        Session, outbox, sequence numbers and what waits for its confirmation stay. What was
        read before is committed first, under the points that it was read for.

        Args:
            site: The new model, checked.
            make: Makes another driver; where absent the present one takes up the site, if it
                is a :class:`edge.changing.ChangingDriver` and its part of it has changed.

        Returns:
            The driver that reads from now on.

        Raises:
            Retryable: The outbox cannot be written; nothing has changed.
            Misconfigured: The site cannot be read; nothing has changed.
        """
        with self._reading:
            now = self._clock.now()
            self._read(now)
            before = self._driver
            if make is not None:
                self._driver = make()
                before.close()
                if isinstance(before, ChangingDriver):  # it has read by itself since
                    self._hold(before.read(self._clock.now()), now)
                self._alarms = getattr(self._driver, "alarms", tuple)
            elif isinstance(before, ChangingDriver):
                before.change(site)
            self._points = table_of(self._driver, site)
            self._read_every_s = self._every_s(site)
        return self._driver

    def runs_on(self, config: wire.ConfigHealth) -> None:
        """Which site files it runs on and which it refused, for health; said at once."""
        with self._changed:
            self._config = config
            self._health_at = None
            self._changed.notify_all()

    def settled(self) -> bool:
        """Whether every reading that was read is confirmed."""
        return self._held is None and self._outbox.empty()

    def wait_settled(self, timeout_s: float) -> bool:
        """Wait until all is confirmed, sending again what is due; False when time is up. [s]"""
        deadline = time.monotonic() + timeout_s
        with self._changed:
            while not self.settled():
                self._sender.pump()
                left = deadline - time.monotonic()
                if left <= 0 or self._stopping:
                    return False
                self._changed.wait(min(left, self._until_due()))
        return True

    def counts(self) -> Counts:
        """What it did so far."""
        depth = self._outbox.depth()
        with self._changed:
            return Counts(
                readings=self._readings, no_value=self._no_value,
                sendings=self._sender.sent, repeated=self._sender.sent_again,
                confirmations=self._confirmations, discarded=depth.discarded,
                waiting=depth.batches,
            )  # fmt: skip

    def depth(self) -> Depth:
        """How full its outbox is."""
        return self._outbox.depth()

    def _say(self, state: State) -> None:
        payload = self._presence.state(state, self._clock.now())
        self._broker.publish(self._presence.state_topic, payload, retain=True)

    def _connect(self) -> bool:
        """Start the session; whether it was this call that did."""
        with self._changed:
            if self._started:
                return False
            self._started = True
        self._broker.start()
        return True

    def _live(self) -> None:
        next_read = time.monotonic()
        while not self._stopping:
            if time.monotonic() >= next_read:
                next_read = max(next_read + self._read_every_s, time.monotonic())
                self._read_live()
            with self._changed:
                self._sender.pump()
                self._publish_health()
                pause = min(next_read - time.monotonic(), self._until_due())
                if pause > 0 and not self._stopping:
                    self._changed.wait(pause)
        if not self._broken:
            # A driver that polls by itself has read since: it is committed, and sent next time.
            self._read_live()

    def _read_live(self) -> None:
        try:
            self.step(self._clock.now())
            if self._outbox.tidy():
                self._discarded()
            self._error = None
        except Retryable as error:
            if self._error is None:
                _log.warning("edge waits", gateway=self._gateway, reason=str(error))
            self._error = str(error)
            with self._changed:
                self._changed.wait(min(error.retry_after_s, _PAUSE_S))
        except Fatal as error:
            _log.exception("edge stops", gateway=self._gateway)
            self._broken = True
            self._error = str(error)
            self._stopping = True
        except Exception as error:  # noqa: BLE001
            # One device that confuses its driver must not end the gateway; health says it.
            _log.exception("edge read failed", gateway=self._gateway)
            self._error = f"{type(error).__name__}: {error}"

    def _every_s(self, site: Site) -> float:
        periods = [point.period_s for point in site.points if point.gateway == self._gateway]
        wanted = self._asked_every_s or getattr(self._driver, "read_every_s", None)
        return float(wanted or min([*periods, _SLOWEST_READ_S]))

    def _read(self, until: int) -> int:
        """What is held and what is new, into the outbox; how many readings."""
        readings = 0
        if self._held is not None:
            readings += self._commit(*self._held)
        return readings + self._commit(self._driver.read(until), until, self._points)

    def _hold(self, rows: Columns, until: int) -> None:
        """Commit what a driver leaves behind, at the latest with the next read."""
        try:
            self._commit(rows, until, self._points)
        except Retryable as error:
            _log.warning("edge holds readings", gateway=self._gateway, reason=str(error))

    def _commit(self, rows: Columns, until: int, points: Sequence[tuple[str, str]]) -> int:
        self._held = (rows, until, points)
        appended = self._outbox.append(rows, points, read_until=until)
        self._held = None
        if appended.discarded:
            self._discarded()
        with self._changed:
            self._readings += len(rows)
            self._no_value += int((rows.quality == Quality.BAD).sum())
            self._sender.offer(appended.entries)
        return len(rows)

    def _discarded(self) -> None:
        _log.warning("edge discarded its oldest readings", gateway=self._gateway)
        with self._changed:
            self._sender.forget_discarded()

    def _until_due(self) -> float:
        due = self._sender.next_due()
        return float("inf") if due is None else max(due - time.monotonic(), 0.0)

    def _on_connected(self, session_present: bool) -> None:  # noqa: FBT001 as in the port
        self._say("online")
        with self._changed:
            self._sender.connected(session_present=session_present)
            self._sender.pump()
            self._changed.notify_all()

    def _on_message(self, message: Message) -> None:
        # A resumed session on amqtt is sent retained messages of other people's filters.
        if message.topic == self._confirm_topic:
            self._on_confirmation(message.payload)
        message.ack()

    def _on_confirmation(self, payload: bytes) -> None:
        try:
            confirmation = wire.decode(payload, wire.ConfirmMessage)
        except Undecodable as error:
            _log.warning("edge got no confirmation", gateway=self._gateway, reason=str(error))
            return
        with self._changed:
            try:
                self._sender.confirmed(confirmation)
            except Retryable as error:
                # The batches are sent once more, and confirmed once more.
                _log.warning("edge cannot settle", gateway=self._gateway, reason=str(error))
            self._confirmations += 1
            self._sender.pump()
            self._changed.notify_all()

    def _publish_health(self) -> None:
        now = self._clock.now()
        depth = self._outbox.depth()
        if self._full.look(depth):
            self._log_fullness(depth)  # and say so at once
        elif self._health_at is not None and now < self._health_at + self._health_every_ms:
            return
        devices = dict(self._driver.health())
        if self._error is not None:
            devices["edge"] = (None, self._error)
        payload = self._presence.health(
            now, depth, self._sender.oldest_unsent(), devices,
            [*filter(None, [self._full.alarm]), *self._alarms()], self._config,
        )  # fmt: skip
        # QoS 0: old health is no use, and would fill the queue of an ingest that is away.
        if self._broker.publish(self._presence.health_topic, payload, qos=0):
            self._health_at = now

    def _log_fullness(self, depth: Depth) -> None:
        tell = _log.info if self._full.alarm is Alarm.NONE else _log.warning
        tell(
            "the outbox is " + (self._full.alarm.removeprefix("outbox_") or "well again"),
            gateway=self._gateway, full=round(depth.full, 3), oldest=depth.oldest,
            discarded=depth.discarded,
        )  # fmt: skip
