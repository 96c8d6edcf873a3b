"""Points with their newest value, and trends of any of them over each other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel.dates import format_date
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from adapters.locales import Translator
from analytics.meter_days import MeterDay
from api import formats, meter_days, sketch
from api.asker import ActorDep, ReaderDep, ServicesDep
from api.pages.frame import Framed
from api.scoped import ScopedReader
from api.series import MOST_POINTS, point_name
from api.services import Services
from api.view import language_of, page
from core.clock import DAY_MS
from core.quality import WHOLE_DAY, Quality
from core.quantity import Kind
from core.site import Point, Site

router = APIRouter(include_in_schema=False)
_SHOWN = 400
"""More rows than anybody scrolls; the search narrows."""
_STRIP_DAYS = 31
"""Days of a register that are told apart on one line."""
_WORDS = {Quality.GOOD: "good", Quality.SUSPECT: "suspect", Quality.BAD: "bad"}
Text80 = Annotated[str, Query(max_length=80)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A point as the list shows it."""

    id: str
    name: str
    value: str
    unit: str
    quality: int
    quality_words: str
    at: int | None
    stale: bool
    gateway: str
    brick: str


@router.get("/points")
def points(
    request: Request, given: ServicesDep, reader: ReaderDep, _: Framed,
    q: Text80 = "", building: Text80 = "", state: Text80 = "",
) -> Response:  # fmt: skip
    """The list."""
    rows = _rows(given, reader, language_of(request), q, building, state)
    query = urlencode({"q": q, "building": building, "state": state})
    choices = {"buildings": [given.site.buildings[b] for b in reader.buildings()]}
    return page(
        request, "points.html", rows=rows[:_SHOWN], total=len(rows), q=q, building=building,
        state=state, query=query, choices=choices,
    )  # fmt: skip


@router.get("/x/points")
def points_body(
    request: Request, given: ServicesDep, reader: ReaderDep,
    q: Text80 = "", building: Text80 = "", state: Text80 = "",
) -> Response:  # fmt: skip
    """The rows alone, for search while typing and for live updates."""
    rows = _rows(given, reader, language_of(request), q, building, state)
    return page(request, "points_body.html", rows=rows[:_SHOWN], total=len(rows))


def _rows(
    given: Services, reader: ScopedReader, tr: Translator, q: str, building: str, state: str
) -> list[Row]:
    wanted = q.strip().lower()
    named = [(i, p, point_name(given.site, p, tr)) for i, p in reader.points()]
    chosen = [
        (i, p, name) for i, p, name in named
        if (not building or p.building == building)
        and (not wanted or wanted in name.lower() or wanted in p.id)
    ]  # fmt: skip
    latest = reader.latest([i for i, _, _ in chosen]).rows
    found = {
        i: (at, value, quality)
        for i, at, value, quality in zip(
            latest.point.tolist(), latest.at.tolist(), latest.value.tolist(),
            latest.quality.tolist(), strict=True,
        )
    }  # fmt: skip
    now = given.clock.now()
    rows = [_row(p, name, found.get(i), now, tr) for i, p, name in chosen]
    return [row for row in rows if not state or _is(row, state)]


def _is(row: Row, state: str) -> bool:
    if state in {"never", "stale"}:
        return (row.at is None) if state == "never" else row.stale
    return row.at is not None and _WORDS.get(Quality(row.quality)) == state


def _row(
    point: Point, name: str, latest: tuple[int, float, int] | None, now: int, tr: Translator
) -> Row:
    at, value, quality = latest or (None, float("nan"), int(Quality.BAD))
    text = formats.number(value, 0 if point.kind in {Kind.STATE, Kind.COMMAND} else None)
    unit = "" if point.unit in {"1", "bool"} else point.unit
    if point.unit == "bool" and latest and quality != Quality.BAD:
        text = tr("on") if value else tr("off")
    return Row(
        id=point.id,
        name=name,
        value=text,
        unit=unit,
        quality=quality if latest else int(Quality.GOOD),
        quality_words=tr(_WORDS[Quality(quality)]) if latest else tr("never seen"),
        at=at,
        stale=at is None or now - at > max(3 * point.period_s * 1000, 3_600_000),
        gateway=point.gateway,
        brick=point.role.brick,
    )


@router.get("/trend")
def trend(
    request: Request, given: ServicesDep, reader: ReaderDep, _actor: ActorDep, _: Framed,
    point: Annotated[list[str], Query(max_length=40)] = [],  # noqa: B006 - FastAPI's own way
    days: Annotated[int, Query(ge=1, le=366)] = 2,
    until: Text80 = "",
) -> Response:  # fmt: skip
    """Any points over each other."""
    tr = language_of(request)
    wanted = list(dict.fromkeys(p.strip() for p in point if p.strip()))
    known = {p.id: p for _, p in reader.points()}
    unknown = [p for p in wanted if p not in known]
    shown = [p for p in wanted if p in known][:MOST_POINTS]
    problem = ""
    if unknown:
        problem = tr("There is no point {id} here.", id=unknown[0])
    elif len(wanted) > MOST_POINTS:
        problem = tr("At most {n} points at once; the first ones are shown.", n=MOST_POINTS)
    end, wrong = _end(until, given)
    if wrong:
        problem = tr("That is no date and time: {text}", text=until)
    start = end - days * DAY_MS
    chosen = [
        {
            "id": p,
            "name": point_name(given.site, known[p], tr),
            "without": "/trend?" + _query([o for o in shown if o != p], days, until),
        }
        for p in shown
    ]
    every = [{"id": p.id, "name": point_name(given.site, p, tr)} for _, p in reader.points()]
    registers = [p for p in shown if known[p].kind is Kind.REGISTER]
    csv = "/api/v1/series.csv?" + urlencode(
        [*(("point", p) for p in shown), ("from", start), ("to", end)]
    )
    return page(
        request, "trend.html", 200 if not problem else 422, chosen=chosen, all_points=every,
        days=days, until=until, problem=problem, start=start, end=end, csv=csv,
        strips=_strips(given, reader, tr, registers, start, end), most_days=_STRIP_DAYS,
        least=round(WHOLE_DAY * 100), day_name=partial(_day_name, given.site.timezone, tr.language),
    )  # fmt: skip


def _strips(
    given: Services, reader: ScopedReader, tr: Translator, registers: list[str], start: int,
    end: int,
) -> list[dict[str, object]]:  # fmt: skip
    """What the last days of the chosen registers are made of."""
    site, now = given.site, given.clock.now()
    end = min(end, now)
    start = max(start, end - _STRIP_DAYS * DAY_MS)
    if start < 0 or end <= start:
        return []
    indices = [reader.index(p) for p in registers]
    edges = meter_days.midnights(site, start, end)[-_STRIP_DAYS - 1 :]
    said = meter_days.decisions(given, indices)
    found = meter_days.days_of(reader, site, indices, edges, now, said)
    return [_strip(site, site.points[i], days, tr) for i, days in found.items()]


def _strip(site: Site, point: Point, days: list[MeterDay], tr: Translator) -> dict[str, object]:
    due = [day for day in days if day.due]
    return {
        "id": point.id, "name": point_name(site, point, tr), "unit": point.unit, "days": days,
        "columns": sketch.day_columns(days), "width": sketch.DAY_WIDTH * len(days),
        "height": sketch.STRIP_HEIGHT, "due": len(due), "whole": sum(day.is_whole for day in due),
    }  # fmt: skip


def _day_name(zone: str, language: str, at: int) -> str:
    pattern = "M月d日" if language.startswith("zh") else "d MMM"
    return format_date(formats.local(at, zone), pattern, locale=language)


def _query(points: list[str], days: int, until: str) -> str:
    return urlencode([*(("point", p) for p in points), ("days", days), ("until", until)])


def _end(until: str, given: Services) -> tuple[int, bool]:
    if not until:
        return given.clock.now(), False
    try:
        when = datetime.fromisoformat(until).replace(tzinfo=ZoneInfo(given.site.timezone))
        return round(when.timestamp() * 1000), False
    except (ValueError, OverflowError, OSError):
        return given.clock.now(), True
