"""Verdicts: a model of single intervals says what the stored runs should be."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.records import Records
from core.verdict import Reason, Run, Verdict
from core.words import Carrier

RULE, TARGET = "PWR-03", "a.meter1"


def _run(start: int, end: int, verdict: Verdict = Verdict.FAULT, **more: object) -> Run:
    return Run(rule=RULE, target=TARGET, start=start, end=end, verdict=verdict, **more)  # type: ignore[arg-type]


def test_a_run_is_kept_whole(records: Records) -> None:
    run = _run(
        0, 10, mode="night", reason=Reason.CONDITION, good=0.75, margin=2.5,
        waste={Carrier.ELECTRICITY: 4.0, Carrier.HEAT: 1.5},
    )  # fmt: skip
    records.verdicts.replace(RULE, TARGET, 0, 10, [run])
    assert records.verdicts.runs(RULE, TARGET, 0) == [run]
    assert records.verdicts.judged_until() == {(RULE, TARGET): 10}


def test_numbers_of_numpy_and_none_at_all_are_kept_as_numbers(records: Records) -> None:
    run = _run(np.int64(0), np.int64(10), waste={Carrier.GAS: np.float64(2.0)}, margin=math.nan)  # type: ignore[arg-type]
    records.verdicts.replace(RULE, TARGET, 0, 10, [run])
    found = records.verdicts.runs(RULE, TARGET, 5, 6)[0]
    assert (found.start, found.end, found.waste) == (0, 10, {Carrier.GAS: 2.0})
    assert math.isnan(found.margin)


def test_what_overlaps_is_cut_and_its_waste_shared_by_time(records: Records) -> None:
    records.verdicts.replace(RULE, TARGET, 0, 100, [_run(0, 100, waste={Carrier.WATER: 10.0})])
    records.verdicts.replace(RULE, TARGET, 20, 50, [_run(20, 50, Verdict.OK)])
    found = records.verdicts.runs(RULE, TARGET, 0)
    assert [(r.start, r.end, r.verdict) for r in found] == [
        (0, 20, Verdict.FAULT), (20, 50, Verdict.OK), (50, 100, Verdict.FAULT),
    ]  # fmt: skip
    assert [r.waste.get(Carrier.WATER, 0.0) for r in found] == pytest.approx([2.0, 0.0, 5.0])
    assert records.verdicts.judged_until() == {(RULE, TARGET): 100}


def test_nothing_can_be_said_again_and_still_was_judged(records: Records) -> None:
    records.verdicts.replace(RULE, TARGET, 0, 10, [_run(0, 10)])
    records.verdicts.replace(RULE, TARGET, 0, 20, [])
    assert records.verdicts.runs(RULE, TARGET, 0) == []
    assert records.verdicts.judged_until() == {(RULE, TARGET): 20}


def test_runs_that_touch_the_range_only_at_its_edge_are_not_in_it(records: Records) -> None:
    records.verdicts.replace(RULE, TARGET, 0, 30, [_run(0, 10), _run(10, 20), _run(20, 30)])
    assert [r.start for r in records.verdicts.runs(RULE, TARGET, 10, 20)] == [10]
    assert [r.start for r in records.verdicts.runs(RULE, TARGET, 10)] == [10, 20]


def test_others_are_left_alone(records: Records) -> None:
    other = Run(rule=RULE, target="b.meter1", start=0, end=10, verdict=Verdict.OK)
    third = Run(rule="PWR-04", target=TARGET, start=0, end=10, verdict=Verdict.OK)
    records.verdicts.replace_all(
        [(r.rule, r.target, 0, 10, [r]) for r in (other, third, _run(0, 10))]
    )
    records.verdicts.replace(RULE, TARGET, 0, 10, [])
    assert records.verdicts.runs(RULE, "b.meter1", 0) == [other]
    assert records.verdicts.runs("PWR-04", TARGET, 0) == [third]


def test_two_thousand_targets_in_one_call(records: Records) -> None:
    runs = [replace(_run(0, 10), target=f"a.m{i}") for i in range(2_000)]
    parts = [(RULE, run.target, 0, 10, [run]) for run in runs]
    records.verdicts.replace_all(parts)
    records.verdicts.replace_all(parts)
    assert len(records.verdicts.judged_until()) == 2_000
    assert len(records.verdicts.runs(RULE, "a.m1999", 0)) == 1


spans = st.tuples(st.integers(0, 40), st.integers(1, 20), st.sampled_from(Verdict), st.booleans())


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.lists(spans, min_size=1, max_size=3), max_size=6))
def test_the_stream_is_what_was_said_last(
    records: Records, calls: list[list[tuple[int, int, Verdict, bool]]]
) -> None:
    records.verdicts.replace(RULE, TARGET, -10, 100, [])
    model: dict[int, Verdict] = {}
    for call in calls:
        parts = []
        for start, length, verdict, empty in call:
            end = start + length
            # Runs may be handed over longer than their part; only what lies in it counts.
            runs = [] if empty else [_run(start - 3, end + 3, verdict)]
            parts.append((RULE, TARGET, start, end, runs))
            for t in range(start, end):
                model.pop(t, None)
                if not empty:
                    model[t] = verdict
        records.verdicts.replace_all(parts)
    found = records.verdicts.runs(RULE, TARGET, -10)
    assert {t: r.verdict for r in found for t in range(r.start, r.end)} == model
    assert all(a.end <= b.start for a, b in pairwise(found))
