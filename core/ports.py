"""Ports: what one part needs of another, as small contracts.

All calls are synchronous and thread-safe unless a docstring says otherwise; who needs
them in an event loop calls them in a thread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

import msgspec

from core.batch import Batch, BatchName, Columns, Floats, Intervals, Ints, Stored
from core.finding import Finding, FindingEvent
from core.meters import Undecided
from core.quantity import Kind
from core.settled import Settled
from core.site import Site
from core.verdict import Run


@dataclass(frozen=True, slots=True)
class RefusedRows:
    """Rows of a batch that the store will not have, and why."""

    name: BatchName
    rows: Columns
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesBuckets:
    """One point in buckets aligned to absolute time; empty buckets are absent rows.

    ``at`` is the end of the bucket [ms]; ``first``, ``low``, ``high``, ``last`` and
    ``mean`` are NaN where a bucket holds only bad readings; ``quality`` is the worst
    :class:`core.quality.Quality`, but of a register the worst :class:`core.quality.IntervalState`
    of its use, where 1 is *estimated* and 2 *suspect*; ``count`` is of those that
    have a value, so that mean · count is the sum.
    """

    at: list[int]
    first: list[float]
    low: list[float]
    high: list[float]
    last: list[float]
    mean: list[float]
    quality: list[int]
    count: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What was expected of one point, in time order.

    Attributes:
        at: End of the interval it was expected of. (n,) int64 [ms]
        low: Lower edge of the band, in the point's unit; NaN where unknown. (n,) float64
        mid: Middle of the band. (n,) float64
        high: Upper edge of the band. (n,) float64
    """

    at: Ints
    low: Floats
    mid: Floats
    high: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A row of the ``order`` or ``finding`` measurement, for dashboards.

    Attributes:
        measurement: ``order`` or ``finding``.
        id: Of the order or finding.
        at: When it became so. [ms]
        fields: ``state``, ``priority``, ``title``, ``person``, ``waste_money_per_day``…
    """

    measurement: str
    building: str
    id: str
    at: int
    fields: Mapping[str, str | int | float]


class ReadingStore(Protocol):
    """Where readings last. Writing one twice is harmless.

    Opened by its constructor, closed by :meth:`close`; every write is durable when the
    call returns. Raises :class:`core.errors.Retryable` while the store is away and
    :class:`core.errors.Fatal` when it will never accept anything again.
    """

    def write(
        self, batches: Sequence[Batch], *, receipted: AbstractSet[BatchName]
    ) -> Sequence[RefusedRows]:
        """Write all rows; of batches already receipted only those that are missing.

        For one (point, time) what comes later in ``batches`` stands, except that a
        receipted batch never replaces a present row.
        """
        ...

    def write_intervals(self, intervals: Intervals) -> None:
        """Write derived use; the same (point, interval) is replaced."""
        ...

    def write_expected(
        self, point: int, at: Sequence[int], low: Sequence[float], mid: Sequence[float],
        high: Sequence[float],
    ) -> None:  # fmt: skip
        """Write what was expected of a point, so that dashboards can draw the band."""
        ...

    def write_marks(self, marks: Sequence[Mark]) -> None:
        """Write what became of orders and findings."""
        ...

    def read(self, points: Sequence[int], start: int, end: int) -> Stored:
        """Readings with ``start < at <= end``, ordered by point, then time."""
        ...

    def read_before(self, points: Sequence[int], at: int, most: int = 1) -> Stored:
        """The last ``most`` readings of each point with time ≤ ``at``, in time order."""
        ...

    def read_after(self, points: Sequence[int], at: int, most: int = 1) -> Stored:
        """The first ``most`` readings of each point with time > ``at``, in time order."""
        ...

    def read_intervals(self, points: Sequence[int], start: int, end: int) -> Intervals:
        """Use with ``start < at <= end``, ordered by point, then time."""
        ...

    def read_expected(self, point: int, start: int, end: int) -> Expected:
        """What was expected of a point with ``start < at <= end``, in time order."""
        ...

    def latest(self, points: Sequence[int]) -> Stored:
        """The newest reading of each point that has one."""
        ...

    def series(self, point: int, start: int, end: int, bucket_ms: int) -> SeriesBuckets:
        """One point for drawing; registers are drawn from their intervals' sum as mean·count."""
        ...

    def count(self) -> Mapping[str, int]:
        """Rows by measurement: what the counters of a run are checked against."""
        ...

    def erase(self, point: int, start: int, end: int) -> None:
        """Remove readings and intervals with ``start < at <= end`` of one point."""
        ...

    def backup(self, folder: Path) -> None:
        """Copy everything into an empty folder, consistently."""
        ...

    def close(self) -> None:
        """Release files and connections; nothing is pending after it."""
        ...


class Receipts(Protocol):
    """Which batches are durable, for all workers: never in one worker's memory."""

    def known(self, names: Sequence[BatchName]) -> AbstractSet[BatchName]:
        """Those of the names that have a receipt."""
        ...

    def settle(
        self, names: Sequence[BatchName],
        discarded: Sequence[tuple[str, str, int, int]] = (),
    ) -> Mapping[str, Mapping[str, Settled]]:  # fmt: skip
        """Add receipts (and ranges announced as discarded: gateway, boot, from, to).

        Merged in a transaction that locks first. Returns every open boot of every
        gateway touched: what its confirmation says.
        """
        ...

    def settled(self) -> Mapping[str, Mapping[str, Settled]]:
        """By gateway and boot: what ingest publishes again when it starts."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """Something refused, kept with its payload and reason.

    Attributes:
        gateway: Who sent it; from the topic.
        topic: Where it came in.
        payload: As received, or the refused rows as a batch payload of their own.
        reason: A stable word (docs/wire-contract.md).
        detail: For a person: where, what, what was expected.
        readings: How many readings it holds; 0 where it could not be decoded.
        received: Run clock. [ms]
        name: Of the batch it was part of.
        point: Where it is all of one point.
        points: Readings by point, where it can be told.
    """

    gateway: str
    topic: str
    payload: bytes
    reason: str
    detail: str
    readings: int
    received: int
    name: BatchName | None = None
    point: str | None = None
    points: Mapping[str, int] = field(default_factory=dict)


class Quarantine(Protocol):
    """Where what could not be stored lasts, with its reason; durable on return."""

    def keep(self, refused: Sequence[Quarantined]) -> None:
        """Keep; the same (batch name, reason, point) twice is one entry."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayProgress:
    """How far one gateway's data goes; what its watermark is computed from.

    Attributes:
        gateway: Which.
        newest: Latest device time seen, never beyond the run clock. [ms]
        oldest_unsent: What it says still waits at the edge. [ms]
        heard: Run clock when it was last heard. [ms]
        state: ``online``, ``offline`` or ``unknown``.
    """

    gateway: str
    newest: int
    oldest_unsent: int | None
    heard: int
    state: str = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class LateRange:
    """Readings that came for a time already judged: judge ``(start, end]`` again."""

    point: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockSeen:
    """A gateway's clock against the run clock, for a while in which it said the same.

    Attributes:
        gateway: Which.
        since: From when on it is known to have said this, run clock. [ms]
        until: When it was last seen to say this, run clock. [ms]
        ahead: Its clock less ours. [ms]
    """

    gateway: str
    since: int
    until: int
    ahead: int


class Progress(Protocol):
    """What ingest tells analytics: how far data goes, and where it changed behind."""

    def report(
        self,
        progress: Sequence[GatewayProgress],
        late: Sequence[LateRange],
        clocks: Sequence[ClockSeen] = (),
    ) -> None:
        """Durable on return; ``late`` accumulates until it is taken.

        A clock seen since the same moment replaces what was said of it.
        """
        ...

    def clocks(self, since: int) -> Sequence[ClockSeen]:
        """What was seen of gateways' clocks after a time, in the order of time."""
        ...

    def undecided(self, since: int) -> Sequence[Undecided]:
        """Events of registers that waited for somebody after a time, by point and time."""
        ...

    def gateways(self) -> Mapping[str, GatewayProgress]:
        """By gateway id."""
        ...

    def late(self) -> Sequence[tuple[int, LateRange]]:
        """Ranges waiting to be judged again, with their row ids."""
        ...

    def forget_late(self, ids: Sequence[int]) -> None:
        """These were judged again."""
        ...


class Verdicts(Protocol):
    """The stream of verdicts, as runs."""

    def replace(self, rule: str, target: str, start: int, end: int, runs: Sequence[Run]) -> None:
        """The runs are now all there is of ``(start, end]``; what overlaps is cut."""
        ...

    def replace_all(self, parts: Sequence[tuple[str, str, int, int, Sequence[Run]]]) -> None:
        """:meth:`replace` of many (rule, target, start, end, runs) in one transaction."""
        ...

    def runs(self, rule: str, target: str, start: int, end: int | None = None) -> Sequence[Run]:
        """Runs that overlap ``(start, end]``, in time order."""
        ...

    def judged_until(self) -> Mapping[tuple[str, str], int]:
        """By (rule, target): up to where verdicts stand. [ms]"""
        ...


class Findings(Protocol):
    """Where findings last."""

    def save(self, events: Sequence[FindingEvent]) -> None:
        """Insert or replace by id; the revision must be higher than the stored one."""
        ...

    def open(self) -> Sequence[Finding]:
        """All that are open."""
        ...

    def of(self, rule: str, target: str, since: int) -> Sequence[Finding]:
        """Findings of one rule and target with ``last >= since``, any state."""
        ...

    def get(self, id_: str) -> Finding | None:
        """One finding."""
        ...


class FindingSink(Protocol):
    """Who is told of findings: work orders; ``backtest`` has one that only listens."""

    def publish(self, events: Sequence[FindingEvent]) -> None:
        """Called once a step, after the findings are saved; a repeat is harmless."""
        ...


class PointSource(Protocol):
    """Something with points that can be read: the simulated campus, for the edge."""

    def read(self, gateway: str, until: int) -> Columns:
        """All readings of a gateway's points not yet given, up to a time, in time order.

        ``point`` indexes the site's table.
        """
        ...


class Driver(Protocol):
    """Reads devices. The agent calls it from one thread and owns the pace."""

    def read(self, until: int) -> Columns:
        """What was read up to a time, canonical units; an empty batch is fine."""
        ...

    def health(self) -> Mapping[str, tuple[int | None, str | None]]:
        """By device: time of the last good read [ms], and the present error."""
        ...

    def close(self) -> None:
        """Release the bus."""
        ...


class Message(msgspec.Struct, frozen=True, gc=False):
    """An MQTT message with the acknowledgement that is owed for it.

    ``ack`` may be called from any thread, once; after a reconnect it does nothing, since
    an acknowledgement belongs to the connection that delivered the message.
    """

    topic: str
    payload: bytes
    retain: bool
    ack: Callable[[], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Will:
    """What the broker says for a session that ends without a goodbye.

    Attributes:
        retain: Whether the broker keeps it; Sparkplug's deaths are not kept.
    """

    topic: str
    payload: bytes
    retain: bool = True


class Broker(Protocol):
    """An MQTT session. Reconnects by itself with jitter; says so through callbacks.

    ``on_message`` runs in the session's own thread and may block: that is the
    back-pressure.
    """

    def listen(
        self,
        filters: Sequence[str],
        on_message: Callable[[Message], None],
        on_connected: Callable[[bool], None] | None = None,
        *,
        will: Will | None = None,
    ) -> None:
        """Say what to subscribe to (QoS 1) and whom to tell; once, before :meth:`start`.

        ``on_connected(session_present)`` is called after every connection whose
        subscriptions stand; messages kept by the broker may come before it.
        """
        ...

    def start(self) -> None:
        """Connect; returns at once, :meth:`wait_connected` waits."""
        ...

    def wait_connected(self, timeout_s: float) -> bool:
        """Whether the session stands within the time."""
        ...

    def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> bool:
        """Hand over; False where there is no connection (nothing is queued then)."""
        ...

    def stop(self) -> None:
        """Say goodbye and end the thread."""
        ...


@runtime_checkable
class BulkBroker(Broker, Protocol):
    """A session that can hand over what came together at once."""

    def listen_many(
        self,
        filters: Sequence[str],
        on_messages: Callable[[Sequence[Message]], None],
        on_connected: Callable[[bool], None] | None = None,
        *,
        will: Will | None = None,
    ) -> None:
        """As :meth:`listen`, for who takes messages by the thousand."""
        ...


class SiteModels(Protocol):
    """Model versions kept with the records."""

    def current(self) -> Site:
        """The version valid now."""
        ...


MEASUREMENTS = tuple(kind.value for kind in Kind)
"""Measurements that hold readings; others (``interval``, ``order``…) stand beside them."""


class Forecast(Protocol):
    """What outdoor air will be, as far as anybody here knows."""

    def hours(self, start: int, end: int) -> Sequence[tuple[int, float]]:
        """Ends of hours within ``(start, end]`` with their outdoor air, in time order. [ms], [°C]

        Empty where nothing is known.
        """
        ...
