"""Queries for Grafana: InfluxQL, the one language that InfluxDB 1.8, 2 and 3 all speak."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from grafana_foundation_sdk.cog import variants
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models.dashboard import DataSourceRef

from core.quality import WHOLE_DAY

SOURCE = DataSourceRef("influxdb", "plantroom-influx")
OPEN = "\"state\" != 'closed' AND \"state\" != 'cancelled'"
ALWAYS = "time > now() - 3650d AND time < now() + 3650d"
"""Orders count whatever time is shown; a fast run is ahead of the present."""
_DAY_S, _ROUNDING = 86_400, 1e-9


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


def day_sums(periods: Mapping[str, int], registers: int, timezone: str) -> str:
    """Use of a building's registers by local day, of days that all of them measured.

    A day in which less than :data:`core.quality.WHOLE_DAY` of a register's intervals is
    measured has no row. Of whole days what was estimated counts too, as it does on the
    console. A day stands for 24 h: where the clocks change it needs an hour more or less.

    Args:
        periods: Time between readings of every register that may be asked for, by id. [s]
        registers: How many of them the chosen building has.
        timezone: IANA name.
    """
    # An interval is stored at its end: midnight's belongs to the day before. Subqueries do not
    # inherit the zone. A state is 0 of measured intervals and 1 of estimated ones.
    day, local = "GROUP BY time(1d, 1ms)", f"tz('{timezone}')"
    of_each = (
        'SELECT sum("value") AS "used", count("value") - sum("state") AS "measured"'
        f' FROM "interval" WHERE $timeFilter AND "state" < 2 AND {_any(sorted(periods))}'
        f' AND "building" = \'$building\' {day}, "point" fill(none) {local}'
    )
    of_all = (
        f'SELECT sum("used") AS "used", count("used") AS "whole" FROM ({of_each})'
        f" WHERE $timeFilter AND {_whole(periods)} {day} fill(none) {local}"
    )
    return f'SELECT "used" FROM ({of_all}) WHERE $timeFilter AND "whole" = {registers} {local}'


def _whole(periods: Mapping[str, int]) -> str:
    """Whether a register's day is whole, by how often it is read."""
    same: dict[int, list[str]] = defaultdict(list)
    for point, period_s in sorted(periods.items()):
        same[period_s].append(point)
    return "(" + " OR ".join(_enough(points, s) for s, points in sorted(same.items())) + ")"


def _enough(points: Iterable[str], period_s: int) -> str:
    least = math.ceil(WHOLE_DAY * _DAY_S / period_s - _ROUNDING)
    return f'({_any(list(points))} AND "measured" >= {least})'


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
