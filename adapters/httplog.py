"""What httpx writes to the log: whom it asks, and no more of an address than that."""

from __future__ import annotations

import logging

import httpx


class _HostAlone(logging.Filter):
    """httpx logs each address that it asks, and in paths and queries stand keys."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                f"{arg.scheme}://{arg.host}/…" if isinstance(arg, httpx.URL) else arg
                for arg in record.args
            )
        return True


_FILTER = _HostAlone()


def keep_addresses_out() -> None:
    """From now on no path, query or password stands in a line of httpx, whoever asks.

    Its level is left alone: one client must not silence, or wake, the lines of the others.
    """
    logging.getLogger("httpx").addFilter(_FILTER)
