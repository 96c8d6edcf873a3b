"""``plantroom realism``: the simulated campus beside real buildings, statistic by statistic."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from datetime import date
from math import isfinite
from pathlib import Path
from typing import Annotated

import typer

from adapters.sites import load_site
from core.errors import Misconfigured, Mistake
from core.site import Site
from plantroom import realism as campus
from plantroom.output import as_json, out, speaks, table
from scoring.realism import real, weeks
from scoring.realism.bands import KEPT as BANDS
from scoring.realism.bands import Bands, load_bands, outside, save_bands
from scoring.realism.campus import Found
from scoring.realism.card import AIM, KEPT, card_of, save_card
from scoring.realism.further import DAYS, LEAD_DAYS, further
from scoring.realism.page import part, replaced
from scoring.realism.pictures import ROW_HEIGHT, WIDTH, Panel, picture
from scoring.realism.tables import STATISTICS

_PAGE = Path("docs/simulator.md")
_PICTURES = Path("docs/pictures")
# Monday, 13 April 2026, and Monday, 12 January 2026, in the eight weeks of their seasons.
_SPRING_DAY, _WINTER_DAY = 42, 28
# Of the further buildings, a week of damp summer that ends on a Monday's midnight.
_FURTHER, _FURTHER_END = Path("sites/xishan"), date(2026, 7, 20)


@speaks
def realism(
    *,
    site: Annotated[Path, typer.Option(help="Folder of the site.")] = Path("sites/wushan"),
    seeds: Annotated[int, typer.Option(min=1, help="How many, from 1.")] = 1,
    data: Annotated[
        Path | None, typer.Option(help="Folder of the real measurements: measures the bands anew.")
    ] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Write the page; with --data also bands and pictures.")
    ] = False,
    json_: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Measure the campus as real buildings are measured, and say what lies outside their range."""
    model = load_site(site)
    bands = real.bands(data) if data is not None else load_bands()
    numbers = list(range(1, seeds + 1))
    found = campus.measured(model, numbers)
    if write:
        _write(found, bands, campus.year(model, numbers[0]), numbers)
        if data is not None:
            save_bands(BANDS, bands)
            _draw(model, data)
            draw_further()
    _tell(found, bands, numbers, json_=json_)


def _write(found: Found, bands: Bands, year: Found, seeds: list[int]) -> None:
    """The page of all seeds, and the card of the first, which the tests hold."""
    first = {
        key: {unit: v for unit, v in units.items() if unit.startswith(f"{seeds[0]} ")}
        for key, units in found.items()
    }
    save_card(KEPT, card_of(first, bands.weeks, seeds[:1]))
    page = _PAGE.read_text(encoding="utf-8")
    _PAGE.write_text(replaced(page, part(found, bands, year)), encoding="utf-8")


def _draw(site: Site, data: Path) -> None:
    spring, winter = (campus.readings_of(site, 1, end) for end in campus.SEASONS.values())
    ours, theirs = weeks.simulated(spring, winter, _SPRING_DAY, _WINTER_DAY), weeks.measured(data)
    for name, panels in ours.items():
        _shot(name, list(zip(panels, theirs[name], strict=True)))


def draw_further() -> None:
    """The week of the further buildings, which no real one stands beside."""
    week = campus.readings_of(load_site(_FURTHER), 1, _FURTHER_END, LEAD_DAYS + DAYS)
    _shot("further", further(week))


def _shot(name: str, rows: Sequence[tuple[Panel, Panel]]) -> None:
    chromium = shutil.which("chromium")
    if chromium is None:
        what = "pictures are drawn by Chromium, and there is none"
        raise Misconfigured([Mistake(file="", line=0, what=what, expected="chromium in PATH")])
    with tempfile.TemporaryDirectory(prefix="plantroom-pictures-") as folder:
        svg = Path(folder) / f"{name}.svg"
        svg.write_text(picture(rows), encoding="utf-8")
        subprocess.run(  # noqa: S603 - no shell, and our own file
            [chromium, "--headless", "--no-sandbox", "--hide-scrollbars",
             f"--window-size={WIDTH},{ROW_HEIGHT * len(rows)}",
             f"--screenshot={_PICTURES.absolute() / f'week-{name}.png'}", svg.as_uri()],
            check=True, capture_output=True, timeout=60,
        )  # fmt: skip


def _tell(found: Found, bands: Bands, seeds: list[int], *, json_: bool) -> None:
    card = card_of(found, bands.weeks, seeds)
    if json_:
        as_json({
            "share_outside": card.share,
            "aim": AIM,
            "seeds": seeds,
            "statistics": {
                row.key: {
                    "table": row.table, "what": row.what, "unit": row.unit,
                    "band": _band(bands, row.key), "outside": card.outside.get(row.key),
                    "campus": {u: v if isfinite(v) else None
                               for u, v in found.get(row.key, {}).items()},
                }
                for row in STATISTICS
            },
        })  # fmt: skip
        return
    counts = outside({k: list(u.values()) for k, u in found.items()}, bands.weeks)
    rows = [
        (s.table, s.what, _range(bands, s.key), f"{counts[s.key][0]} of {counts[s.key][1]}")
        for s in STATISTICS
        if s.key in counts and counts[s.key][0] > 0
    ]
    table(["", "statistic", "real", "outside"], rows, empty="All lie in their bands.")
    out.print(f"{card.share:.1%} of (unit × statistic) outside; the aim is {AIM:.0%}.")


def _band(bands: Bands, key: str) -> list[float] | None:
    band = bands.weeks.get(key)
    return [band.low, band.mid, band.high] if band is not None else None


def _range(bands: Bands, key: str) -> str:
    band = bands.weeks[key]
    return f"{band.low:g} … {band.high:g}"
