"""Queries as Grafana sends them: variables replaced, InfluxQL over HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from tests.servers import Influx

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grafana:
    """What a person looks at.

    Attributes:
        start: Left end of the time range. [ms]
        end: Right end of it. [ms]
        building: The chosen one.
    """

    start: int
    end: int
    building: str
    interval: str = "15m"

    def said(self, query: str) -> str:
        """The query with Grafana's variables in it."""
        time = f"time >= {self.start}ms and time <= {self.end}ms"
        for name, value in {
            "$timeFilter": time, "$building": self.building, "$__interval": self.interval,
        }.items():  # fmt: skip
            query = query.replace(name, value)
        assert "$" not in query, f"a variable that nobody replaces: {query}"
        return query


def ask(influx: Influx, query: str) -> list[Row]:
    """Rows that hold a value, tags among their columns; what a panel would draw.

    Raises:
        AssertionError: The server refuses the query.
    """
    answer = httpx.get(
        f"{influx.url}/query",
        params={"db": influx.database, "q": query, "epoch": "ms"},
        headers={"Authorization": f"Token {influx.token}"},
        timeout=30, trust_env=False,
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    (result,) = answer.json()["results"]
    assert "error" not in result, f"{query}: {result}"
    rows = [
        {**series.get("tags", {}), **dict(zip(series["columns"], values, strict=True))}
        for series in result.get("series", ())
        for values in series["values"]
    ]
    return [row for row in rows if any(v is not None for k, v in row.items() if k != "time")]
