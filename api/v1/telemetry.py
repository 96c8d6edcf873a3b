"""Points and their readings, for programs."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel

from analytics.meter_days import MeterDay, Uses
from api import meter_days, series
from api.asker import ReaderDep, ServicesDep
from api.formats import local
from api.view import language_of
from core.errors import Refused
from core.quality import IntervalState, Quality

router = APIRouter(tags=["telemetry"])
Ids = Annotated[list[str], Query(alias="point", min_length=1, max_length=series.MOST_POINTS)]
MOST_ROWS = 100_000
"""Rows of one CSV; more is asked for in parts."""

_STATES: dict[IntervalState, Literal["measured", "estimated", "suspect"]] = {
    IntervalState.MEASURED: "measured", IntervalState.ESTIMATED: "estimated",
    IntervalState.SUSPECT: "suspect",
}  # fmt: skip


class PointOut(BaseModel):
    """A point with its newest reading; ``at`` in UTC ms, ``value`` null where there is none."""

    id: str
    name: str
    building: str
    equipment: str
    quantity: str
    kind: str
    unit: str
    brick: str
    haystack: str
    at: int | None
    value: float | None
    quality: str | None


class IntervalOut(BaseModel):
    """Use between two times [UTC ms] in the register's unit, null where it is unknown.

    ``method`` says how it was estimated: ``spread`` over a gap, or ``declared`` across a swap or
    reset that nobody read off; null where nothing was estimated.
    """

    start: int
    end: int
    value: float | None
    state: Literal["measured", "estimated", "suspect"]
    method: Literal["spread", "declared"] | None
    revision: int


class DayOut(BaseModel):
    """A local day from ``start`` to ``end`` [UTC ms].

    ``due`` counts the intervals that should be there by now; the shares 0…1 of it add up to one.
    ``whole``: enough was measured to stand in totals and beside other days.
    """

    date: str
    start: int
    end: int
    due: int
    measured: float
    spread: float
    declared: float
    suspect: float
    missing: float
    use_measured: float
    use_spread: float
    use_declared: float
    whole: bool


class UseOut(BaseModel):
    """Use of one register by interval, and what the days are made of that touch the time."""

    point: str
    unit: str
    timezone: str
    as_of: int
    intervals: list[IntervalOut]
    days: list[DayOut]


@router.get("/points", operation_id="listPoints")
def points(
    request: Request, given: ServicesDep, reader: ReaderDep,
    building: Annotated[str | None, Query(max_length=80)] = None,
) -> list[PointOut]:  # fmt: skip
    """All points in scope with their newest reading."""
    tr = language_of(request)
    chosen = [(i, p) for i, p in reader.points() if building in (None, p.building)]
    rows = reader.latest([i for i, _ in chosen]).rows
    newest = {
        i: (at, None if value != value else value, Quality(q).name.lower())  # noqa: PLR0124 NaN
        for i, at, value, q in zip(
            rows.point.tolist(), rows.at.tolist(), rows.value.tolist(), rows.quality.tolist(),
            strict=True,
        )
    }  # fmt: skip
    answer = []
    for i, point in chosen:
        at, value, quality = newest.get(i, (None, None, None))
        answer.append(
            PointOut(
                id=point.id, name=series.point_name(given.site, point, tr),
                building=point.building, equipment=point.equipment,
                quantity=point.quantity.value, kind=point.kind.value, unit=point.unit,
                brick=point.role.brick, haystack=point.role.haystack, at=at, value=value,
                quality=quality,
            )
        )  # fmt: skip
    return answer


@router.get("/series", operation_id="getSeries")
def series_of(
    request: Request, given: ServicesDep, reader: ReaderDep, point: Ids,
    start: Annotated[int, Query(alias="from", ge=0, le=253_402_300_799_000)],
    end: Annotated[int, Query(alias="to", ge=0, le=253_402_300_799_000)],
    buckets: Annotated[int, Query(ge=1, le=series.MOST_BUCKETS)] = 600,
) -> series.SeriesAnswer:  # fmt: skip
    """Readings in buckets of absolute time, for drawing: mean, least and most, gaps as null."""
    asked = series.window(start, end, buckets)
    return series.answer(reader, given.site, point, asked, given.clock.now(), language_of(request))


@router.get("/use", operation_id="getUse")
def use_of(
    given: ServicesDep, reader: ReaderDep, point: Annotated[str, Query(max_length=200)],
    start: Annotated[int, Query(alias="from", ge=0, le=253_402_300_799_000)],
    end: Annotated[int, Query(alias="to", ge=0, le=253_402_300_799_000)],
) -> UseOut:  # fmt: skip
    """Use of a register by interval with its state and method, and completeness by local day."""
    site = given.site
    index = meter_days.register(reader, site, point)
    uses, days = meter_days.use_between(given, reader, index, start, end)
    return UseOut(
        point=point, unit=site.points[index].unit, timezone=site.timezone,
        as_of=given.clock.now(),
        intervals=[_interval(uses, i) for i in range(len(uses.end))],
        days=[_day(day, site.timezone) for day in days],
    )  # fmt: skip


@router.get(
    "/series.csv", operation_id="getSeriesCsv", response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {}}}},
)  # fmt: skip
def series_csv(
    given: ServicesDep, reader: ReaderDep, point: Ids,
    start: Annotated[int, Query(alias="from", ge=0, le=253_402_300_799_000)],
    end: Annotated[int, Query(alias="to", ge=0, le=253_402_300_799_000)],
) -> Response:  # fmt: skip
    """Readings as they are stored: time, point, value, unit, quality.

    Raises:
        Refused: More rows than one file holds; the answer names a range that fits.
    """
    series.window(start, end, 1)
    indices = [reader.index(p) for p in point]
    due = sum((end - start) // (given.site.points[i].period_s * 1000) for i in indices)
    if due > MOST_ROWS:
        fitting = int((end - start) * MOST_ROWS / due / 3_600_000)
        raise Refused(f"about {due} rows, at most {MOST_ROWS}; ask for {fitting} hours at once",
                      code="range")  # fmt: skip
    return StreamingResponse(
        _lines(given, reader, indices, start, end), media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="readings.csv"'},
    )  # fmt: skip


def _lines(
    given: ServicesDep, reader: ReaderDep, indices: list[int], start: int, end: int
) -> Iterator[str]:
    yield "\ufefftime,point,value,unit,quality\r\n"  # Excel takes it for UTF-8 by the mark alone
    for index in indices:
        point = given.site.points[index]
        rows = reader.read([index], start, end).rows
        text = io.StringIO()
        writer = csv.writer(text)
        for at, value, quality in zip(
            rows.at.tolist(), rows.value.tolist(), rows.quality.tolist(), strict=True
        ):
            shown = "" if quality == Quality.BAD else f"{value:g}"
            when = local(at, given.site.timezone).isoformat()
            writer.writerow([when, point.id, shown, point.unit, Quality(quality).name.lower()])
        yield text.getvalue()


def _interval(uses: Uses, i: int) -> IntervalOut:
    value, method = float(uses.value[i]), uses.method(i)
    return IntervalOut(
        start=int(uses.start[i]), end=int(uses.end[i]),
        value=None if math.isnan(value) else value,
        state=_STATES[IntervalState(uses.state[i])],
        method=method.value if method else None, revision=int(uses.revision[i]),
    )  # fmt: skip


def _day(day: MeterDay, zone: str) -> DayOut:
    return DayOut(
        date=local(day.start, zone).date().isoformat(), start=day.start, end=day.end, due=day.due,
        measured=day.measured, spread=day.spread, declared=day.declared, suspect=day.suspect,
        missing=day.missing, use_measured=day.use_measured, use_spread=day.use_spread,
        use_declared=day.use_declared, whole=day.is_whole,
    )  # fmt: skip
