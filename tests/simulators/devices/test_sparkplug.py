"""A simulated Sparkplug node, read by the host of ingest through a real broker."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.mqtt import Session
from adapters.store import open_store
from core.clock import HOUR_MS, SteppedClock
from core.ports import ReadingStore
from core.quality import Quality
from core.site import Gateway, Site
from ingest.foreign.host import Foreign
from ingest.foreign.sparkplug.payload import decode, number_of
from ingest.service import Ingest
from simulators.campus import Campus
from simulators.devices.sparkplug import SparkplugNode
from simulators.devices.sparkplug_bytes import BOOLEAN, DOUBLE, INT64, Metric, payload
from tests.sample import records_in, wushan
from tests.servers import Server, wait_for

START = 1_767_225_600_000  # 2026-01-01 00:00 UTC
GATEWAY = "gw-a"
KW = {"kW": ("W", 1.0), "kWh": ("MWh", 0.1)}
"""Units in which the node speaks otherwise than we do, with a factor."""


def on_sparkplug(campus: Site) -> Site:
    """The sample site, one of its gateways being a Sparkplug node with every point in it."""
    metrics = []
    for point in campus.points:
        if point.gateway == GATEWAY:
            unit, scale = KW.get(point.unit, (point.unit, 1.0))
            device = point.equipment.partition(".")[2] if point.role.id != "oat" else ""
            metrics.append({"metric": point.id, "device": device, "point": point.id,
                            "unit": unit, "scale": scale})  # fmt: skip
    options = {"sparkplug": {"group": "Campus", "node": "A", "metrics": metrics}}
    box = Gateway(id=GATEWAY, names={"en": "A"}, driver="sparkplug", options=options)
    return dataclasses.replace(campus, gateways={**campus.gateways, GATEWAY: box})


@contextmanager
def hearing(
    folder: Path, site: Site, store: ReadingStore, port: int, clock: SteppedClock
) -> Iterator[Ingest]:
    records = records_in(folder)

    def session(name: str, *, clean: bool = False) -> Session:
        return Session("127.0.0.1", port, name, clean_start=clean, reconnect_cap_s=0.2)

    live = session("live", clean=True)
    ingest = Ingest(
        site, store, records.receipts, records.quarantine, records.progress,
        session("ingest"), clock,
        foreign=Foreign(site, session("kept"), live, host="here"),
    )  # fmt: skip
    ingest.start()
    assert live.wait_connected(30)
    try:
        yield ingest
    finally:
        ingest.stop()
        records.close()


@pytest.mark.mosquitto
def test_what_a_simulated_node_measures_is_in_the_store(tmp_path: Path, mosquitto: Server) -> None:
    site = on_sparkplug(wushan())
    store = open_store("duckdb::memory:", site)
    own = Session("127.0.0.1", mosquitto.port, "node", clean_start=True, reconnect_cap_s=0.2)
    clock = SteppedClock(START)
    node = SparkplugNode(site, GATEWAY, Campus(wushan(), 1, START), own, clock.now)
    truth = Campus(wushan(), 1, START).read(GATEWAY, START + HOUR_MS // 2)
    with hearing(tmp_path, site, store, mosquitto.port, clock) as ingest:
        node.start()
        wait_for(lambda: node.births > 0, "its birth")
        clock.advance(START + HOUR_MS // 2)
        sent = node.advance(START + HOUR_MS // 4) + node.advance(START + HOUR_MS // 2)
        assert sent == len(truth)
        everything = range(len(site.points))

        def stored() -> int:
            return len(store.read(everything, START, START + HOUR_MS // 2).rows)

        wait_for(lambda: stored() >= len(truth), "all of it")
        rows = store.read(everything, START, START + HOUR_MS // 2).rows
        order = np.lexsort((truth.at, truth.point))
        assert rows.point.tolist() == truth.point[order].tolist()
        assert rows.at.tolist() == truth.at[order].tolist()
        assert np.allclose(rows.value, truth.value[order], equal_nan=True)
        wait_for(ingest.idle, "the end of it")
        assert ingest.counts()["quarantined"] == 0
        mine = sorted({int(p) for p in truth.point})
        clock.advance(START + HOUR_MS)
        node.stop()
        wait_for(
            lambda: set(store.latest(mine).rows.quality.tolist()) == {Quality.BAD}, "its death"
        )
    store.close()


numbers = st.floats(allow_nan=False, allow_infinity=False)


@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.integers(0, 2**60), numbers | st.none(), st.booleans(), st.integers(0, 255),
)  # fmt: skip
def test_what_is_written_byte_by_byte_is_what_protobuf_reads(
    name: str, alias: int, value: float | None, historical: bool, seq: int,  # noqa: FBT001
) -> None:  # fmt: skip
    made = Metric(name=name, alias=alias, value=value, at=START, historical=historical)
    read = decode(payload([made], at=START + 1, seq=seq))
    (metric,) = read.metrics
    assert (read.at, read.seq) == (START + 1, seq)
    assert (metric.name or "", metric.alias or 0, metric.at) == (name, alias, START)
    assert (number_of(metric, None), metric.historical) == (value, historical)
    assert metric.datatype == DOUBLE


@given(st.integers(-(2**53), 2**53))
def test_whole_numbers_and_states(value: int) -> None:
    whole = decode(payload([Metric(name="n", kind=INT64, value=value)], at=None, seq=None))
    assert number_of(whole.metrics[0], None) == value
    state = decode(payload([Metric(name="s", kind=BOOLEAN, value=value % 2)], at=None, seq=None))
    assert number_of(state.metrics[0], None) == value % 2
