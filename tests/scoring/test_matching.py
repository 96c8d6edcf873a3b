"""Every rule of who is credited with what, by hand-made cases."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from core.clock import HOUR_MS
from scoring.matching import DATA_GRACE_MS, GRACE_MS, LEFT_MS, Word, match
from scoring.places import Places
from scoring.records import Alarm, Cause, Distractor, Visit
from tests.scoring.parts import PLACES, alarm, cause, day


def words(
    alarms: Sequence[Alarm], causes: Sequence[Cause], distractors: Sequence[Distractor] = (),
    visits: Sequence[Visit] = (),
) -> list[str]:  # fmt: skip
    return [j.word.value for j in match(alarms, causes, PLACES, distractors, visits)]


def test_the_right_asset_and_trade_in_time_is_credited() -> None:
    judged = match([alarm()], [cause()], PLACES)
    assert [(j.word, j.cause) for j in judged] == [(Word.TRUE, "valve")]


def test_an_order_before_the_onset_is_false() -> None:
    assert words([alarm(start=day(1) - 1)], [cause()]) == ["false"]
    assert words([alarm(start=day(1))], [cause()]) == ["true"]


@pytest.mark.parametrize(
    ("discipline", "trade", "grace"),
    [("air", "H", GRACE_MS), ("instrument", "I", DATA_GRACE_MS)],
)
def test_an_order_may_open_within_the_grace_after_the_end(
    discipline: str, trade: str, grace: int
) -> None:
    ended = cause(end=day(3), discipline=discipline, trade=trade)
    assert words([alarm(start=day(3) + grace, trade=trade)], [ended]) == ["true"]
    assert words([alarm(start=day(3) + grace + 1, trade=trade)], [ended]) == ["false"]


def test_a_grace_is_a_day_and_three_days_for_data() -> None:
    assert (GRACE_MS, DATA_GRACE_MS) == (24 * HOUR_MS, 72 * HOUR_MS)


def test_another_asset_is_false() -> None:
    assert words([alarm(asset="c.ahu1")], [cause()]) == ["false"]


def test_the_wrong_trade_has_found_it_and_is_not_true() -> None:
    judged = match([alarm(trade="I")], [cause()], PLACES)
    assert [(j.word, j.cause) for j in judged] == [(Word.WRONG_TRADE, "valve")]


def test_an_alarm_that_sends_nobody_is_asked_for_its_asset_alone() -> None:
    assert words([alarm(trade="")], [cause()]) == ["true"]
    assert words([alarm(trade="", asset="c.ahu1")], [cause()]) == ["false"]


def test_a_second_order_on_one_cause_is_a_repeat_and_the_first_keeps_the_credit() -> None:
    assert words([alarm("late", start=day(3)), alarm("early")], [cause()]) == ["repeat", "true"]


def test_one_order_is_credited_for_one_of_two_faults() -> None:
    judged = match([alarm()], [cause("one"), cause("two")], PLACES)
    assert len(judged) == 1
    assert judged[0].word is Word.TRUE


def test_two_orders_find_two_faults_of_one_asset_by_their_families() -> None:
    heat = cause("heat", family="heating_valve")
    cold = cause("cold", family="cooling_valve")
    judged = match(
        [alarm("1", family="cooling_valve"), alarm("2", start=day(3), family="heating_valve")],
        [heat, cold], PLACES,
    )  # fmt: skip
    assert [(j.alarm.id, j.cause) for j in judged] == [("1", "cold"), ("2", "heat")]
    assert {j.word for j in judged} == {Word.TRUE}


def test_an_order_may_name_the_kind_itself() -> None:
    other = cause("other", kind="damper_stuck", family="damper")
    judged = match([alarm(family="damper_stuck")], [cause(), other], PLACES)
    assert judged[0].cause == "other"


def test_a_part_and_its_parent_are_as_good_as_the_asset_and_yield_to_it() -> None:
    loop = Places(parts={"coil": frozenset({"unit"}), "unit": frozenset({"coil"})}, loops={})
    on_coil, on_unit = cause("coil's", "coil"), cause("unit's", "unit")
    assert [j.word for j in match([alarm(asset="unit")], [on_coil], loop)] == [Word.TRUE]
    judged = match([alarm("1", "unit"), alarm("2", "coil")], [on_coil, on_unit], loop)
    assert [j.cause for j in judged] == ["unit's", "coil's"]


def test_the_root_is_credited_for_root_faults_alone() -> None:
    branch = cause("branch", "a.w-toilets", trade="P", discipline="water")
    root = cause("root", "a.w-main", trade="P", discipline="water")
    on_root = alarm(asset="a.w-main", trade="P")
    assert words([on_root], [root]) == ["true"]
    assert words([on_root], [branch]) == ["symptom"], "blind orders on the root find nothing"


def test_a_symptom_one_loop_away_is_no_find() -> None:
    room = PLACES.loops["a.ahu1"]
    assert "a.z-lobby" in room
    assert words([alarm(asset="a.z-lobby")], [cause()]) == ["symptom"]
    assert words([alarm(asset="c.z-east")], [cause()]) == ["false"]


def test_a_gateway_and_what_it_reads_are_one_loop_apart() -> None:
    silent = cause("silent", "gw-a", trade="I", discipline="instrument", building="")
    assert words([alarm(asset="a.ahu1", trade="I")], [silent]) == ["symptom"]
    assert words([alarm(asset="gw-a", trade="I")], [silent]) == ["true"]


def test_an_order_on_a_sensor_that_a_visit_unplugged_is_neither_true_nor_false() -> None:
    def visit(effect: str) -> Visit:
        return Visit(
            cause="valve", order="order", at=day(3), effect=effect, said="returned", judged=True
        )

    first = alarm()
    told = alarm("silent", start=day(4), trade="I", rule="SEN-08")
    unplugged = [visit("sensor_unplugged")]
    assert words([first, told], [cause()], visits=unplugged) == ["true", "left"]
    assert words([first, told], [cause()]) == ["true", "wrong_trade"]
    assert words([first, told], [cause()], visits=[visit("useless")]) == ["true", "wrong_trade"]
    before = alarm("before", start=day(2.5), trade="I")
    other = alarm("other", start=day(4), trade="H")
    late = alarm("late", start=day(3) + LEFT_MS + 1, trade="I")
    assert words([first, before, other, late], [cause()], visits=unplugged) == [
        "true", "wrong_trade", "repeat", "wrong_trade",
    ]  # fmt: skip


def test_orders_on_a_dormant_fault_are_neither_true_nor_false() -> None:
    dormant = cause(visible=None)
    assert words([alarm(), alarm("again", start=day(4))], [dormant]) == ["dormant", "dormant"]
    assert words([alarm(trade="I")], [dormant]) == ["false"], (
        "the wrong people are sent for nothing"
    )


def test_of_two_faults_alike_the_visible_one_is_credited() -> None:
    judged = match([alarm()], [cause("hidden", visible=None), cause("seen")], PLACES)
    assert judged[0].cause == "seen"


def test_a_withdrawn_order_counts_if_anybody_was_told() -> None:
    assert words([alarm(paged=False)], [cause()]) == ["unheard"]
    assert words([alarm(asset="c.ahu1", paged=True)], [cause()]) == ["false"]


def test_an_unheard_order_takes_no_credit_from_one_that_was_heard() -> None:
    alarms = [alarm("quiet", paged=False, start=day(1.5)), alarm("loud")]
    assert words(alarms, [cause()]) == ["unheard", "true"]


def test_an_order_raised_by_a_distractor_is_told_apart() -> None:
    tenant = Distractor(id="tenant", assets=("c.m-main",), start=day(1), end=day(5))
    on_it = alarm(asset="c.m-main", trade="E")
    assert words([on_it], [], [tenant]) == ["distracted"]
    late = alarm(asset="c.m-main", trade="E", start=day(6) + 1)
    assert words([late], [], [tenant]) == ["false"]


def test_a_symptom_of_a_fault_is_no_distractors_and_of_two_the_narrower_is_named() -> None:
    wide = Distractor(id="wide", assets=("a.ahu1", "a.m-main", "a.boiler"), start=0, end=day(9))
    narrow = Distractor(id="narrow", assets=("a.m-main",), start=day(1), end=day(5))
    on_it = alarm(asset="a.m-main", trade="E")
    assert match([on_it], [], PLACES, [wide, narrow])[0].cause == "narrow"
    near = alarm(asset="a.m-plant", trade="E")
    everywhere = Distractor(id="tenant", assets=("a.m-plant",), start=0, end=day(9))
    assert words([near], [cause()], [everywhere]) == ["symptom"]


def test_mending_one_of_two_faults_does_not_find_the_other() -> None:
    alarms = [alarm(family="heating_valve")]
    causes = [cause(family="heating_valve"), cause("damper", family="damper")]
    assert [j.cause for j in match(alarms, causes, PLACES)] == ["valve"]
