"""References do not learn the fault: what they are made of, and what they leave out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pytest

from analytics.calendar import Calendar
from analytics.daybook import Daybook
from analytics.episodes import Folding
from analytics.references import Memory, Past
from analytics.rules import night_flow, still_damper
from core.batch import Floats, Ints
from core.clock import DAY_MS, HOUR_MS
from core.finding import Evidence, Finding, FindingState
from core.verdict import Run, Verdict
from core.words import Text
from tests.analytics.plant import MONDAY, SITE, Plant

DAY = date(2025, 1, 13)
RULE = night_flow.RULE
TOILETS = "a.w-toilets"


def past(plant: Plant) -> Past:
    assert RULE.daily is not None
    targets = [t for t in RULE.targets(SITE) if t.id == TOILETS]
    points = [index for t in targets for index in t.points.values()]
    calendar = Calendar(SITE)
    return Past(SITE, calendar, Daybook(SITE, calendar, plant.store, points), RULE,
                RULE.daily, targets)  # fmt: skip


def night(n: int, verdict: Verdict) -> Run:
    start = MONDAY + n * DAY_MS + 2 * HOUR_MS
    return Run(rule=RULE.id, target=TOILETS, start=start, end=start + 3 * HOUR_MS, verdict=verdict)


def memory(runs: Sequence[Run], cases: Sequence[Finding] = ()) -> Memory:
    def folding(_: str, until: int) -> Folding:
        folded = Folding(RULE.card)
        for run in runs:
            if run.end <= until:
                folded.add(run)
        return folded

    return Memory(stream=lambda _: runs, cases=lambda _: cases, folding=folding)


def rising(plant: Plant, nights: int = 90, after: int = 40) -> None:
    """Every night 0.001 m³/h more than the one before, so that no two references agree."""

    def use(minutes: Ints) -> Floats:
        day = (minutes - 1) // (24 * 60)
        return 0.1 + 0.001 * day.astype(np.float64)

    plant.use("a.w-toilets.volume", MONDAY - nights * DAY_MS, MONDAY + after * DAY_MS, use)


def lowest(of: Past, day: date, known: Memory) -> float:
    return float(of.references(day, known)["lowest"][0])


def test_tenth_percentile_of_ninety_nights() -> None:
    plant = Plant()
    rising(plant)
    # 90 nights from 0.01 to 0.099: P10 by linear interpolation is 0.01 + 8.9 × 0.001.
    assert lowest(past(plant), DAY, memory([])) == pytest.approx(0.0189)
    later = DAY + timedelta(days=5)
    assert lowest(past(plant), later, memory([])) == pytest.approx(0.0239)


def test_from_the_first_suspicion_they_stand_still() -> None:
    plant = Plant()
    rising(plant)
    runs = [night(n, Verdict.FAULT) for n in range(40)]
    for n in (1, 2, 5, 39):
        known = memory(runs[:n])
        assert lowest(past(plant), DAY + timedelta(days=n), known) == pytest.approx(0.0189), n


def test_a_night_at_fault_is_no_reference_even_alone() -> None:
    plant = Plant()
    rising(plant, nights=10)
    fault = [night(-8, Verdict.FAULT), *[night(n, Verdict.OK) for n in range(-7, 0)]]
    assert np.isfinite(lowest(past(plant), DAY, memory([])))
    assert np.isnan(lowest(past(plant), DAY, memory(fault)))


def test_days_of_a_closed_case_are_left_out_whole() -> None:
    """Three FAULT, then an OK that was not yet clear, then clear nights: all until cleared."""
    plant = Plant()
    rising(plant, nights=15)
    runs = [night(n, Verdict.FAULT) for n in (-15, -14, -13)]
    runs += [night(n, Verdict.OK) for n in range(-12, 0)]
    # Cleared at 05 h of night −10: of the ten nights from then on, −10 itself belongs to it.
    assert np.isnan(lowest(past(plant), DAY, memory(runs)))
    assert np.isfinite(lowest(past(plant), DAY + timedelta(days=1), memory(runs)))


def test_a_finding_keeps_what_it_was_judged_against() -> None:
    plant = Plant()
    rising(plant)
    finding = Finding(
        id="f", revision=1, state=FindingState.OPEN, site="wushan", building="a", rule=RULE.id,
        target=TOILETS, onset=MONDAY + 2 * HOUR_MS, opened=0, last=MONDAY + DAY_MS, cleared=None,
        mode="night", severity=2, references={"lowest": 0.0123}, waste=(), confidence=1.0,
        evidence=Evidence(points=(), start=0, end=0), title=Text(""), explanation=Text(""),
    )  # fmt: skip
    known = memory([], [finding])
    assert lowest(past(plant), DAY + timedelta(days=30), known) == 0.0123
    assert lowest(past(plant), DAY - timedelta(days=1), known) != 0.0123


def test_a_rule_without_references_has_nothing_to_tell_of_when_its_fault_began() -> None:
    """It is asked all the same, once a finding opens."""
    plant, rule = Plant(), still_damper.RULE
    assert rule.daily is not None
    targets = list(rule.targets(SITE))
    calendar = Calendar(SITE)
    book = Daybook(SITE, calendar, plant.store, [p for t in targets for p in t.points.values()])
    assert Past(SITE, calendar, book, rule, rule.daily, targets).at(DAY, memory([])) == {}
