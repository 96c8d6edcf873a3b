"""A bucket's series of one site as compressed line protocol, and back."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from adapters.store.influx_lines import stored_line
from adapters.store.influx_read import text
from adapters.store.influx_server import Server
from adapters.store.influx_write import MOST_LINES, write_lines
from core.errors import Fatal
from core.ports import MEASUREMENTS

ALL = (*MEASUREMENTS, "interval", "expected", "order", "finding")
SUFFIX = ".lp.gz"


def save(server: Server, site: str, folder: Path) -> None:
    """Write one file a measurement into an empty folder, times in ms."""
    for measurement in ALL:
        file = folder / f"{measurement}{SUFFIX}"
        with gzip.open(file, "wt", compresslevel=1, encoding="utf-8") as out:
            for line in _lines(server, site, measurement):
                out.write(line + "\n")
        with file.open("rb") as written:
            os.fsync(written.fileno())


def load(server: Server, folder: Path) -> None:
    """Write what :func:`save` saved.

    Raises:
        Fatal: The folder is no such backup, or the bucket refuses lines of it.
    """
    files = sorted(folder.glob(f"*{SUFFIX}"))
    if not files:
        raise Fatal(f"{folder} holds no backup of an InfluxDB store")
    for file in files:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            while piece := [line.rstrip("\n") for line in islice(lines, MOST_LINES)]:
                refused = write_lines(server, piece)
                if refused:
                    place, reason = next(iter(refused.items()))
                    raise Fatal(f"{server.where} refuses a line of {file.name}: {reason}: "
                                f"{piece[place]}")  # fmt: skip


def _lines(server: Server, site: str, measurement: str) -> Iterator[str]:
    question = f'SELECT * FROM "{measurement}" WHERE "site"={text(site)} GROUP BY *'  # noqa: S608
    for series in server.stream(question, MOST_LINES):
        for values in series["values"]:
            row = dict(zip(series["columns"], values, strict=True))
            yield stored_line(measurement, row, series["tags"])
