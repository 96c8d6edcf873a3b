"""Three days without a broker at 500 points a minute, and the way back beside live readings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from core import topics, wire
from core.batch import Columns
from core.clock import HOUR_MS, MINUTE_MS, SteppedClock
from core.ports import Message, Will
from core.settled import Settled
from edge.agent import Agent
from edge.fullness import Alarm, Fullness
from edge.limits import Limits
from edge.outbox import Depth, Outbox
from tests.edge.plant import GATEWAY, SITE, START, site

POINTS, OUTAGE_H = 500, 72
_READ_EVERY_MIN = 12
"""Readings a minute apart, read and committed twelve minutes at a time: the test makes 360 commits
that reach the disk, not 4,320 (docs/reliability.md has the figures of both)."""
_CONFIRMED_A_STEP = 8
"""Batches that ingest settles between two reads: it is slow, and the backlog must wait."""


@dataclass
class SlowIngest:
    """A broker and an ingest in one: takes what is published, confirms a few, in that order."""

    taken: list[tuple[str, int, bool]] = field(default_factory=list)
    health: list[wire.HealthMessage] = field(default_factory=list)
    settled: dict[str, Settled] = field(default_factory=dict)
    online: bool = False
    on_message: Callable[[Message], None] = lambda _: None
    on_connected: Callable[[bool], None] | None = None
    confirmed: int = 0
    lost: list[tuple[str, int, int]] = field(default_factory=list)

    def listen(
        self, filters: Sequence[str], on_message: Callable[[Message], None],
        on_connected: Callable[[bool], None] | None = None, *, will: Will | None = None,
    ) -> None:  # fmt: skip
        del filters, will
        self.on_message, self.on_connected = on_message, on_connected

    def start(self) -> None:
        """Away until :meth:`come`."""

    def stop(self) -> None:
        """Nothing to end."""

    def wait_connected(self, timeout_s: float) -> bool:
        return timeout_s > 0 and self.online

    def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> bool:
        del retain
        address = topics.parse(topic)
        assert address is not None
        if not self.online:
            return False
        if address.channel == "health":
            assert qos == 0
            self.health.append(wire.decode(payload, wire.HealthMessage))
        if address.batch is not None:
            if b'"discarded":' in payload:
                said = wire.decode(payload, wire.BatchMessage).discarded or ()
                self.lost += [(boot, first, last) for boot, first, last, _, _ in said]
            self.taken.append(
                (address.batch.boot, address.batch.seq, b'"backfill":true' not in payload[:80])
            )
        return True

    def come(self) -> None:
        """The connection stands."""
        self.online = True
        assert self.on_connected is not None
        self.on_connected(False)

    def confirm(self, most: int) -> None:
        """Settle the next few of what was taken, and say so."""
        for boot, seq, _ in self.taken[self.confirmed : self.confirmed + most]:
            self.settled[boot] = self.settled.get(boot, Settled()).add([seq])
        for boot, first, last in self.lost:
            self.settled[boot] = self.settled.get(boot, Settled()).add_ranges([(first, last)])
        self.confirmed = min(self.confirmed + most, len(self.taken))
        payload = wire.encode(wire.confirm_message(self.settled))
        topic = topics.confirm_topic(SITE, GATEWAY)
        self.on_message(Message(topic, payload, False, lambda: None))


class Meters:
    """500 points, each minute another value."""

    def __init__(self, start: int) -> None:
        self._upto = start
        self._dice = np.random.default_rng(1)

    def read(self, until: int) -> Columns:
        minutes = np.arange(self._upto + MINUTE_MS, until + 1, MINUTE_MS)
        self._upto = until
        n = len(minutes) * POINTS
        return Columns.of(
            np.tile(np.arange(POINTS, dtype=np.int32), len(minutes)),
            np.repeat(minutes, POINTS), np.round(self._dice.uniform(-20, 40, n), 1),
        )  # fmt: skip

    def health(self) -> Mapping[str, tuple[int | None, str | None]]:
        return {}

    def close(self) -> None:
        """Nothing is open."""


def test_72_hours_at_500_points_a_minute_wait_on_disk_and_go_beside_live_readings(
    tmp_path: Path,
) -> None:
    path, ingest, clock = tmp_path / "outbox.db", SlowIngest(), SteppedClock(START)
    step = _READ_EVERY_MIN * MINUTE_MS
    with Outbox(path, limits=Limits(window=32)) as outbox:
        agent = Agent(site(POINTS), GATEWAY, Meters(START), outbox, ingest, clock,
                      first_connection_s=0.0)  # fmt: skip
        for at in range(START + step, START + OUTAGE_H * HOUR_MS + 1, step):
            clock.advance(at)
            agent.step(at)
        waiting = outbox.depth()
        assert waiting.readings == POINTS * 60 * OUTAGE_H == 2_160_000
        assert waiting.oldest == START + MINUTE_MS, "event time"
        assert waiting.full < 0.2
        assert path.stat().st_size < 120e6
        ingest.come()
        backlog, steps, late = waiting.batches, 0, 0
        while not agent.settled():
            steps += 1
            assert steps < 2 * backlog / _CONFIRMED_A_STEP
            clock.advance(clock.now() + step)
            sent = len(ingest.taken)
            agent.step(clock.now())
            # What was read now goes now, before any more of the backlog.
            late += not any(live for _, _, live in ingest.taken[sent:])
            ingest.confirm(_CONFIRMED_A_STEP)
        assert late == 0, "live readings never wait behind three days"
        old = [seq for _, seq, live in ingest.taken if not live]
        assert old == sorted(old) == list(range(1, backlog + 1)), "oldest first, each once"
        assert steps <= backlog / (_CONFIRMED_A_STEP - 1) + 10, "the backlog does not wait either"
        assert agent.counts().repeated == 0


def test_an_alarm_at_80_percent_is_said_at_once_and_ends_when_it_is_well(tmp_path: Path) -> None:
    ingest, clock = SlowIngest(), SteppedClock(START)
    limits = Limits(window=4, max_bytes=400_000, keep_bytes=0)
    with Outbox(tmp_path / "o.db", limits=limits) as outbox:
        agent = Agent(site(POINTS), GATEWAY, Meters(START), outbox, ingest, clock,
                      first_connection_s=0.0)  # fmt: skip
        ingest.online = True  # it takes health, but ingest settles nothing
        said: list[tuple[float, list[str]]] = []
        for minute in range(1, 41):
            clock.advance(START + minute * 1000)  # faster than health is due
            agent._driver = Meters(START + minute * MINUTE_MS - MINUTE_MS)  # noqa: SLF001
            agent.step(START + minute * MINUTE_MS)
            said += [(one.outbox_full, one.alarms) for one in ingest.health[len(said) :]]
        alarms = [words for _, words in said]
        assert alarms == [[], ["outbox_nearly_full"], ["outbox_full"]]
        assert 0.8 <= said[1][0] < 0.9
        dropped = ingest.health[-1].discarded_batches
        assert dropped > 0
        assert outbox.depth().discarded >= dropped, "each is counted"
        ingest.come()
        for _ in range(100):
            ingest.confirm(50)
        assert agent.settled()
        clock.advance(START + HOUR_MS)
        agent.step(START + 40 * MINUTE_MS)
        assert ingest.health[-1].alarms == []


@pytest.mark.parametrize(
    ("shares", "alarm"),
    [
        ([0.79], Alarm.NONE), ([0.8], Alarm.NEARLY_FULL), ([0.8, 0.75], Alarm.NEARLY_FULL),
        ([0.8, 0.69], Alarm.NONE), ([0.75], Alarm.NONE),
    ],
)  # fmt: skip
def test_it_comes_at_80_and_ends_below_70(shares: list[float], alarm: Alarm) -> None:
    full = Fullness()
    for share in shares:
        full.look(Depth(batches=1, readings=1, bytes=1, kept=0, full=share, oldest=None,
                        discarded=0))  # fmt: skip
    assert full.alarm is alarm


def test_drops_before_the_start_are_no_alarm_of_now() -> None:
    full, box = Fullness(), Depth(batches=1, readings=1, bytes=1, kept=0, full=0.75, oldest=None,
                                  discarded=7)  # fmt: skip
    assert not full.look(box)
