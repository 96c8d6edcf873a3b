"""A store that holds what a running campus leaves in it: all that dashboards ask for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adapters.records import Records
from adapters.sites import load_site
from adapters.store import open_store
from analytics.bands import Bands
from analytics.calendar import Calendar
from core.batch import Batch, BatchName, Columns
from core.clock import DAY_MS, SteppedClock
from core.ports import ReadingStore
from core.site import Site
from core.verdict import Verdict
from ingest.registers import Rules
from ingest.use import Use
from simulators.campus import Campus
from tests.servers import Influx
from tests.workorders.house import CARDS, House, at, make_finding, opened, run_of
from workorders.duty import RosterDuty
from workorders.service import WorkOrders

TODAY = at("2026-03-12 00:00")
"""A Thursday after three working days: the fewest of a type that anything is expected from."""
NIGHTS = 3


def url_of(influx: Influx) -> str:
    """The store's URL at a server of a test."""
    where = f"influxdb://127.0.0.1:{influx.server.port}/{influx.bucket}"
    return f"{where}?org={influx.org}&version={influx.version}&tls=0"


@contextmanager
def filled(folder: Path, sites: Path, influx: Influx) -> Iterator[tuple[Site, House]]:
    """Four simulated days, what is expected of the last, and three orders, one proven."""
    site = load_site(sites / "wushan")
    store = open_store(url_of(influx), site, token=influx.token)
    records = Records(f"sqlite:///{folder / 'records.sqlite'}")
    records.upgrade()
    try:
        _readings(site, store)
        yield site, _orders(site, store, records, sites)
    finally:
        store.close()
        records.close()


def _readings(site: Site, store: ReadingStore) -> None:
    campus = Campus(site, 2, TODAY)
    use, bands = Use(Rules.of(site), store), Bands(site, Calendar(site), store)
    for number, (_, rows) in enumerate(campus.history(NIGHTS, NIGHTS)):
        _keep(store, use, rows, number)
    bands.write(TODAY, [])
    for gateway in site.gateways:
        _keep(store, use, campus.read(gateway, TODAY + DAY_MS), NIGHTS)


def _keep(store: ReadingStore, use: Use, rows: Columns, number: int) -> None:
    name = BatchName("all", "first", number)
    batch = Batch(name=name, rows=rows, received=int(rows.at.max()))
    assert not store.write([batch], receipted=set())
    use.derive(rows)


def _orders(site: Site, store: ReadingStore, records: Records, sites: Path) -> House:
    """Two open orders, one of priority 1, and one that telemetry has verified."""
    clock = SteppedClock(TODAY + DAY_MS // 3)
    orders = WorkOrders(
        site, records, store, clock, cards=CARDS, verdicts=records.verdicts,
        duty=RosterDuty(records.people, site.timezone),
    )  # fmt: skip
    house = House(site=site, records=records, store=store, clock=clock, orders=orders, sites=sites)
    house.hire()
    house.publish(opened(make_finding(onset=house.now - DAY_MS // 12)))
    house.repair(house.only().id)
    done = house.now
    house.judge(*(run_of(done + n * DAY_MS, 24, Verdict.OK) for n in range(3)))
    house.step(3 * 24)
    assert not house.queue(), "the first order is verified"
    house.publish(
        opened(make_finding("WAT-01", "a.w-main", onset=house.now, severity=1, money=120.0)),
        opened(make_finding("PWR-03", "c.m-main", onset=house.now, money=900.0)),
    )
    return house
