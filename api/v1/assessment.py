"""How the work went, for programs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from api.asker import ActorDep, ServicesDep
from api.assessment import asked, assessor
from core.errors import Refused
from workorders.assessment.assess import By
from workorders.assessment.figures import SORT, Figure

router = APIRouter(tags=["assessment"])
Month = Annotated[str, Query(max_length=7, description="Such as 2026-11; the present one if empty")]
Until = Annotated[str, Query(max_length=7, description="Last month; the same if empty")]
_MOST = 1000


class FigureOut(BaseModel):
    """One figure; ``value`` is null where there is nothing to judge, or too little.

    ``unit`` is ``min``, ``h``, ``d``, ``week``, ``money``, ``star`` or ``1`` for a share; ``n``
    counts what is decided, ``undecided`` what is not yet; ``whole`` are hours [h] behind a share
    or a load. ``low`` and ``high`` are what is asked, ``met`` whether it is so.
    """

    figure: str
    unit: str
    value: float | None
    n: int
    undecided: int
    orders: int
    median: float | None
    p90: float | None
    whole: float | None
    low: float | None
    high: float | None
    met: bool | None


class RowOut(BaseModel):
    """A person, crew (its trade), building, contractor or month; empty ``key`` for the whole."""

    key: str
    name: str
    figures: list[FigureOut]


class AssessmentOut(BaseModel):
    """Figures of whole months of the site's calendar, as of ``as_of``, UTC ms."""

    month: str
    until: str
    by: By
    as_of: int
    rows: list[RowOut]


class CountedOut(BaseModel):
    """One fact behind a figure: 1 and 0 for yes and no; null where it is not decided yet."""

    order: str
    person: str
    at: int
    value: float | None


class BehindOut(BaseModel):
    """The orders behind a figure, the newest first; ``total`` before ``offset`` and ``most``."""

    figure: str
    total: int
    counted: list[CountedOut]


@router.get("/assessment", operation_id="getAssessment")
def assessment(
    given: ServicesDep, actor: ActorDep, month: Month = "", until: Until = "", by: By = By.ALL
) -> AssessmentOut:
    """Figures in your scope; a technician sees their own alone."""
    period = asked(given.clock.now(), given.site.timezone, month, until)
    found = assessor(given).of(actor, period)
    names = found.work.names
    return AssessmentOut(
        month=period.first, until=period.last, by=by, as_of=found.now,
        rows=[
            RowOut(key=row.key, name=names.get(row.key, row.key) if row.key else "",
                   figures=[_figure(one) for one in row.figures.values()])
            for row in found.rows(by)
        ],
    )  # fmt: skip


@router.get("/assessment/orders", operation_id="getAssessmentOrders")
def behind(
    given: ServicesDep,
    actor: ActorDep,
    figure: Annotated[str, Query(max_length=24, pattern="^[a-z_]+$")],
    month: Month = "",
    until: Until = "",
    by: By = By.ALL,
    key: Annotated[str, Query(max_length=64)] = "",
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    most: Annotated[int, Query(ge=1, le=_MOST)] = 200,
) -> BehindOut:
    """What one figure of one row is made of."""
    if figure not in SORT:
        raise Refused("there is no such figure", code="absent")
    period = asked(given.clock.now(), given.site.timezone, month, until)
    found = assessor(given).of(actor, period).behind(figure, by, key)
    return BehindOut(
        figure=figure, total=len(found),
        counted=[
            CountedOut(order=c.order, person=c.person, at=c.at, value=c.value)
            for c in found[offset : offset + most]
        ],
    )  # fmt: skip


def _figure(one: Figure) -> FigureOut:
    return FigureOut(
        figure=one.key, unit=SORT[one.key].unit, value=one.value, n=one.n,
        undecided=one.undecided, orders=one.orders, median=one.median, p90=one.p90,
        whole=one.whole, low=one.low, high=one.high, met=one.met,
    )  # fmt: skip
