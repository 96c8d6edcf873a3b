"""Quarantine keeps what was refused, once, and shows it."""

from __future__ import annotations

from dataclasses import replace

from adapters.records import Records
from core.batch import BatchName
from core.ports import Quarantined

ONE = Quarantined(
    gateway="gw-a", topic="pr/v1/wushan/gw-a/batch/b1/7", payload=b"\x00{not json", reason="schema",
    detail="x[3] is no number", readings=3, received=1_000, name=BatchName("gw-a", "b1", 7),
    point="a.ahu1.sat",
)  # fmt: skip


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
