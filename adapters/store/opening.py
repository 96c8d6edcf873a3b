"""From a URL to a store."""

from __future__ import annotations

from pathlib import Path

from adapters.store.address import DuckAddress, parse
from core.ports import ReadingStore
from core.site import Site


def open_store(url: str, site: Site, *, token: str | None = None) -> ReadingStore:
    """Open the store at a URL; a DuckDB file is made where there is none.

    Args:
        url: ``duckdb:PATH``, ``duckdb::memory:`` (gone when closed), or
            ``influxdb://HOST:PORT/BUCKET?org=…&version=1|2&tls=0|1``.
        site: Whose points are read and written; columns index its table.
        token: Of InfluxDB 2, or ``user:password`` of InfluxDB 1; never in the URL.

    Raises:
        Misconfigured: The URL is none of these.
        Retryable: The file cannot be opened now (disk full or failing).
        Fatal: It never can: held by another process, not a store, another layout.
    """
    address = parse(url)
    if isinstance(address, DuckAddress):
        from adapters.store.duck import DuckStore  # noqa: PLC0415 each client loads when used

        if address.path != ":memory:":
            Path(address.path).parent.mkdir(parents=True, exist_ok=True)
        return DuckStore(address.path, site)
    from adapters.store.influx import InfluxStore  # noqa: PLC0415 its client takes a second

    return InfluxStore(address, site, token)
