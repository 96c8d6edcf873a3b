"""How long faults stood open before: from findings of the time before, or from the site file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.clock import DAY_MS
from core.errors import Misconfigured
from core.finding import FindingChange, FindingEvent, FindingState
from core.site import OpenDays
from core.verdict import Reason, Run, Verdict
from tests.workorders.ledger.leaking import DONE, ONSET, RULE, Leaking, leaking
from workorders.ledger.open_days import OpenTerms, known_families
from workorders.ledger.service import Ledger

FAMILY = "water_night_flow"


@pytest.fixture
def leak(tmp_path: Path, sites_dir: Path) -> Iterator[Leaking]:
    with leaking(tmp_path, sites_dir) as made:
        yield made


def stood(leak: Leaking, target: str, start: int, days: int) -> None:
    """A finding of long ago that nobody was sent for. [d before the leak]"""
    onset = ONSET - start * DAY_MS
    finding = replace(
        leak.finding(onset), target=target, id=f"old-{target}-{start}",
        state=FindingState.CLEARED, cleared=onset + days * DAY_MS,
    )  # fmt: skip
    event = FindingEvent(FindingChange.OPENED, finding, finding.opened)
    leak.house.records.findings.save([event])


def before(leak: Leaking) -> None:
    """Five that ended; the last stood already when judging began: nobody knows for how long."""
    for n, days in enumerate((20, 60, 30, 24, 25)):
        stood(leak, f"x.meter{n}", 200, days)
    first = ONSET - 200 * DAY_MS
    run = Run(rule=RULE, target="x.meter4", start=first - 1000, end=first + DAY_MS,
              verdict=Verdict.FAULT, mode="night", reason=Reason.CONDITION)  # fmt: skip
    leak.house.records.verdicts.replace(RULE, "x.meter4", run.start, run.end, [run])


def test_the_median_of_before_is_frozen_with_the_plan_and_ends_the_booking(leak: Leaking) -> None:
    before(leak)
    leak.ledger = Ledger(leak.ledger.ground)
    leak.goes_on(DONE + DAY_MS // 3)
    told = leak.plans()[-1].detail["open"]
    # With the leak of today, which stood at least until its order was opened.
    assert (told["days"], told["cases"], told["source"]) == (30, 6, "findings")
    leak.done()
    leak.use(DONE, DONE + 2 * DAY_MS, 0.0)
    leak.goes_on(DONE + 2 * DAY_MS)
    assert (leak.account().until, leak.account().until_why) == ("2026-04-10", "site_median")


def test_without_five_cases_the_usual_term_stands(leak: Leaking) -> None:
    stood(leak, "x.meter", 100, 20)
    leak.ledger = Ledger(leak.ledger.ground)
    leak.goes_on(DONE + DAY_MS // 3)
    assert "open" not in leak.plans()[-1].detail
    leak.done()
    leak.use(DONE, DONE + 2 * DAY_MS, 0.0)
    leak.goes_on(DONE + 2 * DAY_MS)
    assert (leak.account().until, leak.account().until_why) == ("2026-06-09", "term")


def test_the_site_file_goes_before_findings(leak: Leaking) -> None:
    before(leak)
    said = {FAMILY: OpenDays(days=45, source="orders of 2025", date="2026-01-15", cases=11)}
    ground = replace(leak.ledger.ground, site=replace(leak.house.site, open_days=said))
    term = OpenTerms(ground).of(FAMILY)
    assert term is not None
    assert (term.days, term.source, term.said, term.cases) == (
        45, "site_file", "orders of 2025", 11)  # fmt: skip


def test_a_family_that_nothing_is_booked_for_is_told(leak: Leaking) -> None:
    said = {"nonsense": OpenDays(days=45, source="x", date="2026-01-15", cases=11)}
    with pytest.raises(Misconfigured, match=r"nonsense.*water_night_flow"):
        known_families(replace(leak.house.site, open_days=said))
