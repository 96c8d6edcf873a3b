"""Real records and a real store with a broker that is only a list, and a diary of the order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from adapters.records import Records
from adapters.store.duck import DuckStore
from core import topics, wire
from core.batch import Batch, BatchName, Intervals, Stored
from core.clock import SteppedClock
from core.errors import Retryable
from core.meters import Undecided
from core.ports import (
    ClockSeen,
    GatewayProgress,
    LateRange,
    Message,
    Progress,
    Quarantine,
    Quarantined,
    Receipts,
    RefusedRows,
    Will,
)
from core.settled import Settled
from core.site import Site
from ingest.foreign.host import Foreign
from ingest.rates import Rate
from ingest.service import Ingest
from ingest.spool import Spool
from tests.ingest.places import NOW, small_site
from tests.sample import records_in
from tests.servers import wait_for


@dataclass
class Diary:
    """What was done, in order; and what fails how often before it works."""

    steps: list[str] = field(default_factory=list)
    failing: dict[str, int] = field(default_factory=dict)
    broken: dict[str, Exception] = field(default_factory=dict)

    def note(self, step: str) -> None:
        """Write it down, or fail as arranged."""
        if step in self.broken:
            raise self.broken[step]
        if self.failing.get(step, 0) > 0:
            self.failing[step] -= 1
            raise Retryable(f"{step} is away", retry_after_s=0.0)
        self.steps.append(step)


class DiaryStore(DuckStore):
    """The store of one machine, writing down what it was asked."""

    def __init__(self, site: Site, diary: Diary) -> None:
        super().__init__(":memory:", site)
        self.diary = diary
        self.refuse: str | None = None

    def write(
        self, batches: Sequence[Batch], *, receipted: AbstractSet[BatchName]
    ) -> Sequence[RefusedRows]:
        self.diary.note("readings")
        refused = list(super().write(batches, receipted=receipted))
        if self.refuse is not None:
            refused.append(RefusedRows(batches[0].name, batches[0].rows, self.refuse))
        return refused

    def write_intervals(self, intervals: Intervals) -> None:
        self.diary.note("use")
        super().write_intervals(intervals)

    def all(self) -> Stored:
        """Every reading."""
        return self.read(range(len(self._site.points)), 0, 4 * 10**12)

    def use(self) -> Intervals:
        """All use."""
        return self.read_intervals(range(len(self._site.points)), 0, 4 * 10**12)


@dataclass
class DiaryReceipts:
    """Real receipts."""

    real: Receipts
    diary: Diary

    def known(self, names: Sequence[BatchName]) -> AbstractSet[BatchName]:
        return self.real.known(names)

    def settle(
        self,
        names: Sequence[BatchName],
        discarded: Sequence[tuple[str, str, int, int]] = (),
    ) -> Mapping[str, Mapping[str, Settled]]:
        self.diary.note("receipt")
        return self.real.settle(names, discarded)

    def settled(self) -> Mapping[str, Mapping[str, Settled]]:
        return self.real.settled()


@dataclass
class DiaryQuarantine:
    """Real quarantine; what it was given stands in ``kept`` too."""

    real: Quarantine
    diary: Diary
    kept: list[Quarantined] = field(default_factory=list)

    def keep(self, refused: Sequence[Quarantined]) -> None:
        self.diary.note("quarantine")
        self.real.keep(refused)
        self.kept += refused


@dataclass
class DiaryProgress:
    """Real progress."""

    real: Progress
    diary: Diary

    def report(
        self, progress: Sequence[GatewayProgress], late: Sequence[LateRange],
        clocks: Sequence[ClockSeen] = (),
    ) -> None:  # fmt: skip
        self.diary.note("progress")
        self.real.report(progress, late, clocks)

    def undecided(self, since: int) -> Sequence[Undecided]:
        return self.real.undecided(since)

    def clocks(self, since: int) -> Sequence[ClockSeen]:
        return self.real.clocks(since)

    def gateways(self) -> Mapping[str, GatewayProgress]:
        return self.real.gateways()

    def late(self) -> Sequence[tuple[int, LateRange]]:
        return self.real.late()

    def forget_late(self, ids: Sequence[int]) -> None:
        self.real.forget_late(ids)


class ListBroker:
    """A broker that keeps what was published in a list, and delivers what a test says."""

    def __init__(self, diary: Diary) -> None:
        self.diary = diary
        self.published: list[tuple[str, bytes, bool]] = []
        self.acked: list[str] = []
        self.filters: tuple[str, ...] = ()
        self._on_message: Callable[[Message], None] = lambda _message: None
        self._on_connected: Callable[[bool], None] | None = None

    def listen(
        self,
        filters: Sequence[str],
        on_message: Callable[[Message], None],
        on_connected: Callable[[bool], None] | None = None,
        *,
        will: Will | None = None,
    ) -> None:
        del will
        self.filters = tuple(filters)
        self._on_message, self._on_connected = on_message, on_connected

    def start(self) -> None:
        """It always is."""

    def wait_connected(self, timeout_s: float) -> bool:
        return timeout_s > 0

    def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> bool:
        if not self.published or self.published[-1][1] != payload:
            self.diary.steps.append("confirmation")
        self.published.append((topic, payload, retain))
        return qos == 1

    def stop(self) -> None:
        """It never does."""

    def reconnect(self) -> None:
        """Say that a new connection stands."""
        assert self._on_connected is not None
        self._on_connected(True)

    def deliver(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Deliver one message."""

        def ack() -> None:
            self.diary.steps.append("ack")
            self.acked.append(topic)

        self._on_message(Message(topic, payload, retain, ack))

    def confirmed(self, gateway: str) -> dict[str, Settled]:
        """What was confirmed last."""
        message = self.confirmation(gateway)
        return {} if message is None else wire.confirmed(message)

    def confirmation(self, gateway: str) -> wire.ConfirmMessage | None:
        """The last confirmation of a gateway."""
        wanted = topics.confirm_topic("small", gateway)
        for topic, payload, retain in reversed(self.published):
            if topic == wanted:
                assert retain
                return wire.decode(payload, wire.ConfirmMessage)
        return None


@dataclass
class Bench:
    """Ingest with everything around it."""

    site: Site
    diary: Diary
    store: DiaryStore
    records: Records
    quarantine: DiaryQuarantine
    broker: ListBroker
    clock: SteppedClock
    ingest: Ingest

    def settle(self, timeout_s: float = 10.0) -> None:
        """Wait until all that was delivered is done."""
        assert self.ingest.wait_idle(timeout_s)
        # Counts follow the acknowledgement; idle follows the counts.

    def accounts(self) -> dict[str, int]:
        """Counts, checked: every reading is in exactly one place."""
        counts = dict(self.ingest.counts())
        assert counts["received"] == sum(
            counts[name] for name in ("stored", "quarantined", "duplicates")
        )
        return counts


@contextmanager
def bench(
    folder: Path, *, site: Site | None = None, most: int = 256, inbox: int = 2000,
    start: bool = True, foreign: Foreign | None = None, spool: Spool | None = None,
    rate: Rate | None = None,
) -> Iterator[Bench]:  # fmt: skip
    """Ingest started on an empty store and empty records."""
    site = site or small_site()
    diary = Diary()
    records = records_in(folder)
    store = DiaryStore(site, diary)
    broker, clock = ListBroker(diary), SteppedClock(NOW)
    quarantine = DiaryQuarantine(records.quarantine, diary)
    ingest = Ingest(
        site, store, DiaryReceipts(records.receipts, diary), quarantine,
        DiaryProgress(records.progress, diary), broker, clock, most=most, inbox=inbox,
        foreign=foreign, spool=spool, rate=rate,
    )  # fmt: skip
    if start:
        ingest.start()
    try:
        yield Bench(site, diary, store, records, quarantine, broker, clock, ingest)
    finally:
        ingest.stop()
        store.close()
        records.close()


def wait_until_waiting(bench_: Bench, gateway: str) -> wire.ConfirmMessage:
    """Wait for a confirmation that tells a gateway to rest."""

    def waits() -> bool:
        message = bench_.broker.confirmation(gateway)
        return message is not None and message.waiting_until is not None

    wait_for(waits, "a word to rest")
    message = bench_.broker.confirmation(gateway)
    assert message is not None
    return message
