"""A node as its host follows it: births, aliases, sequence, deaths."""

from __future__ import annotations

import math

import pytest

from core.clock import HOUR_MS, MINUTE_MS
from core.quality import Quality
from ingest.foreign.sparkplug.reader import SparkplugReader
from ingest.foreign.sparkplug.schema import DataType
from ingest.foreign.told import Told
from tests.ingest.foreign.sparkplug import vectors
from tests.ingest.foreign.sparkplug.packets import (
    STEM,
    device_birth,
    metric,
    node_birth,
    node_death,
    packet,
)
from tests.ingest.foreign.town import NOW, came, town


class Bench:
    """A reader of the town's node, with what it asked for."""

    def __init__(self) -> None:
        self.moment = 0
        self.wanted: list[str] = []
        self.born: list[str] = []
        self.reader = SparkplugReader(town(), self.wanted.append, self.born.append)

    def say(self, kind: str, payload: bytes, *, device: str = "", at: int | None = None) -> Told:
        self.moment += 1
        at = NOW + self.moment if at is None else at
        topic = f"{STEM}/{kind}/Boilers" + (f"/{device}" if device else "")
        return self.reader.read(came(topic, payload, at))

    def start(self) -> None:
        """Node and device are born."""
        self.say("NBIRTH", node_birth())
        self.say("DBIRTH", device_birth(seq=1), device="pump")
        self.wanted.clear()


def found(told: Told) -> dict[str, float]:
    return {
        point: float(one.rows.value[i])
        for one in told.reported
        for i, (point, _) in enumerate(one.table)
    }


def total(value: float, seq: int, **more: object) -> bytes:
    return packet(metric(alias=1, double_value=value, **more), seq=seq)  # type: ignore[arg-type]


def reasons(told: Told) -> list[str]:
    return [one.reason for one in told.refused]


def test_a_birth_has_the_first_values_and_says_that_the_node_is_there() -> None:
    bench = Bench()
    told = bench.say("NBIRTH", node_birth(184332.7))
    assert found(told) == {"a.plc.energy": 184332.7, "a.plc.oat": -5.0}
    assert told.reported[0].table == (("a.plc.energy", "kWh"), ("a.plc.oat", "°C"))
    assert [s.state for s in told.spoken] == ["online"]
    assert bench.born == ["gw-plc"]
    assert bench.wanted == []
    told = bench.say("DBIRTH", device_birth(seq=1), device="pump")
    assert found(told) == {"a.pump.fan_status": 1.0, "a.pump.power": 1.5}


def test_data_are_named_by_the_aliases_of_their_birth() -> None:
    bench = Bench()
    bench.start()
    assert found(bench.say("NDATA", total(11.0, 2))) == {"a.plc.energy": 11.0}
    running = packet(metric(alias=11, boolean_value=False), seq=3)
    assert found(bench.say("DDATA", running, device="pump")) == {"a.pump.fan_status": 0.0}
    # Another birth gives the metric another alias; the old one names nothing any more.
    bench.say("NBIRTH", node_birth(12.0, bd_seq=8, alias=40))
    told = bench.say("NDATA", total(13.0, 1))
    assert (found(told), reasons(told)) == ({}, ["before_birth"])
    assert bench.wanted == ["gw-plc"]


def test_another_implementations_node_is_followed_from_birth_to_death() -> None:
    bench = Bench()
    assert found(bench.say("NBIRTH", vectors.NBIRTH)) == {
        "a.plc.energy": 184332.7, "a.plc.oat": -5.0,
    }  # fmt: skip
    assert found(bench.say("DBIRTH", vectors.DBIRTH, device="pump")) == {
        "a.pump.fan_status": 1.0, "a.pump.power": 1.5005,
    }  # fmt: skip
    assert found(bench.say("NDATA", vectors.NDATA)) == {"a.plc.energy": 184333.2, "a.plc.oat": -12}
    told = bench.say("DDATA", vectors.DDATA, device="pump")
    assert found(told) == {"a.pump.fan_status": 0.0, "a.pump.power": 0.00025}
    assert int(told.reported[0].rows.at[0]) == NOW + 5000
    gone = bench.say("DDEATH", vectors.DDEATH, device="pump")
    assert set(gone.reported[0].rows.quality.tolist()) == {Quality.BAD}
    assert len(found(bench.say("NDEATH", vectors.NDEATH))) == 4
    assert bench.wanted == []


@pytest.mark.parametrize(("kind", "device"), [("NDATA", ""), ("DDATA", "pump"), ("DBIRTH", "pump")])
def test_before_its_birth_a_node_is_asked_and_what_it_says_is_kept_apart(
    kind: str, device: str
) -> None:
    bench = Bench()
    told = bench.say(kind, total(11.0, 2), device=device)
    assert (found(told), reasons(told)) == ({}, ["before_birth"])
    assert told.refused[0].payload == total(11.0, 2)
    assert bench.wanted == ["gw-plc"]


def test_a_gap_is_said_and_an_alias_after_it_is_not_believed() -> None:
    bench = Bench()
    bench.start()
    told = bench.say("NDATA", total(11.0, 5))
    assert reasons(told) == ["lost_unconfirmed", "before_birth"]
    assert "messages 2 to 4" in told.refused[0].detail
    assert found(told) == {}, "a birth may be what was lost: the alias may be another's"
    named = packet(metric("Meter/Total", double_value=12.0), seq=6)
    assert found(bench.say("NDATA", named)) == {"a.plc.energy": 12.0}
    assert bench.wanted == ["gw-plc"]
    bench.say("NBIRTH", node_birth())
    assert found(bench.say("NDATA", total(13.0, 1))) == {"a.plc.energy": 13.0}
    assert bench.reader.gaps() == {"gw-plc": 1}


def test_the_sequence_runs_round_at_256() -> None:
    bench = Bench()
    bench.start()
    for i in range(2, 600):
        assert not bench.say("NDATA", total(float(i), i % 256), at=NOW + i).refused
    assert bench.reader.gaps() == {"gw-plc": 0}


def test_a_dead_node_has_no_values_at_once_and_a_dead_device_neither() -> None:
    bench = Bench()
    bench.start()
    gone = bench.say("DDEATH", packet(seq=2, at=NOW + 500), device="pump", at=NOW + 900)
    assert sorted(found(gone)) == ["a.pump.fan_status", "a.pump.power"]
    assert all(math.isnan(v) for v in found(gone).values())
    assert set(gone.reported[0].rows.at.tolist()) == {NOW + 500}
    dead = bench.say("NDEATH", node_death(), at=NOW + MINUTE_MS)
    assert sorted(found(dead)) == sorted(
        ["a.plc.energy", "a.plc.oat", "a.pump.fan_status", "a.pump.power"]
    )
    assert set(dead.reported[0].rows.quality.tolist()) == {Quality.BAD}
    # The will was written when it connected: not its time, but when the broker told us.
    assert set(dead.reported[0].rows.at.tolist()) == {NOW + MINUTE_MS}
    assert [s.state for s in dead.spoken] == ["offline"]
    assert reasons(bench.say("NDATA", total(1.0, 3))) == ["before_birth"]


def test_a_message_that_was_put_on_disk_too_is_read_once() -> None:
    bench = Bench()
    bench.start()
    said = [(total(11.0, 2), NOW + 1), (total(12.0, 3), NOW + 2)]
    assert [len(bench.say("NDATA", body, at=at).reported) for body, at in said] == [1, 1]
    # The store was away in that write: both come from the disk again, then what came after.
    assert not any(bench.say("NDATA", body, at=at) for body, at in said)
    assert found(bench.say("NDATA", total(13.0, 4), at=NOW + 3)) == {"a.plc.energy": 13.0}
    assert bench.reader.gaps() == {"gw-plc": 0}


def test_the_will_of_an_earlier_connection_kills_nobody() -> None:
    bench = Bench()
    bench.start()
    assert not bench.say("NDEATH", node_death(bd_seq=6))
    assert found(bench.say("NDATA", total(11.0, 2))) == {"a.plc.energy": 11.0}


def test_what_was_kept_and_comes_later_is_backfill() -> None:
    bench = Bench()
    bench.start()
    old = metric(alias=1, double_value=9.0, at=NOW - HOUR_MS, is_historical=True)
    body = packet(old, metric(alias=2, int_value=4, at=NOW), seq=2)
    told = bench.say("NDATA", body)
    assert [(one.backfill, one.table[0][0], int(one.rows.at[0])) for one in told.reported] == [
        (True, "a.plc.energy", NOW - HOUR_MS),
        (False, "a.plc.oat", NOW),
    ]


def test_no_value_is_bad_and_a_text_is_refused_beside_good_values() -> None:
    bench = Bench()
    bench.start()
    body = packet(
        metric(alias=1, is_null=True), metric("Outdoor", string_value=b"cold"), seq=2
    )  # fmt: skip
    told = bench.say("NDATA", body)
    assert math.isnan(found(told)["a.plc.energy"])
    assert told.reported[0].rows.quality.tolist() == [Quality.BAD]
    assert reasons(told) == ["schema"]
    assert "'Outdoor'" in told.refused[0].detail


def test_after_a_lost_connection_nothing_is_certain_until_a_birth() -> None:
    bench = Bench()
    bench.start()
    bench.reader.doubt()
    told = bench.say("NDATA", total(11.0, 2))
    assert (found(told), reasons(told)) == ({}, ["before_birth"])
    bench.say("NBIRTH", node_birth())
    assert found(bench.say("NDATA", total(12.0, 1))) == {"a.plc.energy": 12.0}


def test_a_mapped_metric_that_is_in_no_birth_is_told() -> None:
    bench = Bench()
    body = packet(metric("Meter/Total", kind=DataType.DOUBLE, double_value=1.0), seq=0)
    told = bench.say("NBIRTH", body)
    assert reasons(told) == ["unmapped"]
    assert "no Outdoor" in told.refused[0].detail


def test_other_nodes_commands_and_old_births_are_nothing() -> None:
    bench = Bench()
    for topic in (f"{STEM}/NBIRTH/Chillers", f"{STEM}/NCMD/Boilers", "spBv1.0/STATE/x",
                  f"{STEM}/NBIRTH/Boilers/pump", f"{STEM}/DDATA/Boilers"):  # fmt: skip
        assert not bench.reader.read(came(topic, node_birth()))
    kept = came(f"{STEM}/NBIRTH/Boilers", node_birth(), retain=True)
    assert not bench.reader.read(kept)
    assert bench.wanted == []


def test_bytes_that_are_no_payload_are_kept() -> None:
    told = Bench().say("NDATA", b"\xff\xff\xff")
    assert reasons(told) == ["not_protobuf"]
    assert told.refused[0].gateway == "gw-plc"
