"""InfluxQL from points and times, and columns from its answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adapters.store.influx_server import Result, Server
from core.ports import MEASUREMENTS
from core.site import Site

Table = dict[str, NDArray[Any]]
MOST_POINTS = 100
"""In one statement: a condition of thousands makes servers slow, one statement a point too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What to read of which points.

    Attributes:
        fields: Names in the answer and what to select; the first must be in every row.
        when: Condition on time.
        tail: What follows the grouping.
    """

    fields: Mapping[str, str]
    when: str
    tail: str = ""


def text(value: str) -> str:
    """A string literal."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def within(start: int, end: int) -> str:
    """The condition ``start < at <= end``."""
    return f"time > {start}ms AND time <= {end}ms"


def read(server: Server, site: Site, measurements: Mapping[str, Sequence[int]], ask: Ask) -> Table:
    """Rows of points, by measurement: ``point``, ``at`` and the fields, by point, then time."""
    statements = [
        _statement(site, measurement, points[i : i + MOST_POINTS], ask)
        for measurement, points in measurements.items()
        for i in range(0, len(points), MOST_POINTS)
    ]
    parts = [part for result in server.query(statements) for part in _parts(site, result, ask)]
    names = ("point", "at", *ask.fields)
    if not parts:
        return {name: np.empty(0, np.float64) for name in names}
    joined = {name: np.concatenate([part[name] for part in parts]) for name in names}
    order = np.lexsort((joined["at"], joined["point"]))
    return {name: column[order] for name, column in joined.items()}


_COUNTED = dict.fromkeys(MEASUREMENTS, "quality") | {"interval": "state"}


def count(server: Server, site: str, measurements: Sequence[str]) -> dict[str, int]:
    """Rows by measurement; of marks the most frequent field of each series is counted."""
    answers = server.query(
        [
            f'SELECT count({_counted(m)}) FROM "{m}" WHERE "site"={text(site)} GROUP BY *'  # noqa: S608
            for m in measurements
        ]
    )
    return {
        m: sum(max(filter(None, series["values"][0][1:])) for series in answer)
        for m, answer in zip(measurements, answers, strict=True)
    }


def _counted(measurement: str) -> str:
    return f'"{_COUNTED[measurement]}"' if measurement in _COUNTED else "*"


def where(site: Site, points: Sequence[int]) -> str:
    """The condition on tags that picks these points of the site."""
    one_of = " OR ".join(f'"point"={text(site.points[i].id)}' for i in points)
    return f'"site"={text(site.id)} AND ({one_of})'


def _statement(site: Site, measurement: str, points: Sequence[int], ask: Ask) -> str:
    selected = ", ".join(ask.fields.values())
    return (
        f'SELECT {selected} FROM "{measurement}" '  # noqa: S608 literals are escaped
        f'WHERE {where(site, points)} AND {ask.when} GROUP BY "point" {ask.tail}'
    )


def _parts(site: Site, result: Result, ask: Ask) -> Iterator[Table]:
    for series in result:
        index = site.index[series["tags"]["point"]]
        time, *columns = zip(*series["values"], strict=True)
        part: Table = {
            "point": np.full(len(time), index, np.int32),
            "at": np.array(time, np.int64),
        }
        for name, column in zip(ask.fields, columns, strict=True):
            # None becomes NaN; whole numbers of ours are all below 2^53.
            part[name] = np.array(column, np.float64)
        yield part
