"""AC-14 on hand-made hours, and on a loop that hunts in the physics."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analytics.frame import Frame
from analytics.rules import heat_against_cool, hunting
from core.clock import DAY_MS, HOUR_MS
from core.verdict import Reason, Verdict
from simulators.physics.faults import FaultKind
from tests.analytics.plant import MONDAY, SITE
from tests.analytics.rules.frames import FAULT, NE, OK, Values, frame, judged, last, with_values
from tests.analytics.rules.seasons import ill, judge

REST: Values = {
    f"{role}.{name}": value
    for role in ("cool_valve", "heat_valve", "oa_damper")
    for name, value in {"travel": 20, "turns": 3, "low": 30, "high": 50, "share": 1.0}.items()
}
HUNTS: Values = {
    **REST, "cool_valve.travel": 900, "cool_valve.turns": 12, "cool_valve.low": 5,
    "cool_valve.high": 95, "fan_status": 1, "fan_status.mean": 1.0,
}  # fmt: skip


def hours(**changed: float) -> Frame:
    named = {name.replace("__", "."): value for name, value in changed.items()}
    return frame({**HUNTS, **named}, count=3, step_s=3600)


def test_a_valve_that_swings_the_whole_hour() -> None:
    assert last(judged("AC-14", hours())) == (FAULT, Reason.CONDITION)
    assert judged("AC-14", hours()).margin[0, -1] == 400.0
    assert last(judged("AC-14", hours(cool_valve__travel=20, oa_damper__travel=700,
                                      oa_damper__turns=9)))[0] is FAULT  # fmt: skip


@pytest.mark.parametrize(
    "changed",
    [
        {"cool_valve__travel": 450},
        {"cool_valve__turns": 3},
        {"cool_valve__high": 24},
        {"cool_valve__share": 0.5},
    ],
)
def test_a_start_a_tremble_and_a_busy_day_are_no_hunting(changed: dict[str, float]) -> None:
    assert last(judged("AC-14", hours(**changed)))[0] is OK


def test_it_clears_where_the_loop_is_in_use_and_rests() -> None:
    assert last(judged("AC-14", hours(cool_valve__travel=60))) == (OK, Reason.CLEAR)
    assert last(judged("AC-14", hours(cool_valve__travel=300))) == (OK, Reason.CONDITION)
    still = dict.fromkeys(("cool_valve__travel", "heat_valve__travel", "oa_damper__travel"), 0.0)
    assert last(judged("AC-14", hours(**still))) == (OK, Reason.CONDITION)


def test_an_hour_in_part_is_reckoned_to_the_whole_and_proves_nothing() -> None:
    stopping = hours(fan_status__mean=0.5, cool_valve__travel=300)
    assert last(judged("AC-14", stopping)) == (FAULT, Reason.CONDITION)
    started = hours(fan_status__mean=0.6, cool_valve__travel=60)
    assert last(judged("AC-14", started)) == (OK, Reason.CONDITION)
    assert last(judged("AC-14", hours(fan_status__mean=0.4))) == (NE, Reason.OFF)


def test_what_silences_it() -> None:
    of, everywhere = hours(), np.ones((1, 3), dtype=np.bool_)
    assert last(judged("AC-14", replace(of, muted=everywhere))) == (NE, Reason.MUTED)
    assert last(judged("AC-14", replace(of, declared=everywhere))) == (NE, Reason.DECLARED)
    assert last(judged("AC-14", replace(of, exempt=np.array([True])))) == (NE, Reason.EXEMPT)
    assert last(judged("AC-14", replace(of, coarse=np.array([True])))) == (NE, Reason.COARSE)
    assert last(judged("AC-14", replace(of, good=np.full((1, 3), 0.5)))) == (
        NE,
        Reason.INSUFFICIENT,
    )
    lost = with_values(of, **{"fan_status.mean": float("nan")})
    assert last(judged("AC-14", lost)) == (NE, Reason.NO_DATA)
    unread = hours(cool_valve__share=0.5, heat_valve__share=0.5, oa_damper__share=0.5)
    assert last(judged("AC-14", unread)) == (NE, Reason.INSUFFICIENT)


def test_targets_of_the_sample_site() -> None:
    assert len(hunting.targets(SITE)) == 8


def test_a_loop_that_hunts_in_the_physics_is_one_finding() -> None:
    """In mild weather it heats and cools by turns: no fight of two valves, and no sensor's."""
    start = MONDAY + 91 * DAY_MS
    found = judge(
        start, 3, [ill(FaultKind.LOOP_HUNTS, "a.ahu2", "", start + DAY_MS, 20.0)],
        (hunting.RULE, heat_against_cool.RULE),
    )  # fmt: skip
    assert [(f.rule, f.target) for f in found.findings] == [("AC-14", "a.ahu2")]
    assert found.findings[0].opened <= start + DAY_MS + 10 * HOUR_MS
    healthy = [run.verdict for run in found.verdicts["AC-14", "a.ahu1"]]
    assert Verdict.FAULT not in healthy
    assert Verdict.OK in healthy
