"""Ingest at work behind a console: what people ask for is done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from core.site import Site
from ingest import errands
from ingest.service import Ingest
from tests.api.console import Console
from tests.ingest.parts import Diary, ListBroker
from tests.servers import wait_for


@contextmanager
def working(console: Console, site: Site | None = None) -> Iterator[ListBroker]:
    """Ingest over the console's store and records; the broker delivers what a test says."""
    records, broker = console.records, ListBroker(Diary())
    ingest = Ingest(
        site or console.site, console.store, records.receipts, records.quarantine,
        records.progress, broker, console.clock, replays=records.quarantine,
        events=records.meters, book=records.gateways,
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(errands, "LOOK_S", 0.02)
        ingest.start()
        try:
            yield broker
        finally:
            ingest.stop()


def done(console: Console) -> None:
    """Wait until no wish waits any more."""
    records = console.records
    wait_for(
        lambda: not records.quarantine.asked(1) and not records.meters.waiting(1), "the wishes"
    )
