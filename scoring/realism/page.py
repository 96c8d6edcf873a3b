"""The tables of docs/simulator.md: real buildings and the campus beside each other."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite

import numpy as np

from core.errors import Fatal
from scoring.realism.bands import Band, Bands, outside, share
from scoring.realism.campus import Found
from scoring.realism.stock import NAMES, like, stock
from scoring.realism.tables import STATISTICS, Statistic

TITLES = {
    "A": "A. Electricity by the hour",
    "B": "B. Air handlers by the minute",
    "C": "C. Heat, gas, offices, weather",
    "D": "D. Water and transport",
}
_Judged = tuple[Found, Mapping[str, tuple[int, int]]]
_HEAD = (
    "| statistic | told before | real, a year | campus, a year | real, eight weeks "
    "| campus, eight weeks | outside |\n|---|---|---|---|---|---|--:|\n"
)
BEGIN, END = "<!-- realism: made by plantroom realism --write -->", "<!-- realism: end -->"


def part(found: Found, bands: Bands, year: Found) -> str:
    """All four tables and the shares, in Markdown.

    Args:
        found: Of eight weeks, judged by the bands of eight weeks.
        bands: Of both.
        year: Of a year, judged by the bands of the data as long as they are.
    """
    counts = outside(_listed(found), bands.weeks)
    yearly = outside(_listed(year), bands.whole)
    weeks, whole = f"**{share(counts):.0%}** of (unit × statistic)", f"{share(yearly):.0%}"
    lines = [
        f"Outside the bands: {weeks} in eight weeks, {whole} in a year of the meters alone.",
        "",
    ]
    for letter, title in TITLES.items():
        rows = [s for s in STATISTICS if s.table == letter]
        mine = {s.key: counts[s.key] for s in rows if s.key in counts}
        lines += [f"### {title}", "", f"{share(mine):.0%} outside, of {len(mine)} judged.", ""]
        lines.append(_HEAD + "".join(_row(s, bands, (found, counts), (year, yearly)) for s in rows))
    return "\n".join([*lines, _stock(bands, year)])


def replaced(page: str, made: str) -> str:
    """A page with its generated part made anew.

    Raises:
        Fatal: The page has no such part.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise Fatal(f"the page has no part between '{BEGIN}' and '{END}'")
    return f"{before}{BEGIN}\n\n{made.rstrip()}\n\n{END}{after}"


def _row(row: Statistic, bands: Bands, weeks: _Judged, year: _Judged) -> str:
    found, counts = weeks
    out = "not judged"
    if row.key in counts:
        out = "{} of {}".format(*counts[row.key])
    name = f"{row.what} [{row.unit}]" if row.unit else row.what
    yearly = _units(year[0].get(row.key, {}))
    if row.key in year[1]:
        yearly += " ({} of {} outside)".format(*year[1][row.key])
    cells = (
        name, row.printed, _band(bands.whole.get(row.key)), yearly,
        _band(bands.weeks.get(row.key)), _units(found.get(row.key, {})) or "not measured", out,
    )  # fmt: skip
    return f"| {' | '.join(cells)} |\n"


def _stock(bands: Bands, year: Found) -> str:
    ours = stock(_listed(year))
    said = like(bands.stock, ours)
    rows = [
        f"| {NAMES[key]} | {figure(value)} | {figure(ours[key])} | {'yes' if said[key] else 'no'} |"
        for key, value in bands.stock.items()
    ]
    return "\n".join([
        "### The buildings beside each other", "",
        "Shares of buildings must be within twenty points, spreads at least half of the real ones.",
        "", "| of the stock | real | campus, a year | alike |", "|---|--:|--:|---|", *rows, "",
    ])  # fmt: skip


def _listed(found: Found) -> dict[str, list[float]]:
    return {key: list(units.values()) for key, units in found.items()}


def _units(units: Mapping[str, float]) -> str:
    known = [v for v in units.values() if isfinite(v)]
    return _three(min(known), float(np.median(known)), max(known)) if known else ""


def _band(band: Band | None) -> str:
    return f"{_three(band.low, band.mid, band.high)} ({band.units})" if band is not None else ""


def _three(low: float, mid: float, high: float) -> str:
    return " … ".join(figure(v) for v in (low, mid, high))


def figure(value: float) -> str:
    """Three figures of a number, none of them after a point that says nothing."""
    text = f"{value:.3g}"
    return (f"{value:.0f}" if "e+" in text else text).replace("-", "−")
