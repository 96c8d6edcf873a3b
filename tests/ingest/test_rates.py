"""A gateway that sends faster than it may: others come through, and nothing of it is lost."""

from __future__ import annotations

import json
import time
from pathlib import Path

from adapters.records.quarantine import Chosen
from core import topics
from core.batch import Columns
from core.settled import Settled
from ingest.arrival import Arrival, Reported
from ingest.excess import set_aside
from ingest.rates import Rate, Rates
from ingest.sort import Lot, Sorter
from tests.ingest.parts import bench
from tests.ingest.places import NOW, payload, small_site, topic
from tests.ingest.standing import standing

VALUE = topics.value_topic("small", "gw-a", "a.m.power")


def said(value: float, at: int) -> bytes:
    return json.dumps({"value": value, "unit": "kW", "at": at}).encode()


class Hand:
    """A monotonic clock that a test moves. [s]"""

    def __init__(self) -> None:
        self.s = 0.0

    def __call__(self) -> float:
        return self.s


def test_an_allowance_fills_with_time_up_to_its_burst() -> None:
    clock = Hand()
    rates = Rates(Rate(messages_per_s=2, values_per_s=0, burst_s=3), ["a"], now=clock)
    assert [rates.admits("a") for _ in range(8)] == [True] * 6 + [False] * 2
    clock.s = 1.0
    assert [rates.admits("a") for _ in range(3)] == [True, True, False]
    clock.s = 1e6
    assert sum(rates.admits("a") for _ in range(100)) == 6


def test_readings_may_go_below_zero_once_and_are_worked_off() -> None:
    clock = Hand()
    rates = Rates(Rate(messages_per_s=0, values_per_s=10, burst_s=1), ["a"], now=clock)
    assert rates.admits("a")
    rates.charge("a", 60)  # five seconds' worth more than there was
    for clock.s, so in ((4.9, False), (5.1, True)):
        assert rates.admits("a") is so


def test_gateways_have_an_allowance_each_strangers_one_and_people_none() -> None:
    rate = Rate(messages_per_s=1, values_per_s=0, burst_s=1)
    rates = Rates(rate, ["a", "b", "hand"], unbounded=["hand"], now=Hand())
    assert [rates.admits(g) for g in ("a", "a", "b")] == [True, False, True]
    assert [rates.admits(g) for g in ("invented-1", "invented-2")] == [True, False]
    assert all(rates.admits("hand") for _ in range(9))


def test_batches_above_the_rate_are_put_off_and_come_through_when_sent_again(
    tmp_path: Path,
) -> None:
    rate = Rate(messages_per_s=30, values_per_s=0, burst_s=0.3)
    with bench(tmp_path, rate=rate) as parts:
        batches = {n: payload([("a.m.power", NOW - n * 1000, float(n))]) for n in range(1, 61)}
        for n, body in batches.items():
            parts.broker.deliver(topic("gw-a", n), body)
        parts.broker.deliver(topic("gw-b", 1), payload([("b.m.power", NOW, 3.0)]))
        parts.settle()
        assert parts.broker.confirmed("gw-b") == {"boot1": Settled(upto=1, seen=1)}
        first = parts.accounts()
        assert first["deferred"] > 0
        assert first["stored"] == 61 - first["deferred"]
        assert len(parts.broker.acked) == 61, "none of it takes a place from others"
        news = {one.gateway: one for one in parts.ingest.gateways.take_news()}
        assert (news["gw-a"].deferred, news["gw-a"].over_at) == (first["deferred"], NOW)
        assert news["gw-b"].over_at is None
        began = time.monotonic()
        while left := [n for n in batches if not _covered(parts.broker.confirmed("gw-a"), n)]:
            assert time.monotonic() - began < 20
            for n in left:  # as the edge does
                parts.broker.deliver(topic("gw-a", n), batches[n])
            parts.settle()
            time.sleep(0.02)
        assert parts.accounts()["stored"] == 61
        assert parts.quarantine.kept == []


def _covered(boots: dict[str, Settled], seq: int) -> bool:
    return "boot1" in boots and boots["boot1"].covers(seq)


def test_single_values_above_the_rate_are_one_entry_and_can_be_replayed(tmp_path: Path) -> None:
    rate = Rate(messages_per_s=0.001, values_per_s=0, burst_s=5_000)  # five for a start
    with standing(tmp_path, small_site(), rate=rate) as parts:
        for n in range(40):
            parts.broker.deliver(VALUE, said(float(n), NOW - n * 1000))
        assert parts.ingest.wait_idle(10)
        counts = parts.ingest.counts()
        assert (counts["stored"], counts["quarantined"], counts["excess"]) == (5, 35, 35)
        assert counts["received"] == 40
        entries = parts.records.quarantine.list()
        assert {row.reason for row in entries} == {"rate"}
        assert sum(row.readings for row in entries) == 35
        assert len(entries) <= 35
        parts.records.quarantine.ask(Chosen(reason="rate"), "somebody", NOW)
        parts.done()
        assert parts.values() == {NOW - n * 1000: float(n) for n in range(40)}
        assert {row.state for row in parts.records.quarantine.list()} == {"settled"}


def test_a_flood_in_one_write_is_one_entry_of_all_its_points() -> None:
    rates = Rates(Rate(messages_per_s=1, values_per_s=0, burst_s=1), ["gw-a"], now=Hand())
    lot = Lot(reported=[
        Reported(
            gateway="gw-a", name=None, topic=VALUE, table=((p, "kW"),),
            rows=Columns.of([0], [NOW + n], [float(n)]), received=NOW,
        )
        for n, p in enumerate(["x", "a.m.power", "x", "a.n.power"])
    ])  # fmt: skip
    found = set_aside(lot, rates)
    assert [one.rows.value.tolist() for one in lot.reported] == [[0.0]]
    (entry,) = found.refused
    assert dict(entry.points) == {"a.m.power": 1, "x": 1, "a.n.power": 1}
    assert (found.of, found.messages) == ({"gw-a": 3}, {"gw-a": 3})


def test_of_unreadable_messages_above_the_rate_one_is_kept_and_says_how_many() -> None:
    rates = Rates(Rate(messages_per_s=1, values_per_s=0, burst_s=2), ["gw-a"], now=Hand())
    arrivals = [
        Arrival(topic=VALUE, payload=body, retain=False, received=NOW, ack=lambda: None)
        for body in [b"no json"] * 9 + [b"{}"] * 2
    ]
    lot = Sorter("small").sort(arrivals)
    found = set_aside(lot, rates)
    assert [one.reason for one in lot.refused] == ["not_json"] * 3 + ["schema"]
    assert "; 6 more like it came above the rate" in lot.refused[2].detail
    assert "; 1 more like it" in lot.refused[3].detail
    assert found.shed == 7
