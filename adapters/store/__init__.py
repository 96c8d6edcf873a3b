"""Where readings last: DuckDB for one machine, InfluxDB for more, behind one port."""

from adapters.store.opening import open_store
from adapters.store.restoring import restore_store

__all__ = ["open_store", "restore_store"]
