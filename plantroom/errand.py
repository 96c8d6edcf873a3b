"""What was asked of ingest from the command line: done by the one that runs, or here."""

from __future__ import annotations

import getpass
import time
from functools import partial

from adapters.records import Records
from adapters.settings import Settings
from adapters.sites import load_site
from adapters.store import open_store
from core.clock import SystemClock
from core.errors import Fatal, Retryable
from core.ports import ReadingStore
from core.site import Site
from ingest.errands import standing_alone
from ingest.foreign.host import read_again
from plantroom.plant import influx_token

TAKEN_UP_S = 4.0
"""A running ingest looks each second: asked for longer ago than this, none runs."""
_LOOK_S = 0.2


def who() -> str:
    """Who types, as it stands beside what they did."""
    return f"cli:{getpass.getuser()}"[:64]


def settle(settings: Settings, records: Records, wait_s: float) -> bool:
    """Whether all that waits in the records was done within the time.

    DuckDB serves one process: where its file is open elsewhere, that process does it. InfluxDB
    is shared, so a running ingest is given a moment to take it up first.

    Raises:
        Retryable: The store is away; what was asked for still waits.
    """
    site = load_site(settings.site)
    if settings.store_url.startswith("duckdb:"):
        try:
            store = open_store(settings.store_url, site)
        except Fatal as error:
            if "open in another process" not in str(error):
                raise
            return _wait(records, wait_s)
    else:
        if _wait(records, min(wait_s, TAKEN_UP_S)):
            return True
        store = open_store(settings.store_url, site, token=influx_token())
    try:
        return _here(records, site, store)
    finally:
        store.close()


def _here(records: Records, site: Site, store: ReadingStore) -> bool:
    errands = standing_alone(
        site, store, records.receipts, records.progress, records.quarantine, records.meters,
        SystemClock(), partial(read_again, site), records.corrections,
    )  # fmt: skip
    try:
        while errands.run():
            pass
    except Retryable as error:
        what = f"{error}; what was asked for waits until ingest runs"
        raise Retryable(what, retry_after_s=error.retry_after_s) from error
    return True


def _wait(records: Records, wait_s: float) -> bool:
    until = time.monotonic() + wait_s
    while (
        records.quarantine.asked(1) or records.meters.waiting(1)
        or records.corrections.taken_back(1)
    ):  # fmt: skip
        if time.monotonic() > until:
            return False
        time.sleep(_LOOK_S)
    return True
