"""The real rules on the simulated campus: quiet on health, and the story's faults found."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from adapters.store.duck import DuckStore
from analytics.backtest import backtest
from core.clock import DAY_MS
from core.finding import Finding
from ingest.registers import Rules
from ingest.use import Use
from simulators.campus import Campus
from simulators.physics.faults import Fault
from simulators.story import demo_story
from tests.simulators.judged import write
from tests.simulators.parts import SITE, all_of

STORY = demo_story(SITE)


def found(faults: Sequence[Fault], *, nights: int, days: int, behind: int = 0) -> Sequence[Finding]:
    """What the rules find in some days after so many nights of history."""
    store = DuckStore(":memory:", SITE)
    use = Use(Rules.of(SITE), store)
    campus = Campus(SITE, STORY.seed, STORY.start, faults)
    try:
        parts = [rows for _, rows in campus.history(nights, plant_days=behind)]
        end = STORY.start + days * DAY_MS
        for seq, rows in enumerate([*parts, all_of(campus, end)]):
            if len(rows):
                write(store, use, rows, (SITE, seq))
        return backtest(SITE, store, STORY.start - behind * DAY_MS, end).findings
    finally:
        store.close()


@pytest.mark.slow
def test_nothing_is_found_on_a_healthy_campus() -> None:
    findings = found((), nights=30, days=6, behind=3)
    assert [(f.rule, f.target) for f in findings] == []


@pytest.mark.slow
def test_the_storys_first_faults_are_found_where_they_are() -> None:
    findings = found(STORY.faults, nights=30, days=6)
    opened = {(f.rule, f.target): f.opened for f in findings}
    for rule, target, day in (
        ("HTG-07", "a.boiler", 1), ("FC-15", "c.ahu1", 1), ("PWR-03", "a.m-corridor", 3),
        ("SEN-02", "a.ahu2.rat", 2), ("FC-3", "c.ahu2", 4), ("WAT-01", "a.w-toilets", 5),
    ):  # fmt: skip
        assert opened[rule, target] <= STORY.start + day * DAY_MS, rule
    # A drifting sensor may speak through the rules that lean on it; healthy assets stay silent.
    assert {target.split(".")[1] for _, target in opened} == {
        "boiler", "ahu1", "m-corridor", "ahu2", "w-toilets",
    }  # fmt: skip
