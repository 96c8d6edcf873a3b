"""What people ask of ingest, on an InfluxDB that two workers share: each sees some reads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from adapters.records import ALL, Records
from adapters.records.quarantine import Chosen
from adapters.store import open_store
from core.clock import SteppedClock
from core.meters import EventState
from core.ports import ReadingStore
from core.site import Site
from ingest import errands
from ingest.service import Ingest
from tests.ingest.parts import Diary, ListBroker
from tests.ingest.places import NOW, QUARTER, RATED, payload, point, site_of, topic
from tests.sample import records_in
from tests.servers import Influx, wait_for

ENERGY = "a.m.energy"
BEFORE = site_of(point("a.m.power"))
AFTER = site_of(point("a.m.power"), point(ENERGY, register=RATED))
VALUES = (500.0, 502.0, 40.0, 41.0, 43.0)


@contextmanager
def worker(site: Site, records: Records, store: ReadingStore) -> Iterator[ListBroker]:
    """One of several workers on a shared subscription."""
    broker = ListBroker(Diary())
    ingest = Ingest(
        site, store, records.receipts, records.quarantine, records.progress, broker,
        SteppedClock(NOW), shared="ingest", replays=records.quarantine, events=records.meters,
        book=records.gateways,
    )  # fmt: skip
    ingest.start()
    try:
        yield broker
    finally:
        ingest.stop()


def rows(first: int, *values: float) -> list[tuple[str, int, float | None]]:
    return [(ENERGY, NOW + (first + i) * QUARTER, value) for i, value in enumerate(values)]


@pytest.mark.influx2
def test_replays_and_decisions_on_a_shared_store(
    tmp_path: Path, influx2: Influx, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(errands, "LOOK_S", 0.05)
    records = records_in(tmp_path)
    host = influx2.url.removeprefix("http://")
    url = f"influxdb://{host}/{influx2.bucket}?org={influx2.org}&version=2"
    store = open_store(url, BEFORE, token=influx2.token)
    with worker(BEFORE, records, store) as broker:
        broker.deliver(topic("gw-a", 1), payload(rows(-8, *VALUES)))
        wait_for(lambda: bool(records.quarantine.list()), "the quarantine")
    store.close()
    store = open_store(url, AFTER, token=influx2.token)
    index = AFTER.index[ENERGY]

    def use() -> list[float]:
        found: list[float] = store.read_intervals([index], NOW - 9 * QUARTER, NOW).value.tolist()
        return found

    with ExitStack() as stack:
        stack.callback(records.close)
        stack.callback(store.close)
        first, second = (stack.enter_context(worker(AFTER, records, store)) for _ in range(2))
        assert records.quarantine.ask(Chosen(), "chen.jing", NOW) == 1
        wait_for(lambda: bool(records.meters.list(ALL)), "the proposal")
        wait_for(lambda: records.quarantine.list()[0].state == "settled", "the replay")
        assert use()[0] == 2.0
        assert use()[1] != use()[1], "suspect"
        (row,) = records.meters.list(ALL)
        said = {"kind": "swap", "closing": 503.0, "opening": 38.5, "exact": True}
        records.meters.decide(ALL, row.id, 1, EventState.CONFIRMED, "chen.jing", NOW, said)
        wait_for(lambda: not records.meters.waiting(1), "the decision")
        assert use() == [2.0, 2.5, 1.0, 2.0]
        # Whoever gets the next reads knows what was decided.
        first.deliver(topic("gw-a", 2), payload(rows(-3, 44.0)))
        second.deliver(topic("gw-a", 3), payload(rows(-2, 46.0)))
        wait_for(lambda: len(use()) == 6, "their use")
        wait_for(lambda: use() == [2.0, 2.5, 1.0, 2.0, 1.0, 2.0], "the same use")
