"""Queries for Grafana: InfluxQL, the one language that InfluxDB 1.8, 2 and 3 all speak."""

from __future__ import annotations

from collections.abc import Sequence

from grafana_foundation_sdk.cog import variants
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models.dashboard import DataSourceRef

SOURCE = DataSourceRef("influxdb", "plantroom-influx")
OPEN = "\"state\" != 'closed' AND \"state\" != 'cancelled'"
ALWAYS = "time > now() - 3650d AND time < now() + 3650d"
"""Orders count whatever time is shown; a fast run is ahead of the present."""


class InfluxQL(variants.Dataquery, Builder[variants.Dataquery]):
    """One InfluxQL query; the SDK has no class for it."""

    def __init__(self, ref: str, query: str, alias: str = "", form: str = "time_series") -> None:
        self.query = query
        self.body = {
            "refId": ref, "query": query, "rawQuery": True, "alias": alias, "resultFormat": form,
        }  # fmt: skip

    def to_json(self) -> dict[str, object]:
        """As Grafana stores it."""
        return {**self.body, "datasource": {"type": SOURCE.type_val, "uid": SOURCE.uid}}

    def build(self) -> InfluxQL:
        """Itself: it is built."""
        return self


def level(field: str, measurement: str, points: Sequence[str], factor: float = 1.0) -> str:
    """Mean of a field over some points of the chosen building, by time."""
    times = f" * {factor:g}" if factor != 1.0 else ""
    return (
        f'SELECT mean("{field}"){times} FROM "{measurement}" WHERE $timeFilter'
        f" AND {_any(points)} AND \"building\" = '$building' GROUP BY time($__interval)"
    )


def use(points: Sequence[str], factor: float) -> str:
    """A register's use in its interval, as the flow that it was: never of suspect intervals."""
    return (
        f'SELECT mean("value") * {factor:g} FROM "interval" WHERE $timeFilter AND "state" < 2'
        f" AND {_any(points)} AND \"building\" = '$building' GROUP BY time($__interval)"
    )


def open_orders(select: str) -> str:
    """Something of all orders that are open, whatever time is shown."""
    return (
        f'SELECT {select} FROM (SELECT last("state") AS "state", last("priority") AS "priority",'
        f' last("waste_money_per_day") AS "money" FROM "order" WHERE {ALWAYS}'
        f' GROUP BY "id") WHERE {OPEN}'
    )


def verified_repairs() -> str:
    """How many orders telemetry has proven."""
    return (
        'SELECT count("outcome") FROM (SELECT last("outcome") AS "outcome" FROM "order"'
        f' WHERE {ALWAYS} GROUP BY "id") WHERE "outcome" = \'verified\''
    )


def order_table() -> str:
    """Every open order as a row."""
    return (
        'SELECT "priority", "title", "money", "person", "state" FROM (SELECT last("priority") AS'
        ' "priority", last("title") AS "title", last("waste_money_per_day") AS "money",'
        ' last("person") AS "person", last("state") AS "state" FROM "order"'
        f' WHERE {ALWAYS} GROUP BY "id", "building") WHERE {OPEN}'
        ' GROUP BY "id", "building"'
    )


def _any(points: Sequence[str]) -> str:
    return "(" + " OR ".join(f"\"point\" = '{p}'" for p in points) + ")"
