"""Ingest: from the broker to the store, at least once, and confirmed end to end."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence

import structlog

from core import topics
from core.clock import Clock, SystemClock
from core.errors import Fatal, Retryable
from core.hand import Corrections
from core.health import GatewayBook
from core.meters import MeterEvents
from core.ports import Broker, BulkBroker, Message, Progress, Quarantine, ReadingStore, Receipts
from core.replaying import Replays
from core.site import HAND, Site
from ingest.arrival import Arrival
from ingest.confirm import Confirmations
from ingest.counts import Counts, Tally
from ingest.errands import Watch
from ingest.foreign.hand.source import HandSource
from ingest.foreign.host import Foreign
from ingest.gateways import Gateways
from ingest.inbox import Inbox
from ingest.metrics import registry_of
from ingest.patience import Interrupted
from ingest.rates import Rate, Rates
from ingest.relief import Once, Relief
from ingest.spool import Spool
from ingest.write import Writer

log = structlog.get_logger(__name__)

MOST = 5_000
"""Messages in one write. More makes one hunt for a bad row longer; fewer, and the store's
cost a write decides the pace (measured: work a message is 4 times that of grouped rows)."""
MOST_BYTES = 2 * 1024 * 1024
"""Payload in one write: about 300,000 readings, whose columns then take some 30 MB."""
INBOX = 10_000
"""Messages that may wait: the windows of some 40 gateways. Beyond it the session blocks."""
INBOX_BYTES = 64 * 1024 * 1024
DRAIN_S = 3.0
"""How long a stop waits for what has come already; the rest is delivered again."""

_LOOK_AGAIN_S = 0.01
"""How often is looked whether an errand is done; a decision on a register takes some 50 ms."""


class Ingest:
    """Takes batches from the broker and makes them durable, in one thread of its own.

    Args:
        site: The compiled model; payloads of other sites are not for us.
        store: Where readings last.
        receipts: What is settled, for all workers.
        quarantine: Where refused readings last.
        progress: What analytics is told.
        broker: A session that nobody else listens with; started and stopped here.
        clock: The run clock.
        system: System time: when gateways may stop to rest.
        most: Messages in one write.
        inbox: Messages that may wait; full, the session blocks.
        replays: Where entries of the quarantine wait that people want tried again.
        events: Where events of registers last; with both, people's wishes are done here.
        book: Where the health of gateways is written down.
        shared: Group of a shared subscription (MQTT 5), where several workers share the
            work on one InfluxDB; each then asks the store instead of its memory.
        foreign: What other programs publish; one worker of a site alone has it.
        hand: Readings that people entered.
        corrections: The same as they stand over what devices send; every worker has them.
        spool: Where foreign devices' messages are kept while the store is away; without,
            they stay with the broker. Closed by whoever made it.
        rate: What one gateway may send, by the machine's time; without, as much as it can.
    """

    def __init__(
        self,
        site: Site,
        store: ReadingStore,
        receipts: Receipts,
        quarantine: Quarantine,
        progress: Progress,
        broker: Broker,
        clock: Clock,
        *,
        system: Clock | None = None,
        most: int = MOST,
        inbox: int = INBOX,
        inbox_bytes: int = INBOX_BYTES,
        replays: Replays | None = None,
        events: MeterEvents | None = None,
        book: GatewayBook | None = None,
        shared: str | None = None,
        foreign: Foreign | None = None,
        hand: HandSource | None = None,
        corrections: Corrections | None = None,
        spool: Spool | None = None,
        rate: Rate | None = None,
    ) -> None:
        self._foreign, self._hand = foreign, hand
        self._site, self._broker, self._clock, self._most = site, broker, clock, most
        self._shared = shared
        self._inbox = Inbox(most=inbox, most_bytes=inbox_bytes)
        self._counts = Counts()
        self.gateways = Gateways(frozenset(site.gateways))
        self._rates = None if rate is None else Rates(rate, site.gateways, unbounded=_people(site))
        confirmations = Confirmations(site.id, receipts, broker, system or SystemClock())
        self._writer = Writer(
            site, store, receipts, quarantine, progress, confirmations, self._counts,
            self.gateways, events=events, alone=shared is None,
            foreign=foreign.read if foreign else None, again=foreign.again if foreign else None,
            rates=self._rates, corrections=corrections,
        )  # fmt: skip
        self._errands = self._writer.errands(replays, clock) if replays is not None else None
        self._asked = threading.Event()
        self._watch = (
            Watch(self._errands, self._on_asked, self.gateways, book)
            if self._errands is not None and book is not None
            else None
        )
        patience = self._writer.patience
        self._spool = spool
        self._relief = None if spool is None else Relief(self._inbox, spool)
        if self._relief is not None:
            patience.away = self._relief.allow
        self.metrics = registry_of(
            self._counts, self._inbox, self.gateways, lambda: patience.retries,
            foreign.gaps if foreign else dict, self._spooled,
        )  # fmt: skip
        self._reconnected = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ingest-writer", daemon=True)
        self.failure: Exception | None = None

    def start(self) -> None:
        """Begin: the writer first, then the session; once."""
        filters = topics.ingest_filters(self._site.id, shared=self._shared)
        if isinstance(self._broker, BulkBroker):
            self._broker.listen_many(filters, self._on_messages, self._on_connected)
        else:
            self._broker.listen(filters, self._on_message, self._on_connected)
        if self._relief is not None:
            self._relief.start()
        self._thread.start()
        self._broker.start()
        if self._foreign is not None:
            self._foreign.start(self._on_messages)
        if self._hand is not None:
            self._hand.start(lambda message: self._on_message(message, lasts=True))
        if self._watch is not None:
            self._watch.start()

    def stop(self) -> None:
        """Settle what has come, as far as the store answers, then leave."""
        self._inbox.close()
        if self._thread.ident is not None:
            self._thread.join(DRAIN_S)
            self._writer.patience.stop()
            self._thread.join()
        if self._relief is not None:
            self._relief.stop()
        for source in (self._foreign, self._hand):
            if source is not None:
                source.stop()
        if self._watch is not None:
            self._watch.stop()
        self._broker.stop()

    def idle(self) -> bool:
        """Whether nothing waits and nothing is in flight.

        Raises:
            Fatal: The part has stopped by itself; :attr:`failure` says why.
        """
        self._check()
        return self._inbox.idle()

    def wait_idle(self, timeout_s: float) -> bool:
        """Whether it became idle within the time.

        Raises:
            Fatal: As :meth:`idle`.
        """
        idle = self._inbox.wait_idle(timeout_s)
        self._check()
        return idle

    def wait_errands(self, timeout_s: float) -> bool:
        """Whether all that people have asked was done within the time, looked for at once.

        Raises:
            Fatal: As :meth:`idle`.
            Retryable: The records are away.
        """
        until = time.monotonic() + timeout_s
        while self._errands is not None and self._errands.due():
            self._check()
            if time.monotonic() >= until:
                return False
            if not self._asked.is_set():
                self._on_asked()
            time.sleep(_LOOK_AGAIN_S)
        return True

    def counts(self) -> Mapping[str, int]:
        """What was done since the start, by name of :class:`ingest.counts.Tally`."""
        return self._counts.now()

    def _check(self) -> None:
        if self.failure is not None:
            raise Fatal(f"ingest has stopped: {self.failure}") from self.failure

    def _on_message(self, message: Message, *, lasts: bool = False) -> None:
        if self._deferred(message):
            return
        arrival = self._arrived(message, self._clock.now(), lasts=lasts)
        if self._inbox.put(arrival) and self._relief is not None:
            self._relief.came((arrival,))

    def _on_messages(self, messages: Sequence[Message]) -> None:
        now = self._clock.now()
        arrivals = [self._arrived(m, now) for m in messages if not self._deferred(m)]
        taken = self._inbox.put_all(arrivals)
        if self._relief is not None:
            self._relief.came(arrivals[:taken])

    def _arrived(self, message: Message, now: int, *, lasts: bool = False) -> Arrival:
        return Arrival(
            topic=message.topic,
            payload=message.payload,
            retain=message.retain,
            received=now,
            ack=message.ack if self._relief is None else Once(message.ack),
            lasts=lasts,
        )

    def _deferred(self, message: Message) -> bool:
        """Whether it is a batch above its gateway's rate: acknowledged, and not confirmed.

        So it takes no place in the session's window from others, and its edge sends it again.
        """
        address = None if self._rates is None else topics.parse(message.topic)
        if (
            self._rates is None
            or address is None
            or address.batch is None
            or self._rates.admits(address.gateway)
        ):
            return False
        message.ack()
        self._counts.add(Tally(messages=1, deferred=1))
        self.gateways.note_over(address.gateway, self._clock.now(), batches=1)
        return True

    def _on_connected(self, _session_present: bool) -> None:  # noqa: FBT001 the port's callback
        self._reconnected.set()
        self._inbox.nudge()

    def _on_asked(self) -> None:
        self._asked.set()
        self._inbox.nudge()

    def _do_errands(self) -> None:
        if not self._asked.is_set() or self._errands is None:
            return
        self._asked.clear()
        try:
            if self._errands.run():
                self._on_asked()  # more may wait, but what arrives has its turn first
        except Retryable as why:
            log.warning("errands wait", reason=str(why))
        except Fatal:
            raise
        except Exception:
            # What arrives must not wait for a wish that cannot be done; it is tried again.
            log.exception("an errand failed")

    def _run(self) -> None:
        try:
            self._writer.begin()
            self._drain()
            while self._round():
                pass
        except Interrupted:
            log.warning("stopped while the store was away; the rest comes again")
        except Exception as error:  # whatever it is, nothing may be acknowledged after it
            self.failure = error
            log.critical("ingest stops", error=str(error), exc_info=error)
        finally:
            self._inbox.close()
            self._inbox.finished()

    def _round(self) -> bool:
        """One write, or one announcement; False when there is nothing more to come."""
        taken = self._inbox.take(self._most, MOST_BYTES)
        if self._relief is not None:
            self._relief.taken(taken)
        if self._reconnected.is_set():
            self._reconnected.clear()
            self._writer.announce()
        if taken:
            self._writer.write(taken)
            self._forget()
        self._drain()
        if taken:
            self._inbox.finished()
        self._do_errands()
        return bool(taken) or not self._inbox.closed

    def _forget(self) -> None:
        """Drop from the spool what the writer had when it was put there, and has now stored."""
        if (
            self._spool is not None
            and self._relief is not None
            and (upto := self._relief.written())
        ):
            spool = self._spool
            self._writer.patience.run(lambda: spool.forget(upto), "spool")

    def _drain(self) -> None:
        """Write what was spooled meanwhile, before anything that came after it."""
        spool, relief = self._spool, self._relief
        while spool is not None and relief is not None and spool.depth()[0]:
            run = self._writer.patience.run
            last, arrivals = run(lambda: spool.head(self._most, MOST_BYTES), "spool")
            relief.taken(())
            self._writer.write(arrivals, bounded=False)
            run(lambda: spool.forget(last), "spool")  # noqa: B023 called at once
            relief.drained()

    def _spooled(self) -> tuple[int, int, int]:
        """Messages and bytes in the spool, and messages that found no room."""
        if self._spool is None or self._relief is None:
            return 0, 0, 0
        return (*self._spool.depth(), self._relief.refused)


def _people(site: Site) -> frozenset[str]:
    """Gateways whose readings people enter: a list of a year is no flood."""
    return frozenset(id_ for id_, gateway in site.gateways.items() if gateway.driver == HAND)
