"""WAT-01 on hand-made nights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analytics.frame import Frame
from analytics.rules import night_flow
from core.verdict import Reason
from core.words import Carrier
from tests.analytics.plant import SITE
from tests.analytics.rules.frames import FAULT, NE, OK, Values, frame, judged, last, wasted

NAN = float("nan")
NIGHT = slice(8, 20)


def night(
    flow: float | list[float], *, always_on: float = 0.02, lowest: float = 0.02,
    used: float = 10.0, usual: float = 10.0, ratio: float = NAN,
) -> Frame:  # fmt: skip
    """A day up to 05 h; ``flow`` in the twelve quarter-hours from 02 h. [m³/h]"""
    rate = np.full(20, 0.5)
    rate[NIGHT] = flow
    references: Values = {"lowest": lowest, "used": used, "usual": usual, "ratio": ratio}
    return frame(
        {"rate": rate.tolist()}, count=20, step_s=900,
        parameters={"always_on": always_on, "workday": 1}, references=references,
    )  # fmt: skip


def test_a_leak_loses_all_day() -> None:
    """(0.30 − 0.02) m³/h for 24 h, at 1.1 times the night's pressure."""
    result = judged("WAT-01", night(0.30, ratio=1.1))
    assert last(result) == (FAULT, Reason.CONDITION)
    assert wasted(result, Carrier.WATER) == pytest.approx(0.28 * 24 * 1.1)
    assert wasted(judged("WAT-01", night(0.30)), Carrier.WATER) == pytest.approx(0.28 * 24)


def test_one_quiet_hour_is_enough_to_be_well() -> None:
    """Flushes before and after: the lowest hour counts, not the mean."""
    assert last(judged("WAT-01", night([0.4] * 4 + [0.0] * 4 + [0.4] * 4)))[0] is OK


def test_three_quiet_quarters_are_not_an_hour() -> None:
    assert last(judged("WAT-01", night([0.4] * 4 + [0.0] * 3 + [0.4] * 5)))[0] is FAULT


def test_both_limits_judge() -> None:
    """Absolute: declared + 0.05. Relative: 1.5 × P10, at least 1.5 × 0.02."""
    assert last(judged("WAT-01", night(0.08, lowest=0.10)))[0] is FAULT
    assert last(judged("WAT-01", night(0.06, lowest=0.10)))[0] is OK
    assert last(judged("WAT-01", night(0.035, lowest=0.0)))[0] is FAULT
    assert last(judged("WAT-01", night(0.025, lowest=0.0)))[0] is OK


def test_declared_use_is_no_leak() -> None:
    assert last(judged("WAT-01", night(0.19, always_on=0.2, lowest=0.02)))[0] is OK


def test_without_a_reference_the_absolute_limit_judges() -> None:
    assert last(judged("WAT-01", night(0.08, lowest=NAN)))[0] is FAULT
    assert last(judged("WAT-01", night(0.05, lowest=NAN)))[0] is OK


def test_near_the_limit_clears_nothing() -> None:
    assert last(judged("WAT-01", night(0.025, lowest=0.0)))[1] is Reason.CONDITION
    assert last(judged("WAT-01", night(0.02, lowest=0.0)))[1] is Reason.CLEAR


def test_a_shut_valve_is_not_a_repair() -> None:
    assert last(judged("WAT-01", night(0.0, used=0.0))) == (NE, Reason.NO_SERVICE)
    assert last(judged("WAT-01", night(0.0, used=4.9))) == (NE, Reason.NO_SERVICE)
    assert last(judged("WAT-01", night(0.0, used=5.1))) == (OK, Reason.CLEAR)
    assert last(judged("WAT-01", night(0.3, used=0.0)))[0] is FAULT


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"exempt": np.array([True])}, Reason.EXEMPT),
        ({"coarse": np.array([True])}, Reason.COARSE),
        ({"has": {"rate": np.array([False])}}, Reason.NO_POINT),
        ({"muted": np.ones((1, 20), dtype=bool)}, Reason.MUTED),
        ({"declared": np.ones((1, 20), dtype=bool)}, Reason.DECLARED),
        ({"values": {"rate": np.full((1, 20), NAN)}}, Reason.NO_DATA),
    ],
)
def test_what_silences_it(changed: dict[str, object], reason: Reason) -> None:
    assert last(judged("WAT-01", replace(night(0.3), **changed))) == (NE, reason)  # type: ignore[arg-type]


def test_estimated_quarter_hours_are_no_night_flow() -> None:
    """Use that was spread over a gap comes as missing: four of twelve are too many."""
    of = night([NAN] * 4 + [0.3] * 8)
    assert last(judged("WAT-01", of)) == (NE, Reason.INSUFFICIENT)
    assert last(judged("WAT-01", night([NAN] * 3 + [0.3] * 9)))[0] is FAULT


def test_references_leave_out_what_is_not_sound() -> None:
    """Twenty good nights at 0.02; the leak's ten nights are not sound."""
    lowest = np.r_[np.full(20, 0.02), np.full(10, 0.5)][:, None]
    digests = {"lowest": lowest, "use": np.full((30, 1), 8.0), "ratio": np.full((30, 1), 1.05)}
    working = np.ones((30, 1), dtype=np.bool_)
    sound = np.ones((30, 1), dtype=np.bool_)
    sound[20:] = False
    found = night_flow.references(digests, working, sound)
    assert float(found["lowest"][0]) == pytest.approx(0.02)
    assert float(found["used"][0]) == 8.0
    assert float(found["ratio"][0]) == 1.05


def test_a_meter_is_judged_less_the_meters_below_it() -> None:
    found = {target.id: target for target in night_flow.targets(SITE)}
    below = [
        m for m in SITE.equipment.values() if m.meter is not None and m.meter.parent == "a.w-main"
    ]
    assert len(found["a.w-main"].less) == len(below) > 1
    assert set(found["a.w-main"].points) == {"rate", "pressure"}


def test_a_night_after_an_empty_day_proves_nothing() -> None:
    """Ten working days of 8 m³, then a Saturday of 1: that is usual for one, and no service."""
    days = np.r_[np.full(10, 8.0), 1.0, 1.0][:, None]
    working = np.r_[np.ones(10), 0.0, 0.0][:, None] > 0
    digests = {"lowest": days * 0.0, "use": days, "ratio": days * 0.0 + 1.0}
    found = night_flow.references(digests, working, np.ones_like(working))
    assert found["used"][0] == 1.0
    assert found["usual"][0] == 8.0
