"""A limit that was moved: the same rule, live, judged late and backtested, says the same."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from analytics.backtest import backtest
from analytics.judged import REASONS, Judged
from analytics.lifting import lift_of, lifted
from analytics.rules import rule
from analytics.runs import joined
from core.clock import DAY_MS, HOUR_MS
from core.site import CalendarEntry, DayMode
from core.teaching import Lessons, Lift
from core.verdict import Reason, Run, Verdict
from core.words import Carrier
from tests.analytics.plant import MONDAY, Plant

AHU = "a.ahu2"
FC2 = rule("FC-2")
NOON = MONDAY + 12 * HOUR_MS
NIGHT = MONDAY + DAY_MS


@dataclass
class Given:
    """Lessons that a test changes; implements :class:`core.teaching.Taught`."""

    what: Lessons = field(default_factory=Lessons)

    def lessons(self) -> Lessons:
        return self.what


def lift(by: float, since: int = NOON, until: int = NIGHT) -> Lift:
    return Lift(rule="FC-2", target=AHU, by=by, since=since, until=until)


def judged(margins: list[float], verdicts: list[Verdict], reasons: list[Reason]) -> Judged:
    return Judged(
        verdict=np.array([verdicts], np.int8),
        reason=np.array([[REASONS.index(reason) for reason in reasons]], np.int8),
        mode=np.zeros((1, len(margins)), np.int8),
        waste={Carrier.HEAT: np.array([[1.0 if v is Verdict.FAULT else 0.0 for v in verdicts]])},
        margin=np.array([margins]), good=np.ones((1, len(margins))),
    )  # fmt: skip


def test_only_what_lies_within_the_lift_is_spared() -> None:
    fault, ok, silent = Verdict.FAULT, Verdict.OK, Verdict.NOT_EVALUABLE
    before = judged(
        [0.5, 0.95, 1.5, 9.0, -0.1, 0.0],
        [fault, fault, fault, fault, ok, silent],
        [Reason.CONDITION, Reason.CONDITION, Reason.CONDITION, Reason.BEYOND_SPAN,
         Reason.CONDITION, Reason.OFF],
    )  # fmt: skip
    after = lifted(before, np.ones((1, 6)))
    assert after.verdict[0].tolist() == [ok, ok, fault, fault, ok, silent]
    words = [REASONS[code] for code in after.reason[0]]
    # 0.95 is short of clear: it clears nothing. Beyond the span nothing is spared.
    assert words == [Reason.CLEAR, Reason.CONDITION, Reason.CONDITION, Reason.BEYOND_SPAN,
                     Reason.CLEAR, Reason.OFF]  # fmt: skip
    assert after.waste[Carrier.HEAT][0].tolist() == [0, 0, 1, 1, 0, 0]
    assert after.margin[0].tolist() == pytest.approx([-0.5, -0.05, 0.5, 8.0, -1.1, 0.0])


def test_a_lift_holds_from_its_beginning_to_its_end() -> None:
    ends = np.array([NOON, NOON + 1, NIGHT, NIGHT + 1], np.int64)
    found = lift_of([lift(2.0), lift(1.0)], ("a.ahu1", AHU), ends)
    assert found is not None
    assert found.tolist() == [[0, 0, 0, 0], [0, 2, 2, 0]]
    assert lift_of([lift(2.0)], ("a.ahu1",), ends) is None
    assert lift_of([lift(2.0)], (AHU,), ends[:1]) is None


def cold_mixing(plant: Plant) -> None:
    """Mixed air at 6 °C between return air at 22 and outdoor air at 14: colder than any mixture."""
    plant.fill(
        MONDAY, NIGHT, a__ahu2__sat=18.0, a__ahu2__mat=6.0, a__ahu2__rat=22.0, a__ahu2__oat=14.0,
        a__ahu2__fan_status=1.0, a__ahu2__fan_speed=60.0, a__ahu2__heat_valve=0.0,
        a__ahu2__cool_valve=0.0, a__ahu2__oa_damper=20.0, a__ahu2__sat_sp=18.0,
    )  # fmt: skip


def faults(runs: list[Run]) -> float:
    return sum(r.end - r.start for r in runs if r.verdict is Verdict.FAULT) / HOUR_MS


@pytest.fixture(scope="module")
def filled() -> Plant:
    plant = Plant()
    cold_mixing(plant)
    plant.heard(NIGHT)
    return plant


def test_live_and_replayed_judge_by_what_held_then(filled: Plant) -> None:
    plain = backtest(filled.site, filled.store, MONDAY, NIGHT, [FC2])
    runs = plain.verdicts[("FC-2", AHU)]
    worst = max(r.margin for r in runs if r.verdict is Verdict.FAULT)
    assert faults(runs) > 6.0
    taught = Given(Lessons(lifts=(lift(worst + 0.1),)))
    replayed = backtest(filled.site, filled.store, MONDAY, NIGHT, [FC2], taught)
    half = replayed.verdicts[("FC-2", AHU)]
    assert 0 < faults(half) < faults(runs)
    assert all(r.end <= NOON for r in half if r.verdict is Verdict.FAULT)

    # Live: nothing is taught until noon, and the engine hears of it then.
    given = Given()
    engine = filled.engine([FC2])
    engine._taught = given  # noqa: SLF001 - the helper has no argument for it
    for hour in range(1, 25):
        now = MONDAY + hour * HOUR_MS
        if now == NOON:
            given.what = taught.what
        filled.clock.advance(now)
        engine.step(now)
    engine.finish()
    live = joined(filled.verdicts.runs("FC-2", AHU, MONDAY))
    spans = [(r.start, r.end) for r in half if r.verdict is Verdict.FAULT]
    assert [(r.start, r.end) for r in live if r.verdict is Verdict.FAULT] == spans


def test_a_plan_that_was_entered_excuses(filled: Plant) -> None:
    entry = CalendarEntry(mode=DayMode.MAINTENANCE, start=NOON, end=NIGHT, scope=AHU, note="")
    found = backtest(
        filled.site, filled.store, MONDAY, NIGHT, [FC2], Given(Lessons(calendar=(entry,)))
    )
    later = [r for r in found.verdicts[("FC-2", AHU)] if r.start >= NOON]
    assert {(r.verdict, r.reason) for r in later} == {(Verdict.NOT_EVALUABLE, Reason.DECLARED)}
