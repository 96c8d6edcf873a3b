"""The campus dashboard: is anything wrong, what does it cost, who has it, what proves it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.models.dashboard import (
    DashboardLinkType,
    GridPos,
    VariableOption,
    VariableRefresh,
)

from core.quality import WHOLE_DAY
from core.quantity import Kind
from core.site import EquipmentClass, MeterRole, Point, Site
from core.words import Carrier
from dashboards.influxql import SOURCE, day_sums, level, open_orders, use, verified_repairs
from dashboards.panels import (
    INK,
    P1,
    P2,
    PROVED,
    Drawn,
    against_expected,
    by_day,
    figure,
    orders,
    question,
    steps,
)

UID = "plantroom-campus"
_TOP, _TALL, _QUEUE, _HOUR_S = 6, 9, 10, 3600
_DEAR, _DEARER = 1000, 3000
"""From here on waste is coloured: twice and six times what raises one order's priority by
default (``workorders.priority.Rates``). [site currency a day]"""


def campus(site: Site, console: str) -> dashboard.Dashboard:
    """The dashboard of a site; ``console`` is the address that its links open."""
    page = (
        dashboard.Dashboard(f"{site.names['en']}: now")
        .uid(UID)
        .tags(["plantroom"])
        .time("now-4d", "now")
        .timezone(site.timezone)
        .refresh("1m")
        .with_variable(_building(site))
        .link(dashboard.DashboardLink("Console").type(DashboardLinkType.LINK).url(console or "/"))
    )
    curves = list(_curves(site))
    below = _TOP + _TALL * ((len(curves) + 1) // 2)
    queue = orders(site.money, console, GridPos(h=_QUEUE, w=24, x=0, y=below))
    panels: list[Drawn] = [*_figures(site), *curves, queue, *_days(site, below + _QUEUE)]
    for number, panel in enumerate(panels, start=1):
        # The SDK numbers rows 0; a panel's id must be its own.
        page = page.with_panel(panel.id(number))
    return page


def _building(site: Site) -> dashboard.QueryVariable:
    first = next(iter(site.buildings))
    return (
        dashboard.QueryVariable("building")
        .label("Building")
        .datasource(SOURCE)
        .query('SHOW TAG VALUES FROM "gauge" WITH KEY = "building"')
        .refresh(VariableRefresh.ON_DASHBOARD_LOAD)
        .current(VariableOption(selected=True, text=first, value=first))
    )


def _figures(site: Site) -> Iterator[Drawn]:
    """What needs somebody, in four numbers."""
    yield question(
        "**Is anything wrong, what does it cost, who has it, what proves it?** "
        "Grey is normal; colour means that somebody should act.",
        GridPos(h=2, w=24, x=0, y=0),
    )
    counted = open_orders('count("priority")')
    places = [GridPos(h=4, w=6, x=x, y=2) for x in (0, 6, 12, 18)]
    yield figure(
        "Wasted a day", open_orders('sum("money")'), f"prefix:{site.money}",
        steps((None, INK), (_DEAR, P2), (_DEARER, P1)), places[0],
    )  # fmt: skip
    yield figure("Open orders", counted, "none", steps((None, INK)), places[1])
    yield figure(
        "Priority 1", f'{counted} AND "priority" = 1', "none", steps((None, INK), (1, P1)),
        places[2],
    )  # fmt: skip
    yield figure(
        "Repairs verified", verified_repairs(), "none", steps((None, INK), (1, PROVED)), places[3]
    )


def _curves(site: Site) -> Iterator[Drawn]:
    """A panel for each carrier, and one for the rooms, where the site has points for them."""
    rooms = [
        p for p in site.points
        if p.role.id == "zone_temp" and site.equipment[p.equipment].cls is EquipmentClass.ZONE
    ]  # fmt: skip
    asked = (
        ("Power", "kwatt", main_points(site, Carrier.ELECTRICITY, "power")),
        ("Water", "suffix: m³/h", main_points(site, Carrier.WATER, "volume")),
        ("Heating", "kwatt", main_points(site, Carrier.HEAT, "heat_power")),
        ("Rooms", "celsius", rooms),
    )
    there = [(title, unit, points) for title, unit, points in asked if points]
    for number, (title, unit, points) in enumerate(there):
        row, column = divmod(number, 2)
        at = GridPos(h=_TALL, w=12, x=12 * column, y=_TOP + _TALL * row)
        yield against_expected(title, unit, at, _band(points))


def _days(site: Site, top: int) -> Iterator[Drawn]:
    """A panel of daily sums for each carrier that the site has registers of."""
    asked = (
        ("Electricity a day", "kwatth", main_points(site, Carrier.ELECTRICITY, "energy")),
        ("Water a day", "suffix: m³", main_points(site, Carrier.WATER, "volume")),
        ("Heat a day", "kwatth", main_points(site, Carrier.HEAT, "heat")),
        ("Gas a day", "suffix: m³", main_points(site, Carrier.GAS, "gas_volume")),
    )
    there = [(title, unit, points) for title, unit, points in asked if points]
    words = (
        f"Main meters, by local day. A day of which less than {WHOLE_DAY:.0%} of a meter's "
        "intervals is measured has no bar: its sum would be too low. So has today, until so "
        "much of it is measured. Empty days are holes in the readings, not days without use."
    )
    for number, (title, unit, points) in enumerate(there):
        row, column = divmod(number, 2)
        at = GridPos(h=_TALL, w=12, x=12 * column, y=top + _TALL * row)
        yield by_day(title, unit, at, words, _sums(site, points))


def _sums(site: Site, points: list[Point]) -> list[tuple[str, str]]:
    """One query for all buildings that have as many meters: of these all must be whole."""
    many = Counter(point.building for point in points)
    alike: dict[int, dict[str, int]] = defaultdict(dict)
    for point in points:
        alike[many[point.building]][point.id] = point.period_s
    return [
        ("used", day_sums(periods, number, site.timezone))
        for number, periods in sorted(alike.items())
    ]


def main_points(site: Site, carrier: Carrier, role: str) -> list[Point]:
    """Points of a role of all main meters of a carrier."""
    return [
        point for point in site.points
        if point.role.id == role
        and (meter := site.equipment[point.equipment].meter) is not None
        and meter.carrier is carrier
        and meter.role is MeterRole.BUILDING
    ]  # fmt: skip


def _band(points: list[Point]) -> list[tuple[str, str]]:
    """Registers are drawn as the flow that their use in an interval was."""
    ids, first = [p.id for p in points], points[0]
    register = first.kind is Kind.REGISTER
    factor = _HOUR_S / first.period_s if register else 1.0
    measured = use(ids, factor) if register else level("value", "gauge", ids)
    return [
        ("low", level("low", "expected", ids, factor)),
        ("high", level("high", "expected", ids, factor)),
        ("expected", level("mid", "expected", ids, factor)),
        ("measured", measured),
    ]
