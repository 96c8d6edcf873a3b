"""What a person said of a moment stands over whatever a device sends of it, until taken back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from adapters.records import Records
from adapters.store.opening import open_store
from core.batch import Batch, BatchName, Columns, Stored
from core.clock import SteppedClock
from core.hand import HandReading
from core.ports import ReadingStore
from core.quality import Quality
from ingest import errands
from ingest.foreign.hand import source
from ingest.foreign.hand.source import HandSource
from ingest.overlay import Overlay
from ingest.service import Ingest
from tests.ingest.parts import Diary, ListBroker
from tests.ingest.places import NOW, payload, small_site, topic
from tests.sample import records_in
from tests.servers import Influx, wait_for

POWER, ENERGY = 0, 1
A, C, B = 10.0, 12.5, 11.0


@dataclass
class Place:
    """Records and a store that outlast ingest, which is started over and over."""

    folder: Path
    store: ReadingStore
    records: Records

    @contextmanager
    def ingest(self, *, hand: bool = True) -> Iterator[tuple[Ingest, ListBroker]]:
        site, clock, broker = small_site(), SteppedClock(NOW), ListBroker(Diary())
        records = self.records
        made = Ingest(
            site, self.store, records.receipts, records.quarantine, records.progress, broker,
            clock, replays=records.quarantine, events=records.meters, book=records.gateways,
            hand=HandSource(site, records.hand, clock) if hand else None,
            corrections=records.corrections,
        )  # fmt: skip
        made.start()
        try:
            yield made, broker
        finally:
            made.stop()

    def enter(self, value: float, point: str = "a.m.power", at: int = NOW) -> None:
        self.records.hand.enter(
            [HandReading(point=point, building="a", at=at, value=value, person="bob",
                         entered=NOW, via="api")]
        )  # fmt: skip

    def taken(self) -> None:
        hand = self.records.hand
        wait_for(lambda: all(r.taken or r.undone for r in hand.list("all")), "the store")

    def undo(self) -> None:
        self.records.corrections.undo("all", self.records.hand.list("all")[0].id, "ann", NOW)

    def given_back(self) -> None:
        wait_for(lambda: not self.records.corrections.taken_back(1), "what was before")

    def row(self, point: int = POWER, at: int = NOW) -> tuple[float, int] | None:
        rows = self.store.read([point], at - 1, at).rows
        return (float(rows.value[0]), int(rows.quality[0])) if len(rows) else None


@pytest.fixture(params=["duckdb", pytest.param("influxdb", marks=pytest.mark.influx2)])
def place(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Place]:
    """On both stores."""
    monkeypatch.setattr(errands, "LOOK_S", 0.02)
    monkeypatch.setattr(source, "_LOOK_S", 0.02)
    url, token = f"duckdb:{tmp_path / 'readings.duckdb'}", None
    if request.param == "influxdb":
        influx: Influx = request.getfixturevalue("influx2")
        host = influx.url.removeprefix("http://")
        url = f"influxdb://{host}/{influx.bucket}?org={influx.org}&version=2"
        token = influx.token
    store = open_store(url, small_site(), token=token)
    records = records_in(tmp_path)
    yield Place(tmp_path, store, records)
    store.close()
    records.close()


def send(ingest: Ingest, broker: ListBroker, seq: int, value: float, *, backfill: bool) -> None:
    """One reading of the power, in a batch of this number."""
    broker.deliver(topic("gw-a", seq), payload([("a.m.power", NOW, value)], backfill=backfill))
    assert ingest.wait_idle(10)


def test_a_correction_stands_through_resends_and_restarts_until_it_is_taken_back(
    place: Place,
) -> None:
    with place.ingest() as (ingest, broker):
        send(ingest, broker, 1, A, backfill=False)
        place.enter(C)
        place.taken()
        assert place.row() == (C, Quality.GOOD)
        send(ingest, broker, 1, A, backfill=False)  # redelivered
        send(ingest, broker, 2, A, backfill=True)
        assert place.row() == (C, Quality.GOOD)
    with place.ingest() as (ingest, broker):
        send(ingest, broker, 1, A, backfill=False)
        send(ingest, broker, 3, A, backfill=True)
        assert place.row() == (C, Quality.GOOD)
        place.undo()
        place.given_back()
        assert place.row() == (A, Quality.GOOD)
        send(ingest, broker, 4, B, backfill=True)  # from then on as if nobody had said anything
        assert place.row() == (B, Quality.GOOD)


def test_what_stood_before_comes_back_without_any_resend(place: Place) -> None:
    with place.ingest() as (ingest, broker):
        send(ingest, broker, 1, A, backfill=False)
        place.enter(C)
        place.enter(C + 1)
        place.taken()
        assert place.row() == (C + 1, Quality.GOOD)
        place.undo()
        place.given_back()
        assert place.row() == (A, Quality.GOOD)


def test_what_the_device_said_last_comes_back_even_where_it_came_under_the_correction(
    place: Place,
) -> None:
    with place.ingest() as (ingest, broker):
        place.enter(C)
        place.taken()
        send(ingest, broker, 1, A, backfill=False)
        send(ingest, broker, 2, B, backfill=True)
        send(ingest, broker, 1, A, backfill=False)  # redelivered: older than B
        place.enter(C + 1)
        place.taken()
        assert place.row() == (C + 1, Quality.GOOD)
        place.undo()
        place.given_back()
        assert place.row() == (B, Quality.GOOD)


def test_what_only_a_person_said_is_gone_with_its_use_when_it_is_taken_back(place: Place) -> None:
    hour = 3_600_000
    with place.ingest() as (ingest, broker):
        rows = [("a.m.energy", NOW - 2 * hour, 100.0), ("a.m.energy", NOW - hour, 110.0)]
        broker.deliver(topic("gw-a", 1), payload(rows))
        assert ingest.wait_idle(10)
        before = place.store.read_intervals([ENERGY], 0, NOW)
        place.enter(150.0, "a.m.energy")
        place.taken()
        assert float(place.store.read_intervals([ENERGY], 0, NOW).value.sum()) == pytest.approx(50)
        place.undo()
        place.given_back()
        assert place.row(ENERGY) is None
        after = place.store.read_intervals([ENERGY], 0, NOW)
        assert after.at.tolist() == before.at.tolist()
        assert float(after.value.sum()) == pytest.approx(10)
        late = [one for _, one in place.records.progress.late() if one.point == "a.m.energy"]
        assert any(one.start < NOW <= one.end for one in late)


def test_use_follows_the_correction_and_the_device_again(place: Place) -> None:
    quarter = 15 * 60_000
    with place.ingest() as (ingest, broker):
        rows = [("a.m.energy", NOW - i * quarter, 100.0 + v) for i, v in ((2, 0), (1, 9), (0, 10))]
        broker.deliver(topic("gw-a", 1), payload(rows))
        assert ingest.wait_idle(10)
        place.enter(105.0, "a.m.energy", NOW - quarter)
        place.taken()
        assert place.store.read_intervals([ENERGY], 0, NOW).value.tolist() == pytest.approx([5, 5])
        broker.deliver(topic("gw-a", 2), payload(rows, backfill=True))
        assert ingest.wait_idle(10)
        assert place.store.read_intervals([ENERGY], 0, NOW).value.tolist() == pytest.approx([5, 5])
        place.undo()
        place.given_back()
        assert place.store.read_intervals([ENERGY], 0, NOW).value.tolist() == pytest.approx([9, 1])


def test_another_worker_that_has_not_heard_of_it_writes_it_all_the_same(place: Place) -> None:
    """It begins its write before the correction, and ends it after the other worker's."""
    site = small_site()
    other = Overlay(site, place.store, place.records.corrections)
    rows = Columns.of([POWER], [NOW], [A])
    other.write([Batch(name=BatchName("gw-a", "x", 1), rows=rows, received=NOW)], receipted=set())
    place.enter(C)  # the other worker's list of points is from before
    other.write([Batch(name=BatchName("gw-a", "x", 2), rows=rows, received=NOW)], receipted=set())
    assert place.row() == (C, Quality.GOOD)
    place.undo()
    with place.ingest(hand=False):
        place.given_back()
    assert place.row() == (A, Quality.GOOD)


def test_a_batch_that_comes_again_is_looked_up_at_once_not_row_by_row(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    overlay, name = Overlay(small_site(), place.store, place.records.corrections), ("gw-a", "x", 1)
    at = [NOW - 60_000 * i for i in range(200)]
    batch = Batch(
        name=BatchName(*name), rows=Columns.of([POWER] * 200, at, [A] * 200), received=NOW
    )
    overlay.write([batch], receipted=set())
    place.enter(C)
    asked, read = list[int](), place.store.read

    def counted(points: Sequence[int], start: int, end: int) -> Stored:
        asked.append(len(points))
        return read(points, start, end)

    monkeypatch.setattr(place.store, "read", counted)
    overlay.write([batch], receipted={batch.name})
    monkeypatch.undo()
    assert len(asked) == 1
    assert place.row() == (C, Quality.GOOD)
    assert place.row(at=at[1]) == (A, Quality.GOOD)


def test_what_was_taken_back_before_it_was_stored_never_comes(place: Place) -> None:
    with place.ingest(hand=False) as (ingest, broker):
        send(ingest, broker, 1, A, backfill=False)
    place.enter(C)
    place.undo()
    with place.ingest():
        place.given_back()
    assert place.row() == (A, Quality.GOOD)


def test_what_came_between_the_taking_back_and_its_doing_is_the_devices_last_word(
    place: Place,
) -> None:
    with place.ingest() as (ingest, broker):
        send(ingest, broker, 1, A, backfill=False)
        place.enter(C)
        place.taken()
    place.undo()
    other = Overlay(small_site(), place.store, place.records.corrections)
    rows = Columns.of([POWER], [NOW], [B])
    other.write([Batch(name=BatchName("gw-a", "x", 1), rows=rows, received=NOW)], receipted=set())
    with place.ingest(hand=False):
        place.given_back()
    assert place.row() == (B, Quality.GOOD)
