"""WAT-07 on hand-made intervals."""

from __future__ import annotations

from analytics.rules import tank_overflow
from core.verdict import Reason
from tests.analytics.plant import SITE
from tests.analytics.rules.frames import FAULT, NE, OK, every_gate, frame, judged, last


def test_fault_and_what_silences_it() -> None:
    every_gate("WAT-07", frame({"tank_level": 99}, occupied=False), ())


def test_by_day_too_it_runs_over() -> None:
    assert last(judged("WAT-07", frame({"tank_level": 97}))) == (FAULT, Reason.CONDITION)


def test_only_a_full_tank_at_rest_clears() -> None:
    full = {"tank_level": 90}
    assert last(judged("WAT-07", frame(full, occupied=False))) == (OK, Reason.CLEAR)
    # People draw faster than a worn valve passes.
    assert last(judged("WAT-07", frame(full))) == (NE, Reason.NO_SERVICE)
    shut = frame({"tank_level": 40}, occupied=False)
    assert last(judged("WAT-07", shut)) == (NE, Reason.OTHER_MODE)


def test_a_little_below_the_limit_is_neither() -> None:
    near = frame({"tank_level": 94}, occupied=False)
    assert last(judged("WAT-07", near)) == (OK, Reason.CONDITION)


def test_tanks_whose_level_is_told_are_judged() -> None:
    assert [target.id for target in tank_overflow.targets(SITE)] == ["a.tank"]
