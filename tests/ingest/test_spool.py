"""Foreign devices while the store is away: acknowledged when on disk, stored when it is back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from core import topics
from core.errors import Fatal, Retryable
from ingest.arrival import Arrival
from ingest.relief import Once, foreign
from ingest.spool import Spool, cost
from tests.ingest.parts import Bench, bench, wait_until_waiting
from tests.ingest.places import NOW, payload, topic
from tests.servers import wait_for

POWER = "a.m.power"
VALUE = topics.value_topic("small", "gw-a", POWER)


def said(value: float, at: int = NOW) -> bytes:
    return json.dumps({"value": value, "unit": "kW", "at": at}).encode()


def arrival(payload_: bytes = b"x", topic_: str = "t") -> Arrival:
    return Arrival(topic=topic_, payload=payload_, retain=False, received=NOW, ack=lambda: None)


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    made = Spool(tmp_path / "spool.sqlite", most_bytes=10_000)
    yield made
    made.close()


@pytest.fixture
def parts(tmp_path: Path, spool: Spool) -> Iterator[Bench]:
    with bench(tmp_path, spool=spool) as parts:
        yield parts


def away(parts: Bench, seq: int = 1, tries: int = 10_000) -> None:
    """The store is away, and ingest has noticed."""
    parts.diary.failing["readings"] = tries
    parts.broker.deliver(topic("gw-a", seq), payload([("a.z.zone_temp", NOW, 21.0)]))
    wait_until_waiting(parts, "gw-a")


def stored(parts: Bench) -> dict[int, float]:
    rows = parts.store.all().rows
    power = [p.id for p in parts.site.points].index(POWER)
    mine = rows.keep(rows.point == power)
    return dict(zip(mine.at.tolist(), mine.value.tolist(), strict=True))


def test_it_is_a_queue_that_outlasts_its_process(tmp_path: Path) -> None:
    path = tmp_path / "var" / "spool.sqlite"
    first = Spool(path)
    first.keep([arrival(b"1"), arrival(b"2")])
    first.keep([arrival(b"3", "ü")])
    # Not closed: as after a kill.
    again = Spool(path)
    assert again.depth() == first.depth() == (3, 3 * 64 + 3 + 2 + 2)
    last, head = again.head(2, 1000)
    assert [a.payload for a in head] == [b"1", b"2"]
    again.forget(last)
    assert [(a.topic, a.payload, a.received) for a in again.head(9, 1)[1]] == [("ü", b"3", NOW)]
    again.forget(again.head(9, 9)[0])
    assert again.depth() == (0, 0)
    assert again.head(9, 9) == (0, [])
    again.close()
    first.close()


def test_a_full_disk_is_told_and_leaves_nothing_half(spool: Spool) -> None:
    spool._db.execute("PRAGMA max_page_count = 8")  # noqa: SLF001 as if the disk were full
    with pytest.raises(Retryable, match="full"):
        spool.keep([arrival(b"x" * 3000) for _ in range(9)])
    assert spool.depth() == (0, 0)
    spool.keep([arrival()])
    assert spool.depth()[0] == 1


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    path.write_bytes(b"no database" * 100)
    with pytest.raises(Fatal, match="damaged"):
        Spool(path)


def test_with_the_store_there_nothing_goes_to_disk(parts: Bench, spool: Spool) -> None:
    parts.broker.deliver(VALUE, said(5.0))
    parts.settle()
    assert stored(parts) == {NOW: 5.0}
    with sqlite3.connect(spool.path) as db:
        assert db.execute("SELECT seq FROM sqlite_sequence").fetchall() == []
    db.close()


def test_acknowledged_when_on_disk_and_stored_when_the_store_is_back(
    parts: Bench, spool: Spool
) -> None:
    away(parts)
    for n in range(5):
        parts.broker.deliver(VALUE, said(float(n), NOW + n))
    wait_for(lambda: parts.broker.acked == [VALUE] * 5, "the acknowledgements")
    assert spool.depth()[0] == 5
    assert stored(parts) == {}
    assert parts.broker.confirmed("gw-a") == {}, "no confirmation rests on the spool"
    assert topic("gw-a", 1) not in parts.broker.acked, "nor the acknowledgement of a batch"
    parts.diary.failing["readings"] = 0
    wait_for(lambda: topic("gw-a", 1) in parts.broker.acked, "the batch")
    parts.broker.deliver(VALUE, said(9.0, NOW + 9))
    wait_for(lambda: NOW + 9 in stored(parts), "what came after")
    assert stored(parts) == {**{NOW + n: float(n) for n in range(5)}, NOW + 9: 9.0}
    assert spool.depth() == (0, 0)


def test_the_order_of_arrival_stands_across_spool_and_redelivery(
    parts: Bench, spool: Spool
) -> None:
    parts.diary.failing["readings"] = 10_000
    parts.broker.deliver(VALUE, said(1.0))  # the writer has it when it finds the store away
    wait_for(lambda: spool.depth()[0] == 1, "what the writer had")
    parts.broker.deliver(VALUE, said(2.0))
    wait_for(lambda: parts.broker.acked == [VALUE] * 2, "the acknowledgements")
    parts.diary.failing["readings"] = 0
    parts.broker.deliver(VALUE, said(3.0, NOW + 1))
    wait_for(lambda: NOW + 1 in stored(parts), "the last")
    assert stored(parts) == {NOW: 2.0, NOW + 1: 3.0}
    parts.settle()
    assert parts.broker.acked == [VALUE] * 3, "each once"
    assert parts.accounts()["received"] == 3, "what the writer had is not read again"


def test_what_finds_no_room_stays_with_the_broker_and_is_counted(
    parts: Bench, spool: Spool
) -> None:
    away(parts)
    room = spool.room() // cost(arrival(said(0.0, NOW), VALUE))
    for n in range(room + 3):
        parts.broker.deliver(VALUE, said(0.0, NOW + n))
    wait_for(lambda: spool.room() < 200, "a full spool")
    wait_for(lambda: refusals(parts) == 3, "the refusals")
    assert len(parts.broker.acked) == room
    assert spool.depth()[1] <= 10_000
    parts.diary.failing["readings"] = 0
    wait_for(lambda: len(parts.broker.acked) == room + 4, "all of it")
    assert len(stored(parts)) == room + 3


def test_what_a_killed_ingest_spooled_is_written_by_the_next(tmp_path: Path, spool: Spool) -> None:
    spool.keep([arrival(said(1.0), VALUE), arrival(b"{broken", VALUE)])
    with bench(tmp_path, spool=spool, start=False) as parts:
        parts.ingest.start()
        wait_for(lambda: spool.depth() == (0, 0), "the drain")
        parts.settle()
        assert stored(parts) == {NOW: 1.0}
        assert [entry.reason for entry in parts.quarantine.kept] == ["not_json"]


def test_who_knows_a_confirmation_is_no_foreign_device() -> None:
    assert foreign(arrival(topic_=VALUE))
    assert foreign(arrival(topic_="zigbee2mqtt/room"))
    assert not foreign(arrival(topic_=topic("gw-a", 1)))
    assert not foreign(arrival(topic_=topics.state_topic("small", "gw-a")))
    assert not foreign(replace(arrival(topic_=VALUE), lasts=True)), "what people entered"
    acks: list[int] = []
    ack = Once(lambda: acks.append(1))
    ack()
    ack()
    assert acks == [1]


def refusals(parts: Bench) -> float:
    return parts.ingest.metrics.get_sample_value("plantroom_ingest_spool_refused_total") or 0.0
