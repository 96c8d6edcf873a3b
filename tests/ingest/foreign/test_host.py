"""Foreign messages on the way of all readings: validated, stored, then acknowledged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from adapters.sites import load_site
from core.clock import MINUTE_MS
from core.quality import Quality
from ingest.foreign.host import Foreign
from ingest.foreign.sparkplug.payload import REBIRTH, decode
from ingest.spool import Spool
from tests.ingest.foreign.sparkplug.packets import (
    STEM,
    metric,
    node_birth,
    node_death,
    packet,
)
from tests.ingest.foreign.test_dialects import TTN, UP, chirp, things
from tests.ingest.foreign.town import NOW, SITE, came, town, write_town
from tests.ingest.parts import Bench, Diary, ListBroker, bench
from tests.servers import wait_for


@contextmanager
def hearing(
    folder: Path, spool: Spool | None = None
) -> Iterator[tuple[Bench, ListBroker, ListBroker]]:
    """Ingest with both foreign sessions, each a list."""
    kept, live = ListBroker(Diary()), ListBroker(Diary())
    foreign = Foreign(town(), kept, live, host="here")
    with bench(folder, site=town(), foreign=foreign, spool=spool) as parts:
        parts.clock.advance(NOW + MINUTE_MS)
        kept.diary = live.diary = parts.diary
        yield parts, kept, live


def test_a_message_is_acknowledged_when_the_store_has_it(tmp_path: Path) -> None:
    with hearing(tmp_path) as (parts, kept, _):
        parts.diary.failing["readings"] = 3  # the store is away for three calls
        kept.deliver(UP, chirp(1, temperature=21.5).encode())
        parts.settle()
        wanted = ("readings", "progress", "ack")
        assert [s for s in parts.diary.steps if s in wanted] == list(wanted)
        rows = parts.store.all().rows
        assert rows.value.tolist() == [21.5]
        assert parts.accounts()["stored"] == 1
        assert parts.records.progress.gateways()["gw-lora"].newest == NOW + 30_123


def test_what_comes_in_passes_the_checks_of_all_readings(tmp_path: Path) -> None:
    with hearing(tmp_path) as (parts, kept, _):
        kept.deliver(UP, chirp(1, temperature=140.0).encode())  # beyond what can be measured
        kept.deliver(UP, chirp(2, at="2031-01-01T00:00:00Z", temperature=20).encode())
        kept.deliver(TTN, things(5, 68.0).encode())
        kept.deliver(TTN, things(5, 68.0).encode())
        parts.settle()
        rows = parts.store.all().rows
        assert sorted(rows.quality.tolist()) == [Quality.GOOD, Quality.SUSPECT]
        assert [q.reason for q in parts.quarantine.kept] == ["time"]
        counts = parts.accounts()
        assert (counts["received"], counts["duplicates"], counts["messages"]) == (4, 1, 4)
        assert len(kept.acked) == 4


def test_a_stranger_is_in_quarantine_and_a_chatterer_is_counted(tmp_path: Path) -> None:
    with hearing(tmp_path) as (parts, kept, _):
        for count in range(5):
            kept.deliver(UP.replace("0001", "0002"), chirp(count, temperature=20).encode())
        parts.settle()
        counts = parts.accounts()
        assert (counts["unreadable"], counts["spared"], counts["messages"]) == (1, 4, 5)
        (row,) = parts.records.quarantine.list()
        assert (row.reason, row.gateway) == ("unmapped", "gw-lora")
        assert b"24e124136b000001" in row.payload


def test_the_host_says_that_it_is_there_and_says_so_again_where_somebody_denies_it(
    tmp_path: Path,
) -> None:
    with hearing(tmp_path) as (parts, _, live):
        live.reconnect()
        topic, payload, retain = live.published[-1]
        assert (topic, retain) == ("spBv1.0/STATE/here", True)
        assert msgspec.json.decode(payload)["online"] is True
        said = len(live.published)
        live.deliver(topic, payload)
        assert len(live.published) == said, "its own word is no denial"
        live.deliver(topic, b'{"online": false, "timestamp": 1}')
        assert live.published[-1] == (topic, payload, True)
        assert parts.accounts()["messages"] == 0, "the state is no message for ingest"
    topic, payload, retain = live.published[-1]
    assert msgspec.json.decode(payload)["online"] is False


def test_each_session_hears_what_it_must_and_none_is_shared(tmp_path: Path) -> None:
    with hearing(tmp_path) as (parts, kept, live):
        assert "application/+/device/+/event/up" in kept.filters
        assert {"homie/5/+/#", f"{STEM}/NBIRTH/Boilers", f"{STEM}/DDATA/Boilers/+"} <= set(
            live.filters
        )
        assert not any("NCMD" in f or f.startswith("$share") for f in kept.filters + live.filters)
        assert set(kept.filters).isdisjoint(live.filters)
        assert parts.broker.filters[0].startswith("plantroom/v1/town/")


def test_a_node_is_asked_for_its_birth_and_its_death_is_written(tmp_path: Path) -> None:
    with hearing(tmp_path) as (parts, _, live):
        live.reconnect()
        command = f"{STEM}/NCMD/Boilers"
        wait_for(
            lambda: any(t == command for t, _, _ in live.published), "a question", timeout_s=10
        )
        (asked,) = [p for t, p, _ in live.published if t == command]
        assert decode(asked).metrics[0].name == REBIRTH
        live.deliver(f"{STEM}/NBIRTH/Boilers", node_birth(10.0, at=NOW))
        live.deliver(f"{STEM}/NDEATH/Boilers", node_death())
        parts.settle()
        energy = town().index["a.plc.energy"]
        rows = parts.store.read([energy], 0, NOW + MINUTE_MS).rows
        assert rows.quality.tolist() == [Quality.GOOD, Quality.BAD]
        assert rows.at.tolist() == [NOW, NOW + MINUTE_MS]
        assert parts.records.progress.gateways()["gw-plc"].state == "offline"


def test_a_stranger_that_was_mapped_since_is_read_again(tmp_path: Path) -> None:
    stranger = UP.replace("0001", "0002")
    with hearing(tmp_path) as (parts, kept, _):
        kept.deliver(stranger, chirp(1, temperature=20.0).encode())
        parts.settle()
        (row,) = parts.records.quarantine.list()
    mended = SITE.replace("device: 24e124136b000001", "device: 24e124136b000002")
    site = load_site(write_town(tmp_path / "mended", mended))
    nothing = ListBroker(Diary())
    foreign = Foreign(site, nothing, nothing, host="here")
    arrival = came(row.topic, row.payload, row.received, retain=True)
    for _ in range(2):  # it is no repeat of itself
        (told,) = foreign.again(arrival).reported
        assert told.table[0][0] == "a.lora.zone_temp"
        assert told.rows.value.tolist() == [20.0]
    birth = came(f"{STEM}/NBIRTH/Boilers", node_birth(3.0), retain=True)
    assert len(foreign.again(birth).reported[0].rows) == 2


def test_a_node_is_followed_through_the_disk_while_the_store_is_away(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite")
    with hearing(tmp_path, spool) as (parts, _, live):
        live.deliver(f"{STEM}/NBIRTH/Boilers", node_birth(10.0, at=NOW))
        parts.settle()
        parts.diary.failing["readings"] = 10_000
        for i in range(1, 6):
            body = packet(metric(alias=1, double_value=10.0 + i, at=NOW + i), seq=i)
            live.deliver(f"{STEM}/NDATA/Boilers", body)
            # The first is in the writer's hands when the store goes, and on the disk as well.
            wait_for(_acknowledged(live, i + 1), "it on disk")
        assert len(parts.store.all().rows) == 2, "only what the birth said"
        parts.diary.failing["readings"] = 0
        energy = town().index["a.plc.energy"]
        wait_for(lambda: len(parts.store.read([energy], 0, NOW + MINUTE_MS).rows) == 6, "the store")
        parts.settle()
        rows = parts.store.read([energy], 0, NOW + MINUTE_MS).rows
        assert rows.value.tolist() == [10.0, 11.0, 12.0, 13.0, 14.0, 15.0]
        assert parts.quarantine.kept == []
        assert spool.depth() == (0, 0)
    spool.close()


def _acknowledged(broker: ListBroker, count: int) -> Callable[[], bool]:
    return lambda: len(broker.acked) == count
