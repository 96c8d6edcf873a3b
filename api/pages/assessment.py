"""Assessment: how the work went in a month, whose it is, and the orders behind each figure."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from adapters.locales import Translator
from api.asker import ActorDep, ServicesDep
from api.assessment import (
    BY_WORDS,
    FIGURE_WORDS,
    SHORT,
    asked,
    assessor,
    behind_href,
    counted_words,
    figures,
    said,
    sorted_rows,
)
from api.monthly.forms import MEDIA, Form, of_month, written
from api.monthly.naming import month_name, row_name
from api.monthly.tables import report
from api.orders import STATE_WORDS, named, place_of
from api.pages.frame import Framed
from api.services import Services
from api.spark import spark
from api.view import language_of, page
from core.errors import Refused
from workorders.assessment.assess import Assessment, By
from workorders.assessment.assessing import sees_others
from workorders.assessment.figures import SORT, SORTS
from workorders.assessment.period import Period

router = APIRouter(include_in_schema=False)
Month = Annotated[str, Query(max_length=7)]
MonthPath = Annotated[str, Path(pattern=r"^2\d{3}-(0[1-9]|1[0-2])$")]
Key = Annotated[str, Query(max_length=64)]
MONTHS = 12
"""Of the small plots, and what the picker offers."""
_MOST = 200


@router.get("/assessment")
def assessment(
    request: Request, given: ServicesDep, actor: ActorDep, _: Framed,
    month: Month = "", by: By = By.ALL,
) -> Response:  # fmt: skip
    """The manager's page; a technician's own."""
    tr, zone = language_of(request), given.site.timezone
    chosen = asked(given.clock.now(), zone, month, "")
    year = assessor(given).of(actor, Period.ending(chosen.last, zone, MONTHS))
    found = year if by is By.MONTH else replace(year, period=chosen)
    return page(
        request, "assessment.html", by=by, month=chosen.first, own=not sees_others(actor),
        months=_picker(given, chosen.first, tr), month_name=month_name(chosen.first, tr),
        views=[(one.value, tr(words)) for one, words in BY_WORDS.items()],
        lines=_whole(given, year, found, tr) if by is By.ALL else [],
        table=[] if by is By.ALL else _table(given, found, by, tr),
        columns=[tr(FIGURE_WORDS[key]) for key in SHORT],
    )  # fmt: skip


@router.get("/assessment/orders")
def behind(
    request: Request, given: ServicesDep, actor: ActorDep, _: Framed,
    figure: Annotated[str, Query(max_length=24)], month: Month = "", until: Month = "",
    by: By = By.ALL, key: Key = "",
) -> Response:  # fmt: skip
    """The orders behind one figure."""
    if figure not in SORT:
        raise Refused("There is no such thing here.", code="absent")
    tr, site = language_of(request), given.site
    period = asked(given.clock.now(), site.timezone, month, until)
    found = assessor(given).of(actor, period)
    counted = found.behind(figure, by, key)
    shown = counted[:_MOST]
    known = assessor(given).brief(actor, sorted({one.order for one in shown}))
    rows = [
        {
            "order": known[one.order], "title": tr.say(named(
                known[one.order].title, known[one.order].target, site, tr)),
            "place": place_of(site, known[one.order].asset, tr),
            "state": tr(STATE_WORDS[known[one.order].state]),
            "person": found.work.names.get(one.person, one.person), "at": one.at,
            "value": counted_words(site, figure, one, tr),
        }
        for one in shown
        if one.order in known
    ]  # fmt: skip
    mine = [row for row in found.rows(by) if row.key == key]
    whole = said(site, mine[0].figures[figure], tr) if mine else None
    return page(
        request, "assessment_orders.html", rows=rows, total=len(counted), whole=whole,
        name=tr(FIGURE_WORDS[figure]), month=period.first, by=by.value,
        of=row_name(site, by, key, found.work.names, tr) if by is not By.ALL else "",
        span=_span(period, tr),
    )  # fmt: skip


@router.get("/assessment/report/{month}.{form}")
def report_file(
    request: Request, given: ServicesDep, actor: ActorDep, month: MonthPath, form: Form
) -> Response:
    """The same as a file."""
    looks = assessor(given)
    found = of_month(looks, actor, month)
    body = written(looks, found, form, language_of(request))
    named = f'attachment; filename="plantroom-{month}.{form.value}"'
    return Response(body, media_type=MEDIA[form], headers={"Content-Disposition": named})


@router.get("/assessment/report/{month}")
def report_page(
    request: Request, given: ServicesDep, actor: ActorDep, _: Framed, month: MonthPath
) -> Response:
    """A month's report, to read and to print."""
    found = of_month(assessor(given), actor, month)
    made = report(given.site, found, language_of(request))
    return page(request, "report_month.html", report=made, month=month)


def _span(period: Period, tr: Translator) -> str:
    if period.first == period.last:
        return month_name(period.first, tr)
    return f"{month_name(period.first, tr)} – {month_name(period.last, tr)}"


def _picker(given: Services, chosen: str, tr: Translator) -> list[tuple[str, str]]:
    """Two years of months, the newest first, and the one that is looked at."""
    months = Period.around(given.clock.now(), given.site.timezone, 2 * MONTHS).months
    return [(m, month_name(m, tr)) for m in sorted({*months, chosen}, reverse=True)]


def _whole(
    given: Services, year: Assessment, found: Assessment, tr: Translator
) -> list[dict[str, object]]:
    """One line a figure, with its months."""
    now, courses = figures(found.rows()), year.rows(By.MONTH)
    month = found.period.first
    return [
        {
            "said": said(given.site, now[sort.key], tr,
                         behind_href(sort.key, month, month, By.ALL, "")),
            "spark": spark([row.figures[sort.key].value for row in courses],
                           (now[sort.key].low, now[sort.key].high)),
        }
        for sort in SORTS
    ]  # fmt: skip


def _table(given: Services, found: Assessment, by: By, tr: Translator) -> list[dict[str, object]]:
    """One line a person, crew, building, contractor or month."""
    first, last = found.period.first, found.period.last
    lines: list[dict[str, object]] = []
    for row, name in sorted_rows(given, found, by, tr):
        cells = [
            said(given.site, row.figures[key], tr, behind_href(key, first, last, by, row.key))
            for key in SHORT
        ]
        lines.append({"name": name, "key": row.key, "cells": cells})
    return lines
