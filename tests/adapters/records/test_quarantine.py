"""Quarantine keeps what was refused, once, and shows it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.records import ALL, Records
from adapters.records.quarantine import Chosen
from adapters.records.tables import AuditRow
from core.batch import BatchName
from core.ports import Quarantined
from core.replaying import Tried

ONE = Quarantined(
    gateway="gw-a", topic="pr/v1/wushan/gw-a/batch/b1/7", payload=b"\x00{not json", reason="schema",
    detail="x[3] is no number", readings=3, received=1_000, name=BatchName("gw-a", "b1", 7),
    point="a.ahu1.sat",
)  # fmt: skip
NOTICE = replace(ONE, reason="lost_by_policy", payload=b"", readings=0)


def test_is_kept_whole(records: Records) -> None:
    records.quarantine.keep([ONE])
    entry = records.quarantine.list()[0]
    found = records.quarantine.show(entry.id)
    assert found is not None
    assert found.payload == ONE.payload
    assert (found.gateway, found.boot, found.seq) == ONE.name
    assert (found.topic, found.reason, found.detail, found.readings, found.received) == (
        ONE.topic, ONE.reason, ONE.detail, ONE.readings, ONE.received,
    )  # fmt: skip
    assert records.quarantine.show(entry.id + 1) is None


def test_the_same_of_a_batch_twice_is_one_entry(records: Records) -> None:
    records.quarantine.keep([ONE, ONE])
    records.quarantine.keep([replace(ONE, received=2_000)])
    assert len(records.quarantine.list()) == 1
    records.quarantine.keep(
        [
            replace(ONE, point="a.ahu1.mat"),
            replace(ONE, reason="unit"),
            replace(ONE, name=BatchName("gw-a", "b1", 8)),
            replace(ONE, point=None),
        ]
    )
    assert len(records.quarantine.list()) == 5


def test_values_without_a_name_are_kept_each(records: Records) -> None:
    nameless = replace(ONE, name=None)
    records.quarantine.keep([nameless, replace(nameless, received=2_000), nameless])
    assert [row.seq for row in records.quarantine.list()] == [None, None]


def test_lists_the_newest_first_and_what_is_asked_for(records: Records) -> None:
    records.quarantine.keep(
        [
            replace(ONE, gateway=gateway, reason=reason, name=BatchName(gateway, "b", seq))
            for seq in (1, 2, 3)
            for gateway in ("gw-a", "gw-b")
            for reason in ("schema", "unit")
        ]
    )
    asked = records.quarantine.list(limit=2, reason="unit", gateway="gw-b")
    assert [(row.seq, row.reason, row.gateway) for row in asked] == [
        (3, "unit", "gw-b"), (2, "unit", "gw-b"),
    ]  # fmt: skip


def test_counts_entries_and_readings(records: Records) -> None:
    assert records.quarantine.counts() == {}
    records.quarantine.keep(
        [ONE, replace(ONE, reason="unit"), replace(ONE, reason="unit", point="p")]
    )
    assert records.quarantine.counts() == {"schema": (1, 3), "unit": (2, 6)}


def test_takes_whatever_strangers_send(records: Records) -> None:
    long = "x" * 5_000
    records.quarantine.keep(
        [
            replace(
                ONE, gateway=long, topic="a\0b" + long, detail="\ud800 half a pair", point=long,
                payload=bytes(range(256)) * 1_000, name=BatchName(long, long, 2**62),
            )
        ]
    )  # fmt: skip
    assert len(records.quarantine.list()[0].payload) == 256_000


def test_counts_by_gateway_point_and_day_tell_what_is_open(records: Records) -> None:
    day = 86_400_000
    kept = [
        replace(ONE, received=day * n + 20 * 3_600_000, name=BatchName("gw-a", "b", n), point=p)
        for n, p in enumerate(("x", "x", "y", None), 1)
    ]
    records.quarantine.keep([*kept, replace(ONE, gateway="gw-b", name=BatchName("gw-b", "b", 1))])
    first = records.quarantine.list()[-1].id
    records.quarantine.tried([Tried(id=first, stored=3, left=0)], 5)
    held = records.quarantine
    assert [(c.key, c.entries, c.open, c.readings, c.unstored) for c in held.by("gateway")] == [
        ("gw-a", 4, 3, 12, 9), ("gw-b", 1, 1, 3, 3),
    ]  # fmt: skip
    narrowed = held.by("point", Chosen(gateway="gw-a", state="open"))
    assert [(c.key, c.entries) for c in narrowed] == [("x", 1), ("y", 1)]
    # Eight hours ahead of UTC, 20:00 is the next day.
    days = held.days(day, offset_ms=8 * 3_600_000, chosen=Chosen(gateway="gw-a"))
    starts = [(int(c.key) + 8 * 3_600_000) / day for c in days]
    assert starts == [2, 3, 4, 5]


def test_a_wish_is_taken_once_and_what_was_settled_meanwhile_stays(records: Records) -> None:
    records.quarantine.keep([ONE, replace(ONE, reason="unit"), NOTICE])
    held = records.quarantine
    assert held.ask(Chosen(reason="unit"), "chen", 10) == 1
    assert held.ask(Chosen(), "chen", 11) == 1, "neither what waits nor a notice of a loss"
    assert [one.reason for one in held.asked(9)] == ["schema", "unit"]
    assert held.asked(9)[0].name == ONE.name
    schema, unit = held.asked(9)
    assert held.dismiss(schema.id, "wu", 12, "a box that is gone")
    held.tried([Tried(id=schema.id, stored=0, left=0, said="schema: no"),
                Tried(id=unit.id, stored=1, left=2, said="unit: kW")], 13)  # fmt: skip
    row = held.show(unit.id)
    assert row is not None
    assert (row.state, row.tries, row.stored, row.said) == ("open", 1, 1, "unit: kW")
    row = held.show(schema.id)
    assert row is not None
    assert (row.state, row.how, row.by, row.tries) == ("settled", "dismissed", "wu", 0)
    with records.session(ALL, reading=True) as session:
        actions = [one.action for one in session.query(AuditRow).order_by(AuditRow.id)]
    assert actions == ["quarantine.replay", "quarantine.replay", "quarantine.dismiss"]


def test_what_is_purged_stays_counted_for_good(records: Records) -> None:
    old = [replace(ONE, reason=r, received=100 * n, name=BatchName("gw-a", "b", n))
           for n, r in enumerate(("unit", "unit", "schema"), 1)]  # fmt: skip
    records.quarantine.keep(old)
    first = records.quarantine.list()[-1].id
    records.quarantine.tried([Tried(id=first, stored=3, left=0)], 400)
    gone = records.quarantine.purge(250, "ad", 500, settled_only=True)
    assert [(r.reason, r.entries, r.readings, r.unstored) for r in gone] == [("unit", 1, 3, 0)]
    records.quarantine.purge(250, "ad", 501)
    assert [(c.key, c.entries, c.unstored) for c in records.quarantine.purged()] == [("unit", 2, 3)]
    assert [row.reason for row in records.quarantine.list()] == ["schema"]
    with pytest.raises(Exception, match="append-only"), records.session(ALL) as session:
        session.connection().exec_driver_sql("DELETE FROM quarantine_purge")
