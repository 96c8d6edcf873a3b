"""A backup restored into an empty folder holds every reading, use, finding and order."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import numpy as np
import pytest
from pydantic import SecretStr
from sqlalchemy import create_engine
from typer.testing import CliRunner

from adapters.settings import Settings
from adapters.sites import load_site
from adapters.store import open_store
from core.actor import SYSTEM
from core.batch import Intervals, Stored
from core.clock import DAY_MS, HOUR_MS, SteppedClock
from core.errors import Misconfigured, Refused
from core.finding import FindingChange, FindingEvent
from core.site import Site
from edge.drivers.simulated import SimulatedDriver
from plantroom.commands.backup import MANIFEST, fill, write_backup
from plantroom.conductor import Conductor
from plantroom.main import app
from plantroom.plant import BrokerAt, Plant, embedded
from simulators.campus import Campus
from tests.dashboards.filled import url_of
from tests.servers import Influx
from tests.simulators.parts import SEED, START
from tests.workorders.house import make_finding

WUSHAN = Path(__file__).parents[2] / "sites" / "wushan"
HOURS, LATER = 6, 3


def settings_of(var: Path) -> Settings:
    """An installation of one machine."""
    return Settings(site=WUSHAN, var=var)


@contextmanager
def running(settings: Settings, campus: Campus, site: Site) -> Iterator[tuple[Plant, Conductor]]:
    """Edges, broker and ingest over an installation's files, stopped at the end."""
    settings.var.mkdir(parents=True, exist_ok=True)
    clock = SteppedClock(campus.now)
    broker, at = embedded(settings, site)
    plant = Plant(settings=settings, site=site, clock=clock, broker=at)
    try:
        plant.import_people(WUSHAN)
        for gateway in site.gateways:
            plant.agent(gateway, SimulatedDriver(campus, gateway))
        plant.ingest.start()
        yield plant, Conductor(clock=clock, agents=plant.agents, parts=[], world=campus.advance)
    finally:
        plant.stop()
        broker.stop()


def work(settings: Settings, site: Site, campus: Campus) -> None:
    """Some hours of a campus, and an order somebody has accepted."""
    with running(settings, campus, site) as (plant, conductor):
        conductor.run(campus.now, campus.now + HOURS * HOUR_MS)
        found = make_finding(onset=campus.now - 2 * HOUR_MS)
        plant.records.findings.save([FindingEvent(FindingChange.OPENED, found, campus.now)])
        plant.orders.publish([FindingEvent(FindingChange.OPENED, found, campus.now)])
        (order,) = plant.orders.crew.open_orders()
        plant.orders.crew.accept(order.id)
        plant.orders.step(campus.now)


def held(settings: Settings, site: Site, token: str | None = None) -> tuple[Stored, Intervals]:
    """All readings and all use."""
    store = open_store(settings.store_url, site, token=token)
    try:
        every, end = range(len(site.points)), START + 2 * DAY_MS
        return store.read(every, 0, end), store.read_intervals(every, 0, end)
    finally:
        store.close()


def same_data(
    a: tuple[Stored, Intervals], b: tuple[Stored, Intervals], *, received: bool = True
) -> None:
    """To the bit."""
    for name in ("point", "at", "value", "quality"):
        assert np.array_equal(getattr(a[0].rows, name), getattr(b[0].rows, name), equal_nan=True)
    if received:
        assert np.array_equal(a[0].received, b[0].received)
    for name in ("point", "at", "value", "state"):
        assert np.array_equal(getattr(a[1], name), getattr(b[1], name), equal_nan=True)


def same_records(a: Settings, b: Settings, site: Site) -> None:
    """Orders with their history, findings, people and receipts."""
    told = []
    for settings in (a, b):
        plant = Plant(settings=settings, site=site, clock=SteppedClock(START + DAY_MS),
                      broker=BrokerAt(host="127.0.0.1", port=1))  # fmt: skip
        desk, records = plant.orders.desk, plant.records
        rows = desk.queue(SYSTEM)
        assert rows, "there is an order to compare"
        told.append((
            rows, [desk.order(SYSTEM, row.id).history for row in rows], records.findings.open(),
            records.people.all(), records.receipts.settled(),
        ))  # fmt: skip
        plant.stop()
    assert told[0] == told[1]


def test_a_backup_restored_into_an_empty_folder_holds_everything(tmp_path: Path) -> None:
    site = load_site(WUSHAN)
    ours, theirs = settings_of(tmp_path / "var"), settings_of(tmp_path / "other" / "var")
    work(ours, site, Campus(site, SEED, START))
    write_backup(ours, tmp_path / "copy")
    fill(theirs, tmp_path / "copy")
    same_data(held(ours, site), held(theirs, site))
    assert len(held(theirs, site)[0].rows) > 1000
    same_records(ours, theirs, site)


def test_what_came_after_the_backup_is_sent_again_by_the_edges(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = load_site(WUSHAN)
    ours, campus = settings_of(tmp_path / "var"), Campus(site, SEED, START)
    work(ours, site, campus)
    write_backup(ours, tmp_path / "copy")
    with running(ours, campus, site) as (_, conductor):
        conductor.run(campus.now, campus.now + LATER * HOUR_MS)
    before = held(ours, site)
    # The server's disk is gone; the edges still have their outboxes.
    theirs = settings_of(tmp_path / "other" / "var")
    fill(theirs, tmp_path / "copy")
    assert len(held(theirs, site)[0].rows) < len(before[0].rows)
    shutil.copytree(ours.var / "outbox", theirs.var / "outbox")
    monkeypatch.setenv("PLANTROOM_SITE", str(WUSHAN))
    monkeypatch.setenv("PLANTROOM_VAR", str(theirs.var))
    for gateway in site.gateways:
        answer = CliRunner().invoke(app, ["edge", "resend", gateway, "--since", "2026-04-13T06:00"])
        assert answer.exit_code == 0, answer.output
    with running(theirs, campus, site) as (_, conductor):
        conductor.step(campus.now)
    same_data(before, held(theirs, site), received=False)


@pytest.mark.influx2
def test_an_influxdb_is_restored_into_an_empty_bucket(
    tmp_path: Path, influx2: Influx, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = load_site(WUSHAN)
    monkeypatch.setenv("PLANTROOM_INFLUX_TOKEN", influx2.token)
    duck = settings_of(tmp_path / "duck")
    ours = duck.model_copy(update={"store": SecretStr(url_of(influx2)), "var": tmp_path / "var"})
    work(ours, site, Campus(site, SEED, START))
    before = held(ours, site, influx2.token)
    write_backup(ours, tmp_path / "copy")
    _empty(influx2)
    theirs = ours.model_copy(update={"var": tmp_path / "other"})
    assert not len(held(theirs, site, influx2.token)[0].rows)
    fill(theirs, tmp_path / "copy")
    same_data(before, held(theirs, site, influx2.token))
    same_records(ours, theirs, site)


def _empty(influx: Influx) -> None:
    """All of the bucket goes."""
    answer = httpx.post(
        f"{influx.url}/api/v2/delete", params={"org": influx.org, "bucket": influx.bucket},
        headers={"Authorization": f"Token {influx.token}"},
        json={"start": "1970-01-01T00:00:00Z", "stop": "2100-01-01T00:00:00Z"},
        timeout=30, trust_env=False,
    )  # fmt: skip
    assert answer.status_code == 204, answer.text


def test_nothing_is_written_over_and_half_a_backup_is_none(tmp_path: Path) -> None:
    site = load_site(WUSHAN)
    ours, theirs = settings_of(tmp_path / "var"), settings_of(tmp_path / "other")
    with pytest.raises(Refused, match="nothing to back up"):
        write_backup(ours, tmp_path / "copy")
    with running(ours, Campus(site, SEED, START), site):
        pass
    write_backup(ours, tmp_path / "copy")
    with pytest.raises(Refused, match="not empty"):
        write_backup(ours, tmp_path / "copy")
    with pytest.raises(Refused, match="is there already"):
        fill(ours, tmp_path / "copy")
    (tmp_path / "copy" / MANIFEST).unlink()
    with pytest.raises(Refused, match="holds no backup"):
        fill(theirs, tmp_path / "copy")
    assert not theirs.var.exists()


@pytest.mark.postgres
def test_records_with_people_in_them_are_not_mixed_with_a_backups(
    tmp_path: Path, postgres_url: str
) -> None:
    site = load_site(WUSHAN)
    ours = settings_of(tmp_path / "var")
    with running(ours, Campus(site, SEED, START), site):
        pass
    write_backup(ours, tmp_path / "copy")
    engine = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE DATABASE restored")
    engine.dispose()
    own = SecretStr(postgres_url.rpartition("/")[0] + "/restored")
    shared = settings_of(tmp_path / "other").model_copy(update={"records": own})
    fill(shared, tmp_path / "copy")
    again = shared.model_copy(update={"var": tmp_path / "third"})
    with pytest.raises(Misconfigured, match="already hold"):
        fill(again, tmp_path / "copy")
    assert not (tmp_path / "third" / "readings.duckdb").exists(), "asked before anything is put"
