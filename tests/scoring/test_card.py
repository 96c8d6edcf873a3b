"""What counts as worse than the committed card."""

from __future__ import annotations

from typing import Any

import pytest

from scoring.card import TOLERANCES, overfitted, worsened

CARD: dict[str, Any] = {
    "precision_strict": 0.9, "recall": 0.6, "recall_within_reach": 0.7, "orders_per_fault": 1.0,
    "verification_right": 0.95, "distractors_alarmed": 0,
    "readings": {"lost": 0, "duplicated": 0, "invented": 0},
}  # fmt: skip


def test_the_same_figures_are_not_worse_and_better_ones_neither() -> None:
    assert worsened(CARD, CARD) == []
    better = CARD | {"precision_strict": 1.0, "recall": 0.9, "orders_per_fault": 0.9}
    assert worsened(CARD, better) == []


@pytest.mark.parametrize(
    ("name", "within", "beyond"),
    [
        ("precision_strict", 0.88, 0.879), ("recall", 0.57, 0.569),
        ("recall_within_reach", 0.67, 0.669), ("orders_per_fault", 1.05, 1.051),
        ("verification_right", 0.93, 0.929), ("distractors_alarmed", 0, 1),
    ],
)  # fmt: skip
def test_each_figure_has_its_tolerance(name: str, within: float, beyond: float) -> None:
    assert worsened(CARD, CARD | {name: within}) == []
    told = worsened(CARD, CARD | {name: beyond})
    assert len(told) == 1
    assert told[0].startswith(name)


@pytest.mark.parametrize("name", ["lost", "duplicated", "invented"])
def test_not_one_reading_may_go_astray(name: str) -> None:
    readings = CARD["readings"] | {name: 1}
    assert worsened(CARD, CARD | {"readings": readings}) == [
        f"readings {name}: 0 before, 1 now, 0 allowed"
    ]


def test_a_figure_that_nothing_is_left_to_judge_by_is_worse() -> None:
    assert "nothing to judge" in worsened(CARD, CARD | {"recall": None})[0]
    assert worsened(CARD | {"recall": None}, CARD) == []


def test_every_tolerance_names_a_figure_of_a_card() -> None:
    assert all(t.path[0] in CARD for t in TOLERANCES)


@pytest.mark.parametrize(("sealed", "apart"), [(0.65, False), (0.8, False), (0.64, True)])
def test_sealed_seeds_may_be_a_little_worse_and_no_more(sealed: float, apart: bool) -> None:  # noqa: FBT001
    assert (overfitted({"f1": 0.7}, {"f1": sealed}) is not None) is apart


def test_nothing_is_said_of_what_has_no_f1() -> None:
    assert overfitted({"f1": None}, {"f1": 0.1}) is None
    assert overfitted({"f1": 0.1}, {}) is None
