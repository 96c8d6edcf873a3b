"""PWR-03 on hand-made days of quarter-hours."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analytics.frame import Frame
from analytics.rules import late_stop
from core.batch import Floats
from core.verdict import Reason
from core.words import Carrier
from tests.analytics.plant import SITE
from tests.analytics.rules.frames import FAULT, NE, OK, frame, judged, last, wasted

HOURS = (8 * 4, 18 * 4)
NAN = float("nan")


def day(late: dict[int, float] | None = None, **changed: float) -> Frame:
    """Base 2 kW, 10 kW from 8 to 18 h; ``late`` sets quarter-hours by number."""
    rate = np.full(96, 2.0)
    rate[slice(*HOURS)] = 10.0
    for quarter, value in (late or {}).items():
        rate[quarter] = value
    of = frame(
        {"rate": rate.tolist()}, count=96, step_s=900,
        parameters={"workday": 1, "always_on": 1.0, "blur_kw": 0.0},
        references={"base": 2.0, "day": 10.0},
    )  # fmt: skip
    occupied = np.zeros((1, 96), dtype=np.bool_)
    occupied[0, slice(*HOURS)] = True
    return replace(
        of,
        occupied=occupied,
        parameters={**of.parameters, **{k: np.array([v]) for k, v in changed.items()}},
    )


def evening(kw: float, quarters: int) -> dict[int, float]:
    return dict.fromkeys(range(72, 72 + quarters), kw)


def test_two_hours_at_day_level_after_hours() -> None:
    """8 quarter-hours of 10 kW against a base of 2 kW: 16 kWh."""
    result = judged("PWR-03", day(evening(10.0, 8)))
    assert last(result) == (FAULT, Reason.CONDITION)
    assert wasted(result, Carrier.ELECTRICITY) == pytest.approx(8 * 0.25 * 8.0)
    assert float(result.margin[0, 0]) == pytest.approx(4.0)


def test_an_early_start_counts_like_a_late_stop() -> None:
    result = judged("PWR-03", day(dict.fromkeys(range(22, 31), 9.0)))
    assert wasted(result, Carrier.ELECTRICITY) == pytest.approx(9 * 0.25 * 7.0)


def test_less_than_two_hours_is_nobodys_fault() -> None:
    result = judged("PWR-03", day(evening(10.0, 7)))
    assert last(result) == (OK, Reason.CLEAR)
    assert wasted(result, Carrier.ELECTRICITY) == 0.0


def test_the_limit_is_half_way_from_base_to_day() -> None:
    assert last(judged("PWR-03", day(evening(6.1, 8))))[0] is FAULT
    assert last(judged("PWR-03", day(evening(5.9, 8)))) == (OK, Reason.CONDITION)
    assert last(judged("PWR-03", day(evening(5.1, 8)))) == (OK, Reason.CLEAR)


def test_a_high_base_is_not_a_late_stop() -> None:
    """More than half of the day level all night, as in half of real buildings."""
    rate = np.full(96, 6.0)
    rate[slice(*HOURS)] = 10.0
    of = day()
    of = replace(
        of, values={"rate": rate[None, :]},
        references={"base": np.array([6.0]), "day": np.array([10.0])},
    )  # fmt: skip
    assert last(judged("PWR-03", of)) == (OK, Reason.CLEAR)


def test_declared_always_on_raises_the_base() -> None:
    assert last(judged("PWR-03", day(evening(6.1, 8), always_on=4.0)))[0] is OK


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"exempt": np.array([True])}, Reason.EXEMPT),
        ({"coarse": np.array([True])}, Reason.COARSE),
        ({"has": {"rate": np.array([False])}}, Reason.NO_POINT),
        ({"muted": np.ones((1, 96), dtype=bool)}, Reason.MUTED),
        ({"declared": np.ones((1, 96), dtype=bool)}, Reason.DECLARED),
        ({"values": {"rate": np.full((1, 96), NAN)}}, Reason.NO_DATA),
        ({"references": {"base": np.array([NAN]), "day": np.array([10.0])}}, None),
        ({"references": {"base": np.array([2.0]), "day": np.array([NAN])}}, Reason.NO_REFERENCE),
        ({"references": {"base": np.array([2.0]), "day": np.array([2.4])}}, Reason.SMALL_SPREAD),
    ],
)
def test_what_silences_it(changed: dict[str, object], reason: Reason | None) -> None:
    of = replace(day(evening(10.0, 8)), **changed)  # type: ignore[arg-type]
    expected = (NE, reason) if reason is not None else (FAULT, Reason.CONDITION)
    assert last(judged("PWR-03", of)) == expected


def test_off_days_are_another_rules() -> None:
    assert last(judged("PWR-03", day(evening(10.0, 8), workday=0.0))) == (NE, Reason.OTHER_MODE)


def test_a_third_of_the_evening_missing_is_not_enough() -> None:
    gone = dict.fromkeys(range(76, 96), NAN)
    assert last(judged("PWR-03", day({**evening(10.0, 4), **gone}))) == (NE, Reason.INSUFFICIENT)


def test_a_breaker_left_open_proves_nothing() -> None:
    off = dict.fromkeys(range(96), 0.0)
    assert last(judged("PWR-03", day(off))) == (NE, Reason.NO_SERVICE)


def test_references_are_low_nights_and_usual_days() -> None:
    """P10 of bases 1…20 is 2.9; the median of the working days' levels is 10."""
    base: Floats = np.arange(1.0, 21.0)[:, None]
    level = np.full((20, 1), 10.0)
    working = np.ones((20, 1), dtype=np.bool_)
    sound = np.ones((20, 1), dtype=np.bool_)
    found = late_stop.references({"base": base, "day": level}, working, sound)
    assert float(found["base"][0]) == pytest.approx(2.9)
    assert float(found["day"][0]) == 10.0
    few = late_stop.references({"base": base, "day": level}, working, sound & (base <= 9))
    assert np.isnan(few["base"][0])


def test_a_meter_is_judged_less_the_meters_below_it() -> None:
    found = {target.id: target for target in late_stop.targets(SITE)}
    main = found["a.m-main"]
    assert len(main.less) == 8
    assert found["a.m-sockets"].less == ()
    assert found["a.m-sockets"].parameters["always_on"] == 6.0


def test_the_error_of_meters_taken_off_each_other_is_no_circuit() -> None:
    """Base 2, day 10 kW is left of a main rated 900 kW: less than its class."""
    late = dict.fromkeys(range(72, 84), 9.0)
    assert last(judged("PWR-03", day(late)))[0] is FAULT
    assert last(judged("PWR-03", day(late, blur_kw=9.0))) == (NE, Reason.SMALL_SPREAD)
    main, circuit = (
        next(t for t in late_stop.targets(SITE) if t.id == id_)
        for id_ in ("a.m-main", "a.m-sockets")
    )
    assert (main.parameters["blur_kw"], circuit.parameters["blur_kw"]) == (5.0, 0.0)


def test_what_is_used_at_night_is_no_late_stop() -> None:
    """A machine from two to five, cleaners from ten to midnight; on from the day on is another."""
    night = dict.fromkeys(range(8, 20), 10.0) | dict.fromkeys(range(88, 96), 10.0)
    assert last(judged("PWR-03", day(night))) == (OK, Reason.CLEAR)
    assert last(judged("PWR-03", day(dict.fromkeys(range(72, 96), 10.0))))[0] is FAULT
    assert last(judged("PWR-03", day(dict.fromkeys(range(75, 96), 10.0)))) == (OK, Reason.CLEAR)
    assert last(judged("PWR-03", day(dict.fromkeys(range(74, 96), 10.0))))[0] is FAULT
    assert last(judged("PWR-03", day(dict.fromkeys(range(32), 10.0))))[0] is FAULT


def test_a_tenant_who_moved_in_is_no_late_stop() -> None:
    """Nights rise from 2 to 7 kW and the day from 10 to 15: half way is 8.5, not 6."""
    rate = np.full(96, 7.0)
    rate[slice(*HOURS)] = 15.0
    assert last(judged("PWR-03", replace(day(), values={"rate": rate[None, :]})))[0] is OK
    rate[slice(*HOURS)] = 10.0
    assert last(judged("PWR-03", replace(day(), values={"rate": rate[None, :]})))[0] is FAULT


def test_late_people_on_a_night_with_a_high_base_are_no_late_stop() -> None:
    """After a holiday the base of the nights is low; tonight it is 4 kW, half way is 7, not 6."""
    tonight = dict.fromkeys([*range(32), *range(72, 96)], 4.0)
    assert last(judged("PWR-03", day({**tonight, **evening(6.5, 16)})))[0] is OK
    found = judged("PWR-03", day({**tonight, **evening(7.5, 16)}))
    assert last(found)[0] is FAULT
    assert float(found.margin[0, 0]) == pytest.approx(0.5)
    assert wasted(found, Carrier.ELECTRICITY) == pytest.approx(16 * 0.25 * 3.5)


def test_what_stays_on_all_night_is_held_against_the_nights_before() -> None:
    """On since yesterday at 8 kW: its own night is no base, evening and morning are wasted."""
    on = dict.fromkeys([*range(32), *range(72, 96)], 8.0)
    found = judged("PWR-03", day(on))
    assert last(found)[0] is FAULT
    assert wasted(found, Carrier.ELECTRICITY) == pytest.approx(56 * 0.25 * 6.0)
