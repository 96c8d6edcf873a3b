"""Whatever comes in: the good is stored, the bad is in quarantine by its reason, all is settled."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import topics, wire
from core.clock import DAY_MS, HOUR_MS
from core.quality import Quality
from tests.ingest.parts import Bench, bench
from tests.ingest.places import NOW, payload, topic

GOOD = ("a.m.power", NOW, 5.0)


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path) as parts:
        yield parts


def only(parts: Bench) -> tuple[str, int, str | None]:
    (entry,) = parts.quarantine.kept
    return entry.reason, entry.readings, entry.point


def columns(body: bytes) -> bytes:
    return b'{"v":1,"sent_at":1,"points":[["a.m.power","kW"]],' + body + b"}"


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b"{21.5 degrees}", "not_json"),
        (b"\xff\xfe\x00", "not_json"),
        (columns(b'"p":[0],"dt":[0],"x":[NaN]'), "not_json"),
        (columns(b'"p":[0],"dt":[0],"x":["5"]'), "schema"),
        (columns(b'"p":[0],"dt":[0,0],"x":[5]'), "columns"),
        (b'{"v":9,"sent_at":1}', "version"),
        (b" " * (wire.MAX_PAYLOAD_BYTES + 10), "too_large"),
    ],
)
def test_a_payload_that_cannot_be_read_is_kept_settled_and_in_nobodys_way(
    parts: Bench, bad: bytes, reason: str
) -> None:
    parts.broker.deliver(topic("gw-a", 1), bad)
    parts.broker.deliver(topic("gw-a", 2), payload([GOOD]))
    parts.settle()
    assert only(parts) == (reason, 0, None)
    (entry,) = parts.quarantine.kept
    assert entry.payload == bad[: wire.MAX_PAYLOAD_BYTES]
    assert entry.name is not None
    assert entry.name.seq == 1
    assert parts.broker.confirmed("gw-a")["boot1"].upto == 2
    assert parts.store.all().rows.value.tolist() == [5.0]
    assert len(parts.broker.acked) == 2


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (("a.m.power", 0, 5.0), "time"),
        (("a.m.power", 12 * HOUR_MS, 5.0), "time"),  # 1970
        (("a.m.power", NOW + 365 * DAY_MS * 73, 5.0), "time"),  # 2099
        (("a.m.power", NOW + 300_001, 5.0), "time"),
        (("a.x.nothing", NOW, 5.0), "unknown_point"),
        (("b.m.power", NOW, 5.0), "identity"),
        (("a.ahu.fan_status", NOW, 0.5), "domain"),
    ],
)
def test_one_bad_reading_goes_alone(parts: Bench, row: tuple[str, int, float], reason: str) -> None:
    parts.broker.deliver(topic("gw-a", 1), payload([("a.m.power", NOW - 1, 4.0), row, GOOD]))
    parts.settle()
    assert only(parts) == (reason, 1, row[0])
    (entry,) = parts.quarantine.kept
    again = wire.decode(entry.payload, wire.BatchMessage)
    assert [(again.points[0].id, again.t0, again.x)] == [(row[0], row[1], [row[2]])]
    assert parts.store.all().rows.value.tolist() == [4.0, 5.0]
    assert parts.records.progress.gateways()["gw-a"].newest == NOW
    assert parts.broker.confirmed("gw-a")["boot1"].upto == 1
    accounts = parts.accounts()
    assert (accounts["stored"], accounts["quarantined"]) == (2, 1)


def test_a_time_just_ahead_is_stored_but_no_watermark_passes_the_clock(parts: Bench) -> None:
    parts.broker.deliver(topic("gw-a", 1), payload([("a.m.power", NOW + 299_000, 4.0)]))
    parts.settle()
    assert len(parts.store.all().rows) == 1
    assert parts.records.progress.gateways()["gw-a"].newest == NOW


def test_a_time_of_2099_moves_nothing_even_alone(parts: Bench) -> None:
    row = ("a.m.power", NOW + 73 * 365 * DAY_MS, 4.0)
    parts.broker.deliver(topic("gw-a", 1), payload([row]))
    parts.settle()
    assert parts.clock.now() == NOW
    assert parts.records.progress.gateways()["gw-a"].newest == 0
    assert len(parts.store.all().rows) == 0


def test_a_wrong_unit_is_caught_at_the_first_batch(parts: Bench) -> None:
    rows = [("a.m.power", NOW, 5000.0), ("a.z.zone_temp", NOW, 21.0)]
    parts.broker.deliver(topic("gw-a", 1), payload(rows, units={"a.m.power": "W"}))
    parts.settle()
    assert only(parts) == ("unit", 1, "a.m.power")
    assert parts.store.all().rows.value.tolist() == [21.0]


def test_a_gateway_that_nobody_knows_stores_nothing_and_has_no_progress(parts: Bench) -> None:
    parts.broker.deliver(topic("gw-z", 1), payload([GOOD]))
    parts.settle()
    assert only(parts)[0] == "identity"
    assert "gw-z" not in parts.records.progress.gateways()
    assert parts.broker.confirmed("gw-z")["boot1"].upto == 1, "settled, or it comes for ever"


def test_many_bad_rows_of_one_batch_are_one_entry_a_reason(parts: Bench) -> None:
    rows = [(f"a.x.p{i}", NOW, 1.0) for i in range(50)] + [GOOD]
    parts.broker.deliver(topic("gw-a", 1), payload(rows))
    parts.settle()
    assert only(parts) == ("unknown_point", 50, None)


def test_a_topic_that_names_no_batch_is_kept_without_a_name(parts: Bench) -> None:
    parts.broker.deliver("plantroom/v1/small/gw-a/batch/boot1/-1", payload([GOOD]))
    parts.settle()
    assert only(parts)[0] == "topic"
    assert len(parts.broker.acked) == 1


def test_no_value_is_bad_without_a_number_and_beyond_the_span_is_suspect(parts: Bench) -> None:
    rows = [("a.z.zone_temp", NOW, None), ("a.z.zone_temp", NOW + 1, 85.0)]
    parts.broker.deliver(topic("gw-a", 1), payload(rows))
    parts.settle()
    stored = parts.store.all().rows
    assert stored.quality.tolist() == [Quality.BAD, Quality.SUSPECT]
    assert stored.value.tolist()[1] == 85.0
    assert parts.quarantine.kept == []


def test_a_foreign_device_is_acknowledged_and_never_confirmed(parts: Bench) -> None:
    at = topics.value_topic("small", "gw-a", "a.z.zone_temp")
    parts.broker.deliver(at, b'{"value":21.5,"unit":"\xc2\xb0C","at":%d}' % (NOW - 60_000))
    parts.broker.deliver(at, b'{"value":21.6,"unit":"\xc2\xb0C"}')
    parts.broker.deliver(at, b"21.7")
    parts.broker.deliver(at, b'{"value":70,"unit":"F"}')
    parts.settle()
    stored = parts.store.all().rows
    assert stored.value.tolist() == [21.5, 21.6]
    assert stored.quality.tolist() == [Quality.GOOD, Quality.SUSPECT]
    assert sorted(q.reason for q in parts.quarantine.kept) == ["schema", "unit"]
    assert len(parts.broker.acked) == 4
    assert parts.broker.published == []


def test_states_are_kept_and_unreadable_ones_quarantined(parts: Bench) -> None:
    at = topics.state_topic("small", "gw-a")
    parts.broker.deliver(at, b'{"v":1,"state":"online"}')
    parts.broker.deliver(topics.state_topic("small", "gw-b"), b'{"v":1,"state":"asleep"}')
    parts.settle()
    assert parts.records.progress.gateways()["gw-a"].state == "online"
    assert only(parts)[0] == "schema"
    parts.broker.deliver(at, json.dumps({"v": 1, "state": "offline"}).encode())
    parts.settle()
    assert parts.records.progress.gateways()["gw-a"].state == "offline"
