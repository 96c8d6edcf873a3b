"""Single values side by side: the same readings in the same order, each with its own message."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from core import topics, wire
from core.batch import BatchName, Columns
from core.quality import Quality
from ingest.arrival import Arrival
from ingest.sort import Sorter
from tests.ingest.parts import bench
from tests.ingest.places import NOW

SITE, POINTS = "small", [("a.m.power", "kW"), ("a.m.energy", "kWh")]
sent = st.lists(
    st.tuples(st.sampled_from(["gw-a", "gw-b"]), st.booleans(), st.integers(0, 1),
              st.integers(0, 2), st.sampled_from([0, 0, 0, 1])), max_size=30,
)  # fmt: skip


def arrival(topic: str, payload: bytes, received: int) -> Arrival:
    return Arrival(topic=topic, payload=payload, retain=False, received=received, ack=lambda: None)


def value(point: int, at: int, number: float | None) -> bytes:
    return wire.encode(wire.ValueMessage(value=number, unit=POINTS[point][1], at=at))


@given(sent)
def test_what_came_later_still_comes_later(what: list[tuple[str, bool, int, int, int]]) -> None:
    """Among values and batches of one gateway, since of one point and time the later stands."""
    arrivals, wanted, received = [], dict[str, list[tuple[str, int, float]]](), NOW
    for n, (gateway, alone, point, minute, passed) in enumerate(what):
        received, at = received + passed, NOW + minute
        wanted.setdefault(gateway, []).append((POINTS[point][0], at, float(n)))
        if alone:
            topic = topics.value_topic(SITE, gateway, POINTS[point][0])
            arrivals.append(arrival(topic, value(point, at, float(n)), received))
        else:
            topic = topics.batch_topic(SITE, BatchName(gateway, "b", n + 1))
            message = wire.batch_message(Columns.of([point], [at], [n]), POINTS, sent_at=NOW)
            arrivals.append(arrival(topic, wire.encode(message), received))
    sorter = Sorter(SITE)
    for _ in range(2):  # what it remembers of the first time changes nothing
        lot = sorter.sort(arrivals)
        got: dict[str, list[tuple[str, int, float]]] = {}
        for one in lot.reported:
            rows = zip(
                one.rows.point.tolist(), one.rows.at.tolist(), one.rows.value.tolist(), strict=True
            )
            got.setdefault(one.gateway, []).extend((one.table[p][0], at, x) for p, at, x in rows)
        assert got == wanted


def test_many_values_are_one_report_with_their_own_quality() -> None:
    topic = topics.value_topic(SITE, "gw-a", "a.m.power")
    (one,) = Sorter(SITE).sort([
        arrival(topic, value(0, NOW, 1.5), NOW),
        arrival(topic, value(0, NOW + 1, None), NOW),
        arrival(topic, b'{"value":2,"unit":"kW"}', NOW + 0),
    ]).reported  # fmt: skip
    assert one.table == (("a.m.power", "kW"),)
    assert one.topics == (topic,)
    assert one.rows.at.tolist() == [NOW, NOW + 1, NOW]
    assert str(one.rows.value.tolist()) == "[1.5, nan, 2.0]"
    assert one.rows.quality.tolist() == [Quality.GOOD, Quality.BAD, Quality.SUSPECT]


def test_each_refused_value_is_an_entry_of_its_own(tmp_path: Path) -> None:
    power = topics.value_topic(SITE, "gw-a", "a.z.zone_temp")
    nobody = topics.value_topic(SITE, "gw-a", "a.nobody")
    with bench(tmp_path) as parts:
        parts.broker.deliver(power, b'{"value":21,"unit":"\xc2\xb0C","at":5}')
        parts.broker.deliver(nobody, b'{"value":1,"unit":"kW","at":%d}' % NOW)
        parts.broker.deliver(nobody, b'{"value":2,"unit":"kW","at":%d}' % NOW)
        parts.broker.deliver(power, b'{"value":21')
        parts.broker.deliver(power, b'{"value":21.5,"unit":"\xc2\xb0C","at":%d}' % (NOW - 1))
        parts.settle()
        kept = [(q.topic, q.reason, q.readings) for q in parts.quarantine.kept]
        assert sorted(kept) == sorted(
            [(power, "time", 1), (nobody, "unknown_point", 1), (nobody, "unknown_point", 1),
             (power, "not_json", 0)]
        )  # fmt: skip
        assert parts.store.all().rows.value.tolist() == [21.5]
        counts = parts.accounts()
        assert (counts["stored"], counts["quarantined"], counts["messages"]) == (1, 3, 5)
        news = {one.gateway: one for one in parts.ingest.gateways.take_news()}
        assert news["gw-a"].quarantined == 4 - 1, "what could not be read has no readings"
