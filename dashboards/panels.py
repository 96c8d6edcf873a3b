"""Panels in the house's look: grey until something is abnormal, expected as a band."""

from __future__ import annotations

from collections.abc import Sequence

from grafana_foundation_sdk.builders import common, dashboard, stat, table, text, timeseries
from grafana_foundation_sdk.models.common import (
    BigValueColorMode,
    BigValueGraphMode,
    BigValueTextMode,
    GraphDrawStyle,
)
from grafana_foundation_sdk.models.dashboard import (
    DataTransformerConfig,
    GridPos,
    Threshold,
    ThresholdsMode,
)
from grafana_foundation_sdk.models.dashboard import (
    DynamicConfigValue as Set,
)

from dashboards.influxql import SOURCE, InfluxQL, order_table

GREY, INK = "#8b979f", "text"
"""``text`` follows the light and the dark theme."""
P1, P2, P3, PROVED = "#e5484d", "#f08c3c", "#d8b13a", "#5fbf8a"
MONTH = "31d"
"""What panels of days show: a month beside its last, at a glance."""
Drawn = stat.Panel | timeseries.Panel | table.Panel | text.Panel
SHAPES = {"1": ("◆", P1), "2": ("▲", P2), "3": ("■", P3), "4": ("●", GREY)}


def steps(*pairs: tuple[float | None, str]) -> dashboard.ThresholdsConfig:
    """Colours from a value on; the first holds below all others."""
    marks = [Threshold(value=value, color=color) for value, color in pairs]
    return dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(marks)


def figure(
    title: str, query: str, unit: str, colors: dashboard.ThresholdsConfig, at: GridPos,
    decimals: int = 0,
) -> stat.Panel:  # fmt: skip
    """One number, coloured only past its threshold."""
    # Without a reducer and a word for nothing a stat shows nothing at all.
    reduce = common.ReduceDataOptions().calcs(["lastNotNull"]).fields("").values(False)
    return (
        stat.Panel()
        .title(title)
        .datasource(SOURCE)
        .unit(unit)
        .grid_pos(at)
        .thresholds(colors)
        .decimals(decimals)
        .no_value("0")
        .reduce_options(reduce)
        .color_mode(BigValueColorMode.VALUE)
        .graph_mode(BigValueGraphMode.NONE)
        .text_mode(BigValueTextMode.VALUE)
        .with_target(InfluxQL("A", query))
    )


def against_expected(
    title: str, unit: str, at: GridPos, queries: Sequence[tuple[str, str]]
) -> timeseries.Panel:
    """Measured as a line, expected dashed in its band; gaps stay gaps.

    Args:
        title: What it shows.
        unit: Grafana's unit.
        at: Where it stands.
        queries: Label and query of low, high, expected and measured, in this order.
    """
    line = [Set("color", {"mode": "fixed", "fixedColor": INK}), Set("custom.lineWidth", 2)]
    dash = [
        Set("color", {"mode": "fixed", "fixedColor": GREY}),
        Set("custom.lineStyle", {"fill": "dash", "dash": [4, 6]}),
    ]
    edge = [
        Set("color", {"mode": "fixed", "fixedColor": GREY}),
        Set("custom.lineWidth", 0),
        Set("custom.hideFrom", {"legend": True, "tooltip": True, "viz": False}),
    ]
    filled = [*edge, Set("custom.fillBelowTo", "low"), Set("custom.fillOpacity", 18)]
    looks = {"low": edge, "high": filled, "expected": dash, "measured": line}
    # Never finer than the readings: an empty bucket would break the line; a real gap still does.
    panel = timeseries.Panel().title(title).datasource(SOURCE).unit(unit).grid_pos(at)
    panel = (
        panel.interval("15m")
        .span_nulls(False)
        .description(
            "Means of what was read, also where little was: for amounts see the panels by day, "
            "which leave out days with holes."
        )
    )
    for ref, (label, query) in zip("ABCD", queries, strict=False):
        panel = panel.with_target(InfluxQL(ref, query, label)).override_by_name(label, looks[label])
    return panel


def by_day(
    title: str, unit: str, at: GridPos, words: str, queries: Sequence[tuple[str, str]]
) -> timeseries.Panel:
    """A bar a day over the last month, whatever time the page shows; a day left out has none.

    Args:
        title: What it shows.
        unit: Grafana's unit.
        at: Where it stands.
        words: Which days stand here, and why the others do not.
        queries: Label and query; of each building one of them answers.
    """
    panel = timeseries.Panel().title(title).description(words).datasource(SOURCE).unit(unit)
    panel = panel.grid_pos(at).time_from(MONTH).draw_style(GraphDrawStyle.BARS).fill_opacity(60)
    for number, (label, query) in enumerate(queries):
        panel = panel.with_target(InfluxQL(chr(ord("A") + number), query, label))
        panel = panel.override_by_name(label, [Set("color", {"mode": "fixed", "fixedColor": INK})])
    return panel


def orders(money: str, console: str, at: GridPos) -> table.Panel:
    """The queue, dearest first, each row a link to its order."""
    mapping = [
        {
            "type": "value",
            "options": {
                key: {"text": mark, "color": color, "index": i}
                for i, (key, (mark, color)) in enumerate(SHAPES.items())
            },
        }
    ]
    link = [{"title": "Open the order", "url": console + "/orders/${__data.fields.id}"}]
    names = {
        "priority": " ", "title": "What", "building": "Building", "money": "Costs a day",
        "person": "Person", "state": "State",
    }  # fmt: skip
    organized = {
        "excludeByName": {"Time": True, "time": True},
        "indexByName": {name: i for i, name in enumerate([*names, "id"])},
        "renameByName": names,
    }
    dearest = {"sort": [{"field": "Costs a day", "desc": True}]}
    return (
        table.Panel()
        .title("What costs most now")
        .datasource(SOURCE)
        .grid_pos(at)
        .with_target(InfluxQL("A", order_table(), form="table"))
        .with_transformation(DataTransformerConfig(id_val="organize", options=organized))
        .with_transformation(DataTransformerConfig(id_val="sortBy", options=dearest))
        .override_by_name(
            " ",
            [
                Set("mappings", mapping),
                Set("custom.width", 32),
                Set("custom.cellOptions", {"type": "color-text"}),
                Set("custom.align", "center"),
            ],
        )
        .override_by_name("Costs a day", [Set("unit", f"prefix:{money}"), Set("decimals", 0)])
        .override_by_name("What", [Set("links", link), Set("custom.minWidth", 260)])
    )


def question(words: str, at: GridPos) -> text.Panel:
    """What the page answers, in a sentence."""
    return text.Panel().content(words).grid_pos(at).transparent(True)
