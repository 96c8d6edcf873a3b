"""The report of a month: figures, whose they are, what waits, what was saved, how it was proved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from adapters.records.base import scope_of
from core.actor import Actor
from workorders.assessment.assess import Assessment, By, Row
from workorders.assessment.assessing import Assessor
from workorders.assessment.backlog import Age
from workorders.assessment.period import Period
from workorders.ledger.totals import Book, read

MONTHS = 12
"""Months that the report shows the course of."""


@dataclass(frozen=True, kw_only=True)
class Monthly:
    """What one month's report says; presentation is its reader's.

    Attributes:
        month: ``2026-11``.
        made_at: As of when. [ms]
        complete: The month is over, and so are the 14 days in which repairs show whether they hold.
        whole: All figures.
        parts: The same by person, crew, building and contractor.
        course: The month and the eleven before it.
        ages: Open orders by how long they have waited.
        proofs: Ended orders by kind of proof and outcome.
        saved: The ledger's days of the month.
        names: People by log-in.
    """

    month: str
    made_at: int
    complete: bool
    whole: Row
    parts: Mapping[By, Sequence[Row]]
    course: Sequence[Row]
    ages: Sequence[Age]
    proofs: Mapping[tuple[str, str], int]
    saved: Book
    names: Mapping[str, str]


def monthly(assessor: Assessor, actor: Actor, month: Period, settled_ms: int) -> Monthly:
    """The report of a month, in the scope of who asks.

    Args:
        assessor: Looks.
        actor: Who asks.
        month: One month.
        settled_ms: After its end nothing of it changes any more. [ms]

    Raises:
        Refused: ``forbidden`` for a technician, who sees nobody else's figures.
    """
    year = assessor.whole(actor, Period.ending(month.last, month.zone, MONTHS))
    mine: Assessment = replace(year, period=month)
    with assessor.sessions.session(scope_of(actor.buildings), reading=True) as session:
        saved = read(session, assessor.site, (month.first, month.last))
    kinds = (By.CREW, By.PERSON, By.CONTRACTOR, By.BUILDING)
    return Monthly(
        month=month.first, made_at=mine.now, complete=mine.now >= month.end + settled_ms,
        whole=mine.rows()[0], parts={by: mine.rows(by) for by in kinds},
        course=year.rows(By.MONTH), ages=mine.ages(), proofs=mine.proofs(), saved=saved,
        names=year.work.names,
    )  # fmt: skip
