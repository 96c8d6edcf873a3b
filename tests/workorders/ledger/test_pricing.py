"""Prices of formulas: whose they are, and which days of a building's meters tell them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from analytics.savings.constructions import CONSTRUCTIONS
from analytics.savings.plan import Window
from analytics.savings.sight import Metered, Sight
from analytics.savings.unit_cost import Cost
from core.words import Carrier
from tests.analytics.savings.made import DAY_MS, plant
from workorders.ledger.ground import Ground
from workorders.ledger.pricing import Span, costs_of, formula_groups, too_short

HEALTHY, FAULT = 14, 6
FIRST = 20_000
"""Ordinal of the first day of the fault; local midnights are those of UTC here."""
VALVE, SCHEDULE = CONSTRUCTIONS["ahu_cooling_valve"], CONSTRUCTIONS["ahu_off_schedule"]


def usual(ordinal: int) -> float:
    return 500.0 + 2.0 * (ordinal % 3)


def day_ms(ordinal: int) -> int:
    return ordinal * DAY_MS


class Sky:
    """A ground and a sight of one building whose heat meter stands still but for the fault."""

    def __init__(self, use: Mapping[int, float]) -> None:
        self._use = use

    def days(self, start: int, end: int) -> list[date]:
        first, last = -(-start // DAY_MS), end // DAY_MS
        return [date.fromordinal(n) for n in range(first, last)]

    def metered(self, _target: str, days: list[date]) -> Metered:
        ordinals = [day.toordinal() for day in days]
        return Metered(
            use={Carrier.HEAT: np.array([self._use.get(n, usual(n)) for n in ordinals])},
            oat=5.0 + np.array([n % 5 for n in ordinals], dtype=np.float64),
            working=np.ones(len(days), dtype=np.bool_),
        )  # fmt: skip

    def ground(self) -> Ground:
        made = SimpleNamespace(
            sight=lambda: self, midnight=lambda day: day_ms(day.toordinal()),
            day=lambda at: date.fromordinal(at // DAY_MS),
        )  # fmt: skip
        return cast("Ground", made)


def span(days: int = FAULT, others: tuple[tuple[int, int], ...] = ()) -> Span:
    return Span(onset=day_ms(FIRST), start=day_ms(FIRST), until=day_ms(FIRST + days), others=others)


def window() -> Window:
    """10 kW for ten hours a day, which the meter counts one and a half times."""
    return Window(
        before=plant(np.full(10 * FAULT, 10.0), np.full(10 * FAULT, 5.0), first=FIRST), opened=0,
        healthy=plant(np.zeros(10 * HEALTHY), np.full(10 * HEALTHY, 5.0), first=FIRST - HEALTHY),
    )  # fmt: skip


def priced(use: Mapping[int, float], about: Span) -> Cost:
    sky = Sky(use)
    found = costs_of(
        sky.ground(), cast("Sight", cast("Any", sky)), VALVE, "a.ahu1", window(), about
    )
    return found[Carrier.HEAT]


def faulty(more: float, first: int = FIRST, days: int = FAULT) -> dict[int, float]:
    return {n: usual(n) + more for n in range(first, first + days)}


def test_a_formula_is_priced_by_the_days_of_its_meter() -> None:
    cost = priced(faulty(150.0), span())
    assert cost.factor == pytest.approx(1.5, abs=0.1)
    assert cost.days == FAULT


def test_days_on_which_another_fault_stood_open_tell_nothing_of_this_one() -> None:
    both = {**faulty(150.0), **faulty(950.0, first=FIRST + 3, days=3)}
    others = ((day_ms(FIRST + 3) + 1, day_ms(FIRST + FAULT)),)
    alone = priced(both, span(others=others))
    assert priced(both, span()).half > 3.0 * alone.half
    assert alone.factor == pytest.approx(1.5, abs=0.1)
    assert alone.days == 3


def test_a_schedule_of_which_one_night_was_seen_has_no_price() -> None:
    sky = Sky({})
    assert too_short(sky.ground(), SCHEDULE, span(days=2))
    assert not too_short(sky.ground(), SCHEDULE, span(days=3))
    assert not too_short(sky.ground(), VALVE, span(days=1))


def test_what_is_believed_of_a_chiller_is_as_wrong_for_every_unit_it_serves() -> None:
    believed = Cost(factor=1.0, half=0.75)
    told = replace(believed, half=0.1, days=4)
    assert set(formula_groups("a", "a.ahu1", {Carrier.ELECTRICITY: believed})) == {
        "formula:a:electricity"
    }
    assert set(formula_groups("a", "a.ahu1", {Carrier.ELECTRICITY: told})) == {
        "formula:a.ahu1:electricity"
    }
