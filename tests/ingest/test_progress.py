"""What analytics is told: how far data goes, and what changed behind it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core import topics, wire
from core.clock import HOUR_MS
from core.ports import LateRange
from tests.ingest.parts import Bench, bench
from tests.ingest.places import MINUTE, NOW, QUARTER, payload, topic


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path) as parts:
        yield parts


def late(parts: Bench) -> list[LateRange]:
    waiting = parts.records.progress.late()
    parts.records.progress.forget_late([id_ for id_, _ in waiting])
    return [one for _, one in waiting]


def test_progress_follows_the_newest_reading_and_what_still_waits(parts: Bench) -> None:
    row = ("a.m.power", NOW - QUARTER, 1.0)
    parts.broker.deliver(topic("gw-a", 1), payload([row], oldest_unsent=NOW - HOUR_MS))
    parts.settle()
    progress = parts.records.progress.gateways()["gw-a"]
    assert (progress.newest, progress.oldest_unsent) == (NOW - QUARTER, NOW - HOUR_MS)
    assert progress.heard == NOW
    parts.clock.advance(NOW + QUARTER)
    last = payload([("a.m.power", NOW, 1.0)], sent_at=NOW + QUARTER)
    parts.broker.deliver(topic("gw-a", 2), last)
    parts.settle()
    progress = parts.records.progress.gateways()["gw-a"]
    assert (progress.newest, progress.oldest_unsent) == (NOW, None)
    assert late(parts) == []


def test_an_old_message_says_nothing_of_what_waits_now(parts: Bench) -> None:
    rows = [("a.m.power", NOW - QUARTER, 1.0)]
    parts.broker.deliver(topic("gw-a", 2), payload(rows, sent_at=NOW - 1000))
    parts.broker.deliver(topic("gw-a", 1), payload(rows, sent_at=NOW - 5000, oldest_unsent=NOW))
    parts.settle()
    assert parts.records.progress.gateways()["gw-a"].oldest_unsent is None


def test_late_readings_name_the_time_to_judge_again_once_a_point(parts: Bench) -> None:
    parts.broker.deliver(topic("gw-a", 1), payload([("a.m.power", NOW, 1.0)]))
    parts.settle()
    rows = [("a.m.power", NOW - i * QUARTER, 1.0) for i in range(1, 5)]
    parts.broker.deliver(topic("gw-a", 2), payload([*rows, ("a.z.zone_temp", NOW, 20.0)]))
    parts.settle()
    assert late(parts) == [LateRange(point="a.m.power", start=NOW - 5 * QUARTER, end=NOW - QUARTER)]


def test_a_backlog_is_late_even_where_nothing_newer_stands(parts: Bench) -> None:
    rows = [("a.z.zone_temp", NOW - MINUTE, 20.0)]
    parts.broker.deliver(topic("gw-a", 1), payload(rows, backfill=True))
    parts.settle()
    assert late(parts) == [
        LateRange(point="a.z.zone_temp", start=NOW - 2 * MINUTE, end=NOW - MINUTE)
    ]


def test_use_that_was_derived_again_is_late_up_to_the_next_read(parts: Bench) -> None:
    rows = [("a.m.energy", NOW - 4 * QUARTER, 0.0), ("a.m.energy", NOW, 8.0)]
    parts.broker.deliver(topic("gw-a", 1), payload(rows))
    parts.settle()
    late(parts)
    parts.broker.deliver(topic("gw-a", 2), payload([("a.m.energy", NOW - 2 * QUARTER, 2.0)]))
    parts.settle()
    (again,) = late(parts)
    assert (again.start, again.end) == (NOW - 4 * QUARTER, NOW)


def test_signs_of_life_count_and_the_will_and_kept_words_do_not(parts: Bench) -> None:
    state = topics.state_topic("small", "gw-a")
    parts.broker.deliver(state, b'{"v":1,"state":"online"}', retain=True)
    parts.settle()
    assert parts.records.progress.gateways()["gw-a"].heard == 0
    health = wire.HealthMessage(
        v=1, sent_at=NOW, boot="boot1", version="1", outbox_rows=3, outbox_bytes=300,
        outbox_full=0.25, oldest_unsent=NOW - HOUR_MS,
    )  # fmt: skip
    parts.broker.deliver(topics.health_topic("small", "gw-a"), wire.encode(health))
    parts.settle()
    progress = parts.records.progress.gateways()["gw-a"]
    assert (progress.heard, progress.oldest_unsent) == (NOW, NOW - HOUR_MS)
    assert parts.ingest.gateways.health()["gw-a"].outbox_rows == 3
    parts.clock.advance(NOW + QUARTER)
    parts.broker.deliver(state, b'{"v":1,"state":"offline"}')
    parts.settle()
    progress = parts.records.progress.gateways()["gw-a"]
    assert (progress.heard, progress.state) == (NOW, "offline")


def test_clocks_are_compared_on_live_batches_only(parts: Bench) -> None:
    row = ("a.m.power", NOW - HOUR_MS, 1.0)
    hour_off = NOW - HOUR_MS
    parts.broker.deliver(topic("gw-a", 1), payload([row], sent_at=hour_off, backfill=True))
    parts.settle()
    assert parts.ingest.gateways.clock_offsets() == {}
    parts.broker.deliver(topic("gw-a", 2), payload([row], sent_at=hour_off))
    parts.settle()
    assert parts.ingest.gateways.clock_offsets() == {"gw-a": -HOUR_MS}
    assert len(parts.store.all().rows) == 1, "the readings are kept all the same"


def test_two_machines_from_one_image_are_noticed_and_both_keep_their_data(parts: Bench) -> None:
    for seq, boot in ((1, "one"), (1, "two"), (2, "one"), (2, "two")):
        row = ("a.m.power", NOW + seq * 10 + (boot == "two"), 1.0)
        sent_at = NOW + seq * 1000 + (boot == "two") * 100
        parts.broker.deliver(topic("gw-a", seq, boot), payload([row], sent_at=sent_at))
        parts.settle()
    assert parts.ingest.gateways.twins()["gw-a"] == 2
    assert len(parts.store.all().rows) == 4
    assert {b: s.upto for b, s in parts.broker.confirmed("gw-a").items()} == {"one": 2, "two": 2}


def test_a_restart_of_the_edge_is_not_a_twin(parts: Bench) -> None:
    for i, boot in enumerate(("one", "one", "two", "two", "three")):
        row = ("a.m.power", NOW + i, 1.0)
        parts.broker.deliver(topic("gw-a", i + 1, boot), payload([row], sent_at=NOW + i))
    parts.settle()
    assert parts.ingest.gateways.twins() == {}


def test_metrics_are_those_of_this_ingest_alone(parts: Bench) -> None:
    parts.broker.deliver(topic("gw-a", 1), payload([("a.m.power", NOW, 1.0)], sent_at=NOW - 2000))
    parts.settle()
    value = parts.ingest.metrics.get_sample_value
    assert value("plantroom_ingest_stored_total") == 1
    assert value("plantroom_ingest_inbox_messages") == 0
    assert value("plantroom_gateway_clock_offset_seconds", {"gateway": "gw-a"}) == -2
