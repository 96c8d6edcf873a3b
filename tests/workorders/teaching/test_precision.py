"""Counting what was said of alarms, by hand."""

from __future__ import annotations

import pytest

from tests.workorders.teaching.cases import make_case
from workorders.teaching.precision import LEAST_JUDGED, Precision, by_rule, counted, wilson_low


def test_what_nobody_judged_is_in_no_share() -> None:
    cases = [make_case(n, true=true) for n, true in enumerate((True, False, None, True, None))]
    found = counted(cases)
    assert (found.right, found.judged, found.unjudged) == (2, 3, 2)
    assert found.share == pytest.approx(2 / 3)
    assert counted([]).share is None


def test_the_lower_bound_of_few_lies_far_below() -> None:
    # Wilson by hand for 4 of 5, z = 1.645: (0.8 + 0.2706 − 1.645·√(0.032 + 0.02706)) / 1.5412
    assert wilson_low(4, 5) == pytest.approx(0.4353, abs=2e-4)
    assert wilson_low(80, 100) == pytest.approx(0.7265, abs=2e-3)
    assert wilson_low(0, 0) == wilson_low(0, 9) == 0.0


def test_poor_is_below_sixty_per_cent_of_enough() -> None:
    assert Precision(right=2, judged=LEAST_JUDGED).poor
    assert not Precision(right=3, judged=LEAST_JUDGED).poor, "three of five are sixty per cent"
    assert not Precision(right=0, judged=LEAST_JUDGED - 1).poor, "too few to say"


def test_what_opened_before_a_rule_was_restored_does_not_count() -> None:
    cases = [make_case(n, true=n > 3, opened=n) for n in range(1, 8)]
    assert by_rule(cases)["FC-2"].judged == 7
    assert by_rule(cases, {"FC-2": 3})["FC-2"] == Precision(right=4, judged=4)
