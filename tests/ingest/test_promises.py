"""The order of the promises, and what a failure of any of them costs: time, never data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core import topics
from core.clock import SystemClock
from core.errors import Fatal
from core.settled import Settled
from tests.ingest.parts import Bench, bench, wait_until_waiting
from tests.ingest.places import NOW, QUARTER, payload, topic
from tests.servers import wait_for


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path) as parts:
        yield parts


def test_a_reading_is_stored_then_receipted_then_confirmed_then_acknowledged(parts: Bench) -> None:
    rows = [
        ("a.m.power", NOW, 5.0),
        ("a.m.energy", NOW - QUARTER, 1.0),
        ("a.m.energy", NOW, 2.0),
        ("b.m.power", NOW, 9.0),  # another gateway's
    ]
    parts.broker.deliver(topic("gw-a", 1), payload(rows))
    parts.settle()
    order = ["readings", "use", "progress", "quarantine", "receipt", "confirmation", "ack"]
    assert parts.diary.steps == order
    assert parts.store.all().rows.value.tolist() == [5.0, 1.0, 2.0]
    assert parts.store.use().value.tolist() == [1.0]
    assert parts.broker.confirmed("gw-a") == {"boot1": Settled(upto=1, seen=1)}
    assert parts.broker.acked == [topic("gw-a", 1)]
    assert parts.accounts()["stored"] == 3


@pytest.mark.parametrize("step", ["readings", "use", "progress", "quarantine", "receipt"])
def test_what_is_away_for_a_while_loses_nothing(parts: Bench, step: str) -> None:
    parts.diary.failing[step] = 3
    rows = [("a.m.energy", NOW - QUARTER, 1.0), ("a.m.energy", NOW, 2.0), ("a.x.y", NOW, 1.0)]
    parts.broker.deliver(topic("gw-a", 1), payload(rows))
    parts.broker.deliver(topic("gw-b", 1), payload([("b.m.power", NOW, 3.0)]))
    parts.settle(30)
    assert parts.store.all().rows.value.tolist() == [1.0, 2.0, 3.0]
    assert parts.store.use().value.tolist() == [1.0]
    assert [q.reason for q in parts.quarantine.kept] == ["unknown_point"]
    assert parts.broker.confirmed("gw-a")["boot1"].upto == 1
    assert parts.broker.confirmed("gw-b")["boot1"].upto == 1
    assert parts.accounts()["received"] == 4


def test_gateways_are_told_to_rest_while_the_store_is_away_and_to_go_on_after(
    parts: Bench,
) -> None:
    parts.broker.deliver(topic("gw-b", 1), payload([("b.m.power", NOW, 3.0)]))
    parts.settle()
    parts.diary.failing["readings"] = 10**6
    parts.broker.deliver(topic("gw-a", 1), payload([("a.m.power", NOW, 3.0)]))
    for gateway in ("gw-a", "gw-b"):
        until = wait_until_waiting(parts, gateway).waiting_until
        assert until is not None
        assert 0 < until - SystemClock().now() <= 30_000
    assert "boot1" in parts.broker.confirmed("gw-b"), "resting takes nothing back"
    assert not parts.ingest.idle()
    parts.diary.failing["readings"] = 0
    parts.settle(30)
    for gateway in ("gw-a", "gw-b"):
        message = parts.broker.confirmation(gateway)
        assert message is not None
        assert message.waiting_until is None
        assert parts.broker.confirmed(gateway)["boot1"].upto == 1


def test_a_store_that_never_will_stops_the_part_and_acknowledges_nothing(parts: Bench) -> None:
    parts.diary.broken["readings"] = Fatal("the file is of another make")
    parts.broker.deliver(topic("gw-a", 1), payload([("a.m.power", NOW, 3.0)]))
    wait_for(lambda: parts.ingest.failure is not None, "a stop")
    with pytest.raises(Fatal, match="another make"):
        parts.ingest.idle()
    parts.broker.deliver(topic("gw-a", 2), payload([("a.m.power", NOW, 3.0)]))
    assert parts.broker.acked == []
    assert parts.broker.confirmed("gw-a") == {}


def test_a_batch_that_comes_twice_is_stored_once_and_confirmed_again(parts: Bench) -> None:
    first = payload([("a.m.power", NOW, 3.0)])
    parts.broker.deliver(topic("gw-a", 1), first)
    parts.settle()
    parts.broker.deliver(topic("gw-a", 2), payload([("a.m.power", NOW, 4.0)]))
    parts.settle()
    parts.broker.deliver(topic("gw-a", 1), first)
    parts.settle()
    assert parts.store.all().rows.value.tolist() == [4.0], "the late copy brings back nothing"
    assert parts.accounts()["duplicates"] == 1
    assert len(parts.broker.acked) == 3


def test_a_receipt_does_not_stand_in_for_rows_that_the_store_lost(parts: Bench) -> None:
    rows = [("a.m.power", NOW, 3.0), ("a.m.energy", NOW - QUARTER, 7.0), ("a.m.energy", NOW, 8.0)]
    parts.broker.deliver(topic("gw-a", 1), payload(rows))
    parts.settle()
    for point in (0, 1):
        parts.store.erase(point, 0, NOW)
    parts.broker.deliver(topic("gw-a", 1), payload(rows))
    parts.settle()
    assert parts.store.all().rows.value.tolist() == [3.0, 7.0, 8.0]
    assert parts.store.use().value.tolist() == [1.0]


def test_what_the_store_refuses_is_in_quarantine_before_the_receipt(parts: Bench) -> None:
    parts.store.refuse = "field type conflict"
    parts.broker.deliver(topic("gw-a", 1), payload([("a.m.power", NOW, 3.0)]))
    parts.settle()
    assert parts.diary.steps.index("quarantine") < parts.diary.steps.index("receipt")
    (entry,) = parts.quarantine.kept
    assert (entry.reason, entry.readings, entry.point) == ("store", 1, "a.m.power")
    assert parts.accounts()["quarantined"] == 1


def test_what_an_outbox_dropped_is_settled_and_written_down_as_lost(parts: Bench) -> None:
    notice = payload([], discarded=[("boot1", 1, 9, NOW - QUARTER, NOW)])
    parts.broker.deliver(topic("gw-a", 10), notice)
    parts.settle()
    assert parts.broker.confirmed("gw-a")["boot1"] == Settled(upto=10, seen=10)
    (entry,) = parts.quarantine.kept
    assert entry.reason == "lost_by_policy"
    assert "1 to 9" in entry.detail
    assert parts.accounts()["discarded"] == 9


def test_holes_are_named_so_that_the_edge_sends_them(parts: Bench) -> None:
    for seq in (1, 2, 5):
        parts.broker.deliver(topic("gw-a", seq), payload([("a.m.power", NOW + seq, 1.0)]))
    parts.settle()
    expected = {"boot1": Settled(upto=2, seen=5, holes=((3, 4),))}
    assert parts.broker.confirmed("gw-a") == expected


def test_confirmations_are_said_again_at_the_start_and_after_each_connection(
    parts: Bench,
) -> None:
    parts.records.receipts.settle([])
    parts.broker.deliver(topic("gw-a", 1), payload([("a.m.power", NOW, 1.0)]))
    parts.settle()
    parts.broker.published.clear()
    parts.broker.reconnect()
    wait_for(lambda: bool(parts.broker.published), "the confirmation")
    assert parts.broker.confirmed("gw-a") == {"boot1": Settled(upto=1, seen=1)}


def test_many_messages_become_few_writes_and_keep_their_order(tmp_path: Path) -> None:
    with bench(tmp_path, most=7, inbox=500) as parts:
        parts.diary.failing["readings"] = 1  # while it is away, the inbox fills
        for seq in range(1, 104):
            row = ("a.m.power", NOW - seq * QUARTER, float(seq))
            parts.broker.deliver(topic("gw-a", seq), payload([row]))
        parts.settle(30)
        assert parts.broker.acked == [topic("gw-a", seq) for seq in range(1, 104)]
        assert len(parts.store.all().rows) == 103
        assert 103 / 7 <= parts.accounts()["writes"] < 40


def test_readings_of_one_time_the_later_stands_also_within_one_write(parts: Bench) -> None:
    parts.diary.failing["readings"] = 1
    for seq in range(1, 40):
        parts.broker.deliver(topic("gw-a", seq), payload([("a.m.power", NOW, float(seq))]))
    parts.settle(30)
    assert parts.store.all().rows.value.tolist() == [39.0]
    assert np.isfinite(parts.store.all().rows.value).all()


def test_messages_that_are_not_for_ingest_are_acknowledged_and_left(parts: Bench) -> None:
    elsewhere = topics.confirm_topic("small", "gw-a")
    for stray in (elsewhere, "plantroom/v1/other/gw-a/batch/b/1", "weather/today"):
        parts.broker.deliver(stray, b"{}", retain=True)
    parts.settle()
    assert len(parts.broker.acked) == 3
    assert parts.quarantine.kept == []
    assert parts.accounts()["ignored"] == 3
