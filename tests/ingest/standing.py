"""An installation that is stopped, corrected and started again: store and records stay."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from adapters.records import Records
from adapters.store.duck import DuckStore
from core.batch import Intervals
from core.clock import SteppedClock
from core.site import Site
from ingest import errands
from ingest.foreign.host import Foreign
from ingest.rates import Rate
from ingest.service import Ingest
from tests.ingest.parts import Diary, ListBroker
from tests.ingest.places import NOW
from tests.sample import records_in
from tests.servers import wait_for


@dataclass
class Standing:
    """Ingest at work, with its wishes looked for often."""

    site: Site
    store: DuckStore
    records: Records
    broker: ListBroker
    clock: SteppedClock
    ingest: Ingest

    def deliver(self, topic: str, payload: bytes) -> None:
        """Deliver one message and wait until it is settled."""
        self.broker.deliver(topic, payload)
        assert self.ingest.wait_idle(10)

    def done(self) -> None:
        """Wait until no wish waits any more."""
        held, events = self.records.quarantine, self.records.meters
        wait_for(lambda: not held.asked(1) and not events.waiting(1), "the wishes")

    def use(self, point: int = 0) -> Intervals:
        return self.store.read_intervals([point], 0, 4 * 10**12)

    def values(self, point: int = 0) -> dict[int, float]:
        rows = self.store.read([point], 0, 4 * 10**12).rows
        return dict(zip(rows.at.tolist(), rows.value.tolist(), strict=True))


@contextmanager
def standing(
    folder: Path, site: Site, *, look: bool = True, foreign: Foreign | None = None,
    rate: Rate | None = None,
) -> Iterator[Standing]:  # fmt: skip
    """Started over what the folder holds; ``look`` whether wishes are done."""
    if not (folder / "records.sqlite").exists():
        records_in(folder).close()
    records = Records(f"sqlite:///{folder / 'records.sqlite'}")
    store = DuckStore(str(folder / "readings.duckdb"), site)
    broker, clock = ListBroker(Diary()), SteppedClock(NOW)
    ingest = Ingest(
        site, store, records.receipts, records.quarantine, records.progress, broker, clock,
        replays=records.quarantine if look else None, events=records.meters,
        book=records.gateways, foreign=foreign, rate=rate,
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(errands, "LOOK_S", 0.02)
        ingest.start()
        try:
            yield Standing(site, store, records, broker, clock, ingest)
        finally:
            ingest.stop()
            store.close()
            records.close()
