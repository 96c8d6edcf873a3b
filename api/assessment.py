"""Figures of how the work went, as pages and reports say them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from adapters.locales import Translator
from api import formats
from api.monthly.naming import row_name
from api.services import Services
from core.site import Site
from core.words import ProofKind
from workorders.assessment.assess import Assessment, By, Counted, Row
from workorders.assessment.assessing import Assessor
from workorders.assessment.figures import SORT, SORTS, Figure, Kind
from workorders.assessment.period import Period, month_of

FIGURE_WORDS = {
    "acknowledge": "Time to answer",
    "arrive": "Time to arrive",
    "respond": "Answered in time",
    "respond_urgent": "Answered in time, priority 1 and 2",
    "repair": "Time to mend",
    "repair_unheld": "Time to mend, without holds",
    "resolve": "Mended in time",
    "resolve_urgent": "Mended in time, priority 1 and 2",
    "first_time": "Mended at the first visit",
    "reopened": "Opened again",
    "recurred": "Fault came back",
    "backlog": "Work that waits",
    "backlog_planned": "Planned work ahead",
    "planned": "Planned share of hours",
    "planned_on_time": "Planned work in time",
    "saving": "Saved, booked",
    "detected": "From fault to repair",
    "rating": "Satisfaction",
    "response": "Reporters who rated",
}
HINT_WORDS = {
    "acknowledge": "from the first report or the finding to the first answer",
    "arrive": "until somebody was at the place",
    "respond": "promises to accept and to be there that were kept",
    "repair": "until the repair that stands was said to be done",
    "repair_unheld": "less what the clock stood still for, two days an order at the most",
    "resolve": "promises to make safe, restore and mend for good that were kept",
    "first_time": "one visit, and nothing came back within 14 days; cancelled ones count",
    "reopened": "within 14 days",
    "recurred": "the same fault at the same machine within 14 days",
    "backlog": "hours of open orders over the hours of a week",
    "planned": "reports by people are left out",
    "saving": "proven repairs, each with its sign",
    "detected": "of repairs that telemetry proved",
    "rating": "said from 30 ratings on; the crew's own are left out",
}
BY_WORDS = {
    By.ALL: "The whole",
    By.PERSON: "People",
    By.CREW: "Crews",
    By.BUILDING: "Buildings",
    By.CONTRACTOR: "Contractors",
    By.MONTH: "Months",
}
PROOF_WORDS = {
    ProofKind.TELEMETRY: "by telemetry",
    ProofKind.REPORTER: "by the reporter",
    ProofKind.INSPECTION: "by inspection",
}
MET_WORDS = {True: "met", False: "not met"}
UNIT_WORDS = {"week": "weeks", "star": "stars"}
SHORT = (
    "respond", "resolve", "repair", "first_time", "recurred", "backlog", "saving", "rating",
)  # fmt: skip
"""What stands in a row of a person, crew or building."""

WORDS = tuple(
    word
    for table in (FIGURE_WORDS, HINT_WORDS, BY_WORDS, PROOF_WORDS, MET_WORDS, UNIT_WORDS)
    for word in table.values()
)
"""Everything here that is said through a variable, for the catalogue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One figure in words.

    Attributes:
        value: With its unit; a dash where there is nothing to judge.
        beside: What it rests on: how many, median, what is undecided.
        target: What is asked; empty where nothing is.
        href: The orders behind it; empty where there are none.
    """

    key: str
    name: str
    hint: str
    value: str
    beside: str
    target: str
    met: bool | None
    met_words: str
    href: str


def assessor(given: Services) -> Assessor:
    """Who looks at how the work went."""
    return Assessor(sessions=given.records, site=given.site, clock=given.clock)


def asked(now: int, zone: str, month: str, until: str) -> Period:
    """The months that somebody asks for; the present one where they do not say.

    Raises:
        Refused: ``invalid``.
    """
    first = month or month_of(now, zone)
    return Period.of(first, until or first, zone)


def said(site: Site, one: Figure, tr: Translator, href: str = "") -> Said:
    """A figure as people read it."""
    return Said(
        key=one.key, name=tr(FIGURE_WORDS[one.key]),
        hint=tr(HINT_WORDS[one.key]) if one.key in HINT_WORDS else "",
        value=value_words(site, one.key, one.value, tr) or "–", beside=_beside(site, one, tr),
        target=target_words(site, one, tr), met=one.met,
        met_words="" if one.met is None else tr(MET_WORDS[one.met]),
        href=href if one.n + one.undecided else "",
    )  # fmt: skip


def value_words(site: Site, key: str, value: float | None, tr: Translator) -> str:
    """A value with its unit; empty where there is none."""
    if value is None:
        return ""
    unit = SORT[key].unit
    if unit == "1":
        return f"{formats.number(value * 100, 0 if value in {0.0, 1.0} else 1)} %"
    if unit == "money":
        return formats.money(value, site.money)
    if unit in {"week", "star"}:
        return f"{formats.number(value, 1)} {tr(UNIT_WORDS[unit])}"
    return _span(value, unit, tr)


def target_words(site: Site, one: Figure, tr: Translator) -> str:
    """What is asked of a figure."""
    low, high = (value_words(site, one.key, bound, tr) for bound in (one.low, one.high))
    if low and high:
        return f"{formats.number(one.low, 1)} – {high}"
    return f"≥ {low}" if low else f"≤ {high}" if high else ""


def sorted_rows(
    given: Services, found: Assessment, by: By, tr: Translator
) -> list[tuple[Row, str]]:
    """Rows with their names: months in time order, all else by name."""
    names = found.work.names
    rows = [(row, row_name(given.site, by, row.key, names, tr)) for row in found.rows(by)]
    return rows if by is By.MONTH else sorted(rows, key=lambda pair: pair[1])


def behind_href(key: str, first: str, last: str, by: By, group: str) -> str:
    """The page of the orders behind a figure."""
    asked = {"figure": key, "month": first, "until": last, "by": by.value, "key": group}
    return f"/assessment/orders?{urlencode({k: v for k, v in asked.items() if v})}"


def counted_words(site: Site, key: str, one: Counted, tr: Translator) -> str:
    """What one order is in a figure: kept or not, how long, how much."""
    kind = SORT[key].kind
    if one.value is None:
        return tr("not rated") if kind in {Kind.RATING, Kind.RESPONSE} else tr("not known yet")
    if kind is Kind.SHARE:
        return tr("yes") if one.value else tr("no")
    if kind is Kind.LOAD:
        return _span(one.value, "h", tr)
    return value_words(site, "rating" if key == "response" else key, one.value, tr)


def figures(rows: Sequence[Row]) -> Mapping[str, Figure]:
    """Of the one row of a whole."""
    return rows[0].figures if rows else {sort.key: Figure(key=sort.key, value=None, n=0)
                                         for sort in SORTS}  # fmt: skip


def _beside(site: Site, one: Figure, tr: Translator) -> str:
    parts = [tr("n = {n}", n=one.n)]
    if one.median is not None and one.p90 is not None:
        parts.append(tr("median {median}, nine of ten within {p90}",
                        median=value_words(site, one.key, one.median, tr),
                        p90=value_words(site, one.key, one.p90, tr)))  # fmt: skip
    if one.whole is not None and SORT[one.key].kind is Kind.LOAD:
        parts.append(_span(one.whole, "h", tr))
    elif one.whole is not None:
        parts.append(tr("of {hours}", hours=_span(one.whole, "h", tr)))
    if one.undecided:
        words = (tr("{n} silent", n=one.undecided)
                 if SORT[one.key].kind in {Kind.RATING, Kind.RESPONSE}
                 else tr("{n} not known yet", n=one.undecided))  # fmt: skip
        parts.append(words)
    return " · ".join(parts)


def _span(value: float, unit: str, tr: Translator) -> str:
    """A time in the unit in which it is read best; hours of work stay hours."""
    if unit == "min" and value >= 120:  # noqa: PLR2004 - two hours
        value, unit = value / 60, "h"
    if unit == "d":
        text = tr("{n} d", n=formats.number(value, 1))
    elif unit == "h":
        text = tr("{n} h", n=formats.number(value, 1))
    else:
        text = tr("{n} min", n=formats.number(value, 0 if value >= 10 else 1))  # noqa: PLR2004
    return text.replace(" ", " ")
