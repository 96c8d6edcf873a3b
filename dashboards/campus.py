"""The campus dashboard: is anything wrong, what does it cost, who has it, what proves it."""

from __future__ import annotations

from collections.abc import Callable

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.models.dashboard import (
    DashboardLinkType,
    GridPos,
    VariableOption,
    VariableRefresh,
)

from core.site import EquipmentClass, MeterRole, Site
from core.words import Carrier
from dashboards.influxql import SOURCE, level, open_orders, use
from dashboards.panels import (
    INK,
    P1,
    P2,
    PROVED,
    against_expected,
    figure,
    orders,
    question,
    steps,
)

Band = Callable[[str], str]
UID = "plantroom-campus"


def campus(site: Site, console: str) -> dashboard.Dashboard:
    """The dashboard of a site; ``console`` is the address that its links open."""
    money = f"prefix:{site.money}"
    power = main_points(site, Carrier.ELECTRICITY, "power")
    water = main_points(site, Carrier.WATER, "volume")
    heat = main_points(site, Carrier.HEAT, "heat_power")
    rooms = [
        p.id for p in site.points
        if p.role.id == "zone_temp" and site.equipment[p.equipment].cls is EquipmentClass.ZONE
    ]  # fmt: skip
    proved = (
        'SELECT count("outcome") FROM (SELECT last("outcome") AS "outcome" FROM "order"'
        ' WHERE time > now() - 3650d GROUP BY "id") WHERE "outcome" = \'verified\''
    )
    panels = (
        question(
            "**Is anything wrong, what does it cost, who has it, what proves it?** "
            "Grey is normal; colour means that somebody should act.",
            GridPos(h=2, w=24, x=0, y=0),
        ),
        figure("Wasted a day", open_orders('sum("money")'), money,
               steps((None, INK), (1000, P2), (3000, P1)), GridPos(h=4, w=6, x=0, y=2)),
        figure("Open orders", open_orders('count("priority")'), "none", steps((None, INK)),
               GridPos(h=4, w=6, x=6, y=2)),
        figure("Priority 1", open_orders('count("priority")') + ' AND "priority" = 1', "none",
               steps((None, INK), (1, P1)), GridPos(h=4, w=6, x=12, y=2)),
        figure("Repairs verified", proved, "none", steps((None, INK), (1, PROVED)),
               GridPos(h=4, w=6, x=18, y=2)),
        against_expected("Power", "kwatt", GridPos(h=9, w=12, x=0, y=6),
                         _band(power, level("value", "gauge", power), 1.0)),
        against_expected("Water", "suffix: m³/h", GridPos(h=9, w=12, x=12, y=6),
                         _band(water, use(water, 4.0), 4.0)),
        against_expected("Heating", "kwatt", GridPos(h=9, w=12, x=0, y=15),
                         _band(heat, level("value", "gauge", heat), 1.0)),
        against_expected("Rooms", "celsius", GridPos(h=9, w=12, x=12, y=15),
                         _band(rooms, level("value", "gauge", rooms), 1.0)),
        orders(site.money, console, GridPos(h=10, w=24, x=0, y=24)),
    )  # fmt: skip
    first = next(iter(site.buildings))
    building = (
        dashboard.QueryVariable("building")
        .label("Building")
        .datasource(SOURCE)
        .query('SHOW TAG VALUES FROM "gauge" WITH KEY = "building"')
        .refresh(VariableRefresh.ON_DASHBOARD_LOAD)
        .current(VariableOption(selected=True, text=first, value=first))
    )
    page = (
        dashboard.Dashboard(f"{site.names['en']}: now")
        .uid(UID)
        .tags(["plantroom"])
        .time("now-4d", "now")
        .timezone(site.timezone)
        .refresh("1m")
        .with_variable(building)
        .link(dashboard.DashboardLink("Console").type(DashboardLinkType.LINK).url(console or "/"))
    )
    for number, panel in enumerate(panels, start=1):
        # The SDK numbers rows 0; a panel's id must be its own.
        page = page.with_panel(panel.id(number))
    return page


def main_points(site: Site, carrier: Carrier, role: str) -> list[str]:
    """Ids of a role of all main meters of a carrier."""
    return [
        point.id for point in site.points
        if point.role.id == role
        and (meter := site.equipment[point.equipment].meter) is not None
        and meter.carrier is carrier
        and meter.role is MeterRole.BUILDING
    ]  # fmt: skip


def _band(points: list[str], measured: str, factor: float) -> list[tuple[str, str]]:
    return [
        ("low", level("low", "expected", points, factor)),
        ("high", level("high", "expected", points, factor)),
        ("expected", level("mid", "expected", points, factor)),
        ("measured", measured),
    ]
