"""CPU-seconds a building-day: all rules over a simulated campus with faults."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from adapters.records import Records
from adapters.sites import load_site
from adapters.store import open_store
from analytics.engine import Engine
from analytics.rules import RULES
from benchmarks.measured import Result, cpu_s
from core.batch import Batch, BatchName, Columns
from core.clock import DAY_MS, MINUTE_MS, SteppedClock
from core.finding import FindingEvent
from core.ports import GatewayProgress, ReadingStore
from core.site import Site
from ingest.registers import Rules
from ingest.use import Use
from simulators.campus import Campus
from simulators.story import demo_story

WUSHAN = Path(__file__).parent.parent / "sites" / "wushan"
NIGHTS, PLANT_DAYS, DAYS = 28, 3, 5
_BUCKET_MS = 5 * MINUTE_MS


class Heard:
    """Listens to findings."""

    def __init__(self) -> None:
        self.opened = 0

    def publish(self, events: Sequence[FindingEvent]) -> None:
        """See :class:`core.ports.FindingSink`."""
        self.opened += len(events)


def measure(folder: Path) -> list[Result]:
    """One result; each day is a round."""
    site = load_site(WUSHAN)
    plot = demo_story(site)
    campus = Campus(site, plot.seed, plot.start, plot.faults)
    store = open_store(f"duckdb:{folder}/rules.duckdb", site)
    records = Records(f"sqlite:///{folder}/rules.sqlite")
    records.upgrade()
    use = Use(Rules.of(site), store)
    clock, heard = SteppedClock(plot.start), Heard()
    engine = Engine(site, store, records.verdicts, records.findings, records.progress, heard, clock)
    for number, (_, rows) in enumerate(campus.history(NIGHTS, PLANT_DAYS)):
        _keep(store, use, rows, number)
    _report(records, site, plot.start)
    engine.step(plot.start)  # what a first start looks back over
    ours, bare = [], []
    for day in range(DAYS):
        end = plot.start + (day + 1) * DAY_MS
        for gateway in sorted(site.gateways):
            _keep(store, use, campus.read(gateway, end), NIGHTS + day)
        _report(records, site, end)
        clock.advance(end)
        ours.append(cpu_s(partial(engine.step, end)) / len(site.buildings))
        bare.append(cpu_s(partial(_average, site, store, end)) / len(site.buildings))
    store.close()
    records.close()
    if not heard.opened:
        raise RuntimeError("the rules found nothing: this is no measurement")
    return [
        Result(
            name=f"all {len(RULES)} rules", unit="CPU-seconds a building-day", ours=ours,
            plain=bare, baseline="read the day once and average it in 5 minutes",
            note=f"{len(site.points) // len(site.buildings)} points a building, {DAYS} days in "
            f"steps of a day; {heard.opened} changes of findings",
        )
    ]  # fmt: skip


def _keep(store: ReadingStore, use: Use, rows: Columns, number: int) -> None:
    if len(rows):
        name = BatchName("all", "boot", number + 1)
        store.write([Batch(name=name, rows=rows, received=int(rows.at.max()))], receipted=set())
        use.derive(rows)


def _report(records: Records, site: Site, at: int) -> None:
    heard = [
        GatewayProgress(gateway=g, newest=at, oldest_unsent=None, heard=at, state="online")
        for g in site.gateways
    ]
    records.progress.report(heard, [])


def _average(site: Site, store: ReadingStore, end: int) -> None:
    rows = store.read(range(len(site.points)), end - DAY_MS, end).rows
    bucket = (rows.at - (end - DAY_MS)) // _BUCKET_MS
    key = rows.point.astype(np.int64) * (DAY_MS // _BUCKET_MS + 1) + bucket
    known = ~np.isnan(rows.value)
    sums = np.bincount(key[known], rows.value[known])
    counts = np.bincount(key[known])
    np.divide(sums, counts, out=np.full(len(sums), np.nan), where=counts > 0)
