"""WAT-03 on hand-made registers of a main."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from analytics.frame import Frame
from analytics.rules import pipe_burst, rule
from core.verdict import Reason
from core.words import Carrier
from tests.analytics.plant import SITE
from tests.analytics.rules.frames import FAULT, NE, OK, frame, judged, last, wasted

STEPS = 12
PARAMETERS = {"always_on": 0.02, "burst_flow": 1.0, "design_flow": 16.0, "judged_share": 0.25}


def main(flow: float, *, occupied: bool = False, rows: float = 1.0) -> Frame:
    """A main that passes as much in every interval. [m³/h]"""
    total = 4_711.0 + np.arange(STEPS) * flow / 12.0
    return frame(
        {"high": total.tolist(), "rows": rows}, count=STEPS, occupied=occupied,
        parameters=PARAMETERS,
    )  # fmt: skip


def totals(values: Sequence[float]) -> Frame:
    return frame({"high": values, "rows": 1.0}, count=len(values), occupied=False,
                 parameters=PARAMETERS)  # fmt: skip


def test_far_more_than_anybody_draws_by_night() -> None:
    result = judged("WAT-03", main(12.2))
    assert last(result) == (FAULT, Reason.CONDITION)
    assert float(result.margin[0, -1]) == pytest.approx(12.2 - 1.02)
    assert wasted(result, Carrier.WATER) == pytest.approx((12.2 - 0.02) / 12 / 0.25)


def test_two_flushes_call_nobody() -> None:
    # 10 L pulses: two flushes of 9 L in five minutes are two pulses, a quarter of a cubic metre
    # an hour.
    assert last(judged("WAT-03", main(0.24))) == (OK, Reason.CLEAR)


def test_just_below_the_limit_clears_nothing() -> None:
    assert last(judged("WAT-03", main(1.0))) == (OK, Reason.CONDITION)


def test_by_day_only_more_than_the_meter_is_made_for() -> None:
    assert last(judged("WAT-03", main(17.0, occupied=True))) == (FAULT, Reason.CONDITION)
    assert last(judged("WAT-03", main(12.2, occupied=True))) == (NE, Reason.SERVED)
    assert last(judged("WAT-03", main(0.0, occupied=True))) == (NE, Reason.NO_SERVICE)


def test_a_gap_or_a_register_that_goes_back_says_nothing() -> None:
    assert last(judged("WAT-03", totals([1.0, 2.0, np.nan, 4.0]))) == (NE, Reason.INSUFFICIENT)
    assert last(judged("WAT-03", totals([900.0, 901.0, 0.5]))) == (NE, Reason.INSUFFICIENT)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"coarse": np.array([True])}, Reason.COARSE),
        ({"exempt": np.array([True])}, Reason.EXEMPT),
        ({"muted": np.ones((1, STEPS), dtype=np.bool_)}, Reason.MUTED),
        ({"declared": np.ones((1, STEPS), dtype=np.bool_)}, Reason.DECLARED),
    ],
)
def test_what_silences_it(changed: dict[str, object], reason: Reason) -> None:
    assert last(judged("WAT-03", replace(main(12.2), **changed))) == (NE, reason)  # type: ignore[arg-type]


def test_no_reading_is_no_flow() -> None:
    assert last(judged("WAT-03", main(12.2, rows=0.0))) == (NE, Reason.NO_DATA)


def test_mains_alone_are_judged_and_a_quarter_of_an_hour_is_too_coarse() -> None:
    found = pipe_burst.targets(SITE)
    assert {t.id for t in found} == {f"{b}.w-main" for b in SITE.buildings}
    hours = SITE.buildings["c"].schedule
    assert hours.workday == (8 * 60, 19 * 60)
    share = {t.id: t.parameters["judged_share"] for t in found}["c.w-main"]
    assert share == pytest.approx(1 - 5 * 11 / 168), "five days of eleven hours, none at weekends"
    periods = {SITE.points[t.points["value"]].period_s for t in found}
    assert min(periods) > rule("WAT-03").card.longest_period_s
