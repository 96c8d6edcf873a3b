"""The agent with real brokers and a receiver that confirms as ingest does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from core import topics, wire
from core.batch import Columns
from core.clock import Clock, SteppedClock, SystemClock
from core.errors import Retryable
from core.ports import Driver, Message
from core.settled import Settled
from edge.agent import Agent
from edge.drivers.csv import CsvDriver
from edge.drivers.simulated import SimulatedDriver
from edge.limits import Limits
from edge.outbox import Outbox
from edge.presence import VERSION
from tests.edge.conftest import Broker
from tests.edge.plant import GATEWAY, START, Steady, gateway_session, receiver, site
from tests.servers import wait_for

MINUTE = 60_000
QUICK = Limits(window=8, resend_s=0.3, resend_cap_s=1.0)


@contextmanager
def agent(
    port: int, path: Path, *, driver: Driver | None = None, clock: Clock | None = None,
    limits: Limits = QUICK,
) -> Iterator[Agent]:  # fmt: skip
    """An agent on a steady source, closed in the end."""
    model = site()
    with Outbox(path, limits=limits) as outbox:
        made = Agent(
            model, GATEWAY, driver or SimulatedDriver(Steady(model), GATEWAY), outbox,
            gateway_session(port), clock or SteppedClock(START), read_every_s=0.05,
        )  # fmt: skip
        try:
            yield made
        finally:
            made.stop()


def test_a_reading_from_a_csv_reaches_ingest_and_is_forgotten(
    broker: Broker, tmp_path: Path
) -> None:
    (tmp_path / "m.csv").write_text("t,f\n2023-11-14T22:14:00Z,50\n2023-11-14T22:15:00Z,x\n")
    point = "a.gw-a-0.oat"
    model = site(files=[{
        "pattern": "*.csv", "time": {"column": "t"},
        "columns": [{"column": "f", "point": point, "unit": "°F"}],
    }])  # fmt: skip
    driver = CsvDriver(model, GATEWAY, tmp_path)
    clock = SteppedClock(START + 10 * MINUTE)
    with (
        receiver(broker.port) as ingest,
        agent(broker.port, tmp_path / "o.db", driver=driver, clock=clock) as edge,
    ):
        assert edge.step(START + 10 * MINUTE) == 2
        assert edge.wait_settled(30)
        assert ingest.rows == {(point, 1_700_000_040_000): pytest.approx(10.0)}
        assert ingest.bad == {(point, 1_700_000_100_000)}
        counts = edge.counts()
        assert (counts.readings, counts.no_value, counts.waiting) == (2, 1, 0)
        (address, batch) = ingest.batches[0]
        assert address.batch is not None
        assert address.batch.seq == 1
        assert batch.points == [wire.PointRef(point, "°C")]
        assert batch.sent_at == START + 10 * MINUTE
        assert not batch.backfill
        assert batch.oldest_unsent is None


def test_says_how_it_is(broker: Broker, tmp_path: Path) -> None:
    clock = SteppedClock(START + MINUTE)
    with receiver(broker.port) as ingest:
        with agent(broker.port, tmp_path / "o.db", clock=clock) as edge:
            edge.step(START + MINUTE)
            assert edge.wait_settled(30)
            clock.advance(START + 2 * MINUTE)
            edge.step(START + 2 * MINUTE)
            assert edge.wait_settled(30)
            wait_for(lambda: "health" in {a.channel for a, _ in ingest.other}, "health")
        wait_for(lambda: b'"offline"' in ingest.other[-1][1], "the goodbye")
    states = [p for a, p in ingest.other if a.channel == "state"]
    assert [wire.decode(p, wire.StateMessage).state for p in states] == ["online", "offline"]
    health = next(p for a, p in ingest.other if a.channel == "health")
    said = wire.decode(health, wire.HealthMessage)
    assert said.devices["campus"].last_good in {START + MINUTE, START + 2 * MINUTE}
    assert said.boot == wire.decode(states[0], wire.StateMessage).boot
    assert said.version == VERSION
    assert said.outbox_rows in {0, 3}, "none, or the step that was just read"
    assert (said.outbox_bytes > 0) == (said.outbox_rows > 0)


def test_backlog_goes_beside_live_and_says_what_is_unsent(broker: Broker, tmp_path: Path) -> None:
    clock = SteppedClock(START)
    with receiver(broker.port, confirming=False) as ingest:
        with agent(broker.port, tmp_path / "o.db", clock=clock) as edge:
            edge.step(START)
            wait_for(lambda: bool(ingest.other), "the connection")
            for n in range(1, 21):
                clock.advance(START + n * MINUTE)
                edge.step(START + n * MINUTE)
            wait_for(lambda: len(ingest.batches) >= QUICK.window, "a window of batches")
            assert len({a.batch for a, _ in ingest.batches}) == QUICK.window, "never more"
            ingest.confirming = True
            assert edge.wait_settled(30)
        assert len(ingest.rows) == 3 * 20
        told = [
            wire.decode(p, wire.HealthMessage) for a, p in ingest.other if a.channel == "health"
        ]
        deep = max(told, key=lambda one: one.outbox_rows)
        assert deep.outbox_rows > 3 * QUICK.window
        assert deep.outbox_bytes > 0
        assert deep.oldest_unsent is not None
        assert START <= deep.oldest_unsent <= START + 20 * MINUTE
    first = ingest.batches[0][1]
    assert not first.backfill
    late = [b for a, b in ingest.batches if a.batch is not None and a.batch.seq == 15]
    assert all(b.backfill for b in late), "it could not be sent as it was read"
    assert late[0].oldest_unsent == START + 16 * MINUTE
    last = [b for a, b in ingest.batches if a.batch is not None and a.batch.seq == 20]
    assert last[-1].oldest_unsent is None
    assert {b.sent_at for b in late} == {START + 20 * MINUTE}


def test_a_broker_that_forgets_costs_only_a_sending(broker: Broker, tmp_path: Path) -> None:
    """The receiver is away; the broker has acknowledged everything, and is killed."""
    clock = SteppedClock(START)
    with agent(broker.port, tmp_path / "o.db", clock=clock) as edge:
        edge.step(START)
        for n in range(1, 6):
            clock.advance(START + n * MINUTE)
            edge.step(START + n * MINUTE)
        assert not edge.wait_settled(0.5)
        broker.kill()
        edge.step(START + 10 * MINUTE)
        assert not edge.wait_settled(0.3)
        broker.start()
        with receiver(broker.port) as ingest:
            assert edge.wait_settled(30)
            assert len(ingest.rows) == 3 * 10
        assert edge.counts().repeated > 0


def test_sends_again_what_ingest_lost(broker: Broker, tmp_path: Path) -> None:
    """The tail of an outage has no later batch that would make it a hole: the timer sends it."""
    with receiver(broker.port, confirming=False) as ingest:
        with agent(broker.port, tmp_path / "o.db") as edge:
            edge.step(START + MINUTE)
            wait_for(lambda: len(ingest.batches) == 1, "the first sending")
            ingest.confirming = True
            assert edge.wait_settled(30)
        assert len(ingest.batches) >= 2
        assert ingest.batches[1][1].backfill


def test_rests_while_ingest_waits_for_the_store(broker: Broker, tmp_path: Path) -> None:
    with (
        receiver(broker.port, confirming=False) as ingest,
        agent(broker.port, tmp_path / "o.db") as edge,
    ):
        edge.step(START + MINUTE)
        wait_for(lambda: len(ingest.batches) == 1, "the first sending")
        ingest.confirm(waiting_until=SystemClock().now() + 20_000)
        wait_for(lambda: edge.counts().confirmations > 0, "the word to rest")
        assert not edge.wait_settled(1.0)
        assert len(ingest.batches) <= 2, "one may have been under way"
        resting = len(ingest.batches)
        ingest.confirming = True
        ingest.confirm()
        assert edge.wait_settled(30)
        assert len(ingest.batches) > resting


def test_a_restored_store_gets_its_readings_back(broker: Broker, tmp_path: Path) -> None:
    clock = SteppedClock(START)
    with (
        receiver(broker.port) as ingest,
        agent(broker.port, tmp_path / "o.db", clock=clock) as edge,
    ):
        for n in range(1, 7):
            clock.advance(START + n * MINUTE)
            edge.step(START + n * MINUTE)
            assert edge.wait_settled(30)
        (boot,) = ingest.settled[GATEWAY]
        before = edge.counts().confirmations
        ingest.rows = {k: v for k, v in ingest.rows.items() if k[1] <= START + 2 * MINUTE}
        ingest.settled[GATEWAY] = {boot: Settled(upto=2, seen=2)}
        ingest.confirm()
        wait_for(lambda: edge.counts().confirmations > before, "the confirmation that fell back")
        assert edge.wait_settled(30)
        assert len(ingest.rows) == 3 * 6


def test_a_discard_is_announced_and_settled(broker: Broker, tmp_path: Path) -> None:
    limits = Limits(window=8, resend_s=0.3, max_bytes=2000)
    with agent(broker.port, tmp_path / "o.db", limits=limits) as edge:
        read = sum(edge.step(START + n * MINUTE) for n in range(1, 31))
        assert read == 90
        discarded = edge.counts().discarded
        assert discarded > 0
        with receiver(broker.port) as ingest:
            assert edge.wait_settled(30)
            wait_for(lambda: bool(ingest.discarded), "the notice")
            (boots,) = (ingest.settled[GATEWAY],)
            assert all(s.holes == () for s in boots.values()), "upto does not stand still"
            told = {s for _, a, z, _, _ in ingest.discarded for s in range(a, z + 1)}
            assert len(ingest.rows) // 3 + discarded >= 30
            assert len(told) >= discarded


def test_what_could_not_be_committed_is_held(tmp_path: Path) -> None:
    class Once:
        """A driver that gives its reading once."""

        given = False

        def read(self, until: int) -> Columns:
            if self.given:
                return Columns.of([], [], [])
            self.given = True
            return Columns.of(np.zeros(5000, np.int32), until + np.arange(5000), np.ones(5000))

        def health(self) -> dict[str, tuple[int | None, str | None]]:
            return {}

        def close(self) -> None:
            return

    model = site()
    with Outbox(tmp_path / "o.db") as outbox:
        edge = Agent(
            model, GATEWAY, Once(), outbox, gateway_session(1), SteppedClock(START),
            first_connection_s=0.05,
        )  # fmt: skip
        pages = outbox._db.execute("PRAGMA page_count").fetchone()[0]  # noqa: SLF001
        outbox._db.execute(f"PRAGMA max_page_count = {pages}")  # noqa: SLF001
        for _ in range(2):
            with pytest.raises(Retryable, match="full"):
                edge.step(START)
            assert not edge.settled()
        outbox._db.execute("PRAGMA max_page_count = 100000")  # noqa: SLF001
        assert edge.step(START) == 5000
        assert edge.counts().readings == 5000
        edge.stop()


def test_live_by_a_thread_of_its_own(broker: Broker, tmp_path: Path) -> None:
    class Ticking:
        """A run clock a minute a call, so that the live loop has something to read."""

        at = START

        def now(self) -> int:
            Ticking.at += MINUTE
            return Ticking.at

    with (
        receiver(broker.port) as ingest,
        agent(broker.port, tmp_path / "o.db", clock=Ticking()) as edge,
    ):
        edge.start()
        wait_for(lambda: len(ingest.rows) > 60, "live readings")
        broker.kill()
        seen = edge.counts().readings
        wait_for(lambda: edge.counts().readings > seen, "reading goes on without a broker")
        broker.start()
        wait_for(lambda: len(ingest.rows) > seen + 60, "live readings again")


class _Polling:
    """A driver that reads by itself and hands over what it has when it is asked."""

    read_every_s = 60.0

    def __init__(self) -> None:
        self.asked = 0
        self.had = Columns.of([], [], [])

    def read(self, until: int) -> Columns:
        assert until >= START
        self.asked += 1
        rows, self.had = self.had, Columns.of([], [], [])
        return rows

    def health(self) -> dict[str, tuple[int | None, str | None]]:
        return {}

    def close(self) -> None:
        return


def test_what_was_polled_before_the_end_is_committed(broker: Broker, tmp_path: Path) -> None:
    driver, clock = _Polling(), SteppedClock(START + MINUTE)
    with Outbox(tmp_path / "outbox.sqlite") as outbox:
        made = Agent(
            site(), GATEWAY, driver, outbox, gateway_session(broker.port), clock,
        )  # fmt: skip
        made.start()
        wait_for(lambda: driver.asked == 1, "the first read")
        driver.had = Columns.of([0, 1], [START, START], [1.0, 2.0])
        made.stop()
        assert driver.asked == 2, "its own pace of a minute, and once at the end"
        assert outbox.depth().readings == 2


def test_what_a_driver_has_when_it_is_stopped_is_committed(tmp_path: Path) -> None:
    """Also of a driver that was ended before its agent: what it read is not skipped next time."""
    start = 1_700_000_000
    rows = "".join(f"{start + n},{n % 50}\n" for n in range(100))
    (tmp_path / "a.csv").write_text("t,a\n" + rows)
    column = {"column": "a", "point": "a.gw-a-0.oat", "unit": "°C"}
    time_ = {"column": "t", "format": "epoch_s"}
    model = site(files=[{"pattern": "a.csv", "time": time_, "columns": [column]}])
    clock = SteppedClock(start * 1000 + 10_000)
    with Outbox(tmp_path / "o.db") as outbox:
        driver = CsvDriver(model, GATEWAY, tmp_path, after=outbox.read_until)
        edge = Agent(model, GATEWAY, driver, outbox, gateway_session(1), clock, read_every_s=3600)
        edge.start()
        wait_for(lambda: edge.counts().readings == 11, "the first read")
        clock.advance(start * 1000 + 30_000)
        driver.close()
        edge.stop()
        assert outbox.depth().readings == 31
        again = CsvDriver(model, GATEWAY, tmp_path, after=outbox.read_until)
        assert len(again.read(start * 1000 + 99_000)) == 69


def test_listens_to_its_own_confirmation_alone(tmp_path: Path) -> None:
    """Embedded, amqtt sends a resumed session retained messages of other people's filters."""
    with Outbox(tmp_path / "o.db") as outbox:
        edge = Agent(
            site(), GATEWAY, SimulatedDriver(Steady(site()), GATEWAY), outbox,
            gateway_session(1), SteppedClock(START),
        )  # fmt: skip
        outbox.append(Columns.of([0], [START], [1.0]), [("a.gw-a-0.oat", "°C")])
        acked: list[str] = []
        said = wire.encode(wire.confirm_message({outbox.boot: Settled(upto=1, seen=1)}))
        for topic in ("plantroom/v1/x/gw-b/confirm", "plantroom/v1/x/gw-a/confirm"):
            assert not edge.settled()
            edge._on_message(  # noqa: SLF001
                wire_message(topic, said, acked)
            )
        assert edge.settled()
        edge._on_message(wire_message(topics.confirm_topic("x", GATEWAY), b"{", acked))  # noqa: SLF001
        assert len(acked) == 3
        edge.stop()


def wire_message(topic: str, payload: bytes, acked: list[str]) -> Message:
    """A message that notes its acknowledgement."""
    return Message(topic, payload, retain=True, ack=lambda: acked.append(topic))
