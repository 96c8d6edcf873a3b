"""The tables of docs/simulator.md: real buildings and the campus beside each other."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite

import numpy as np

from core.errors import Fatal
from scoring.realism.bands import Band, Bands, outside, share
from scoring.realism.campus import Found
from scoring.realism.tables import STATISTICS, Statistic

TITLES = {
    "A": "A. Electricity by the hour",
    "B": "B. Air handlers by the minute",
    "C": "C. Heat, gas, offices, weather",
    "D": "D. Water and transport",
}
_HEAD = (
    "| statistic | told before | real, whole | real, eight weeks | campus | outside |\n"
    "|---|---|---|---|---|--:|\n"
)
BEGIN, END = "<!-- realism: made by plantroom realism --write -->", "<!-- realism: end -->"


def part(found: Found, bands: Bands) -> str:
    """All four tables and the shares, in Markdown."""
    counts = outside({key: list(u.values()) for key, u in found.items()}, bands.weeks)
    lines = [f"Outside the bands: **{share(counts):.0%}** of (unit × statistic)", ""]
    for letter, title in TITLES.items():
        rows = [s for s in STATISTICS if s.table == letter]
        mine = {s.key: counts[s.key] for s in rows if s.key in counts}
        lines += [f"### {title}", "", f"{share(mine):.0%} outside, of {len(mine)} judged.", ""]
        lines.append(_HEAD + "".join(_row(s, found, bands, counts) for s in rows))
    return "\n".join(lines)


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


def _row(row: Statistic, found: Found, bands: Bands, counts: Mapping[str, tuple[int, int]]) -> str:
    known = [v for v in found.get(row.key, {}).values() if isfinite(v)]
    campus = "not measured"
    if known:
        campus = _three(min(known), float(np.median(known)), max(known))
    out = "not judged"
    if row.key in counts:
        out = f"{counts[row.key][0]} of {counts[row.key][1]}"
    name = f"{row.what} [{row.unit}]" if row.unit else row.what
    whole, weeks = _band(bands.whole.get(row.key)), _band(bands.weeks.get(row.key))
    return f"| {name} | {row.printed} | {whole} | {weeks} | {campus} | {out} |\n"


def _band(band: Band | None) -> str:
    return f"{_three(band.low, band.mid, band.high)} ({band.units})" if band is not None else ""


def _three(low: float, mid: float, high: float) -> str:
    return " … ".join(figure(v) for v in (low, mid, high))


def figure(value: float) -> str:
    """Three figures of a number, none of them after a point that says nothing."""
    text = f"{value:.3g}"
    return (f"{value:.0f}" if "e+" in text else text).replace("-", "−")
