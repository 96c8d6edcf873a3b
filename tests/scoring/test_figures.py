"""The figures of a score, by hand-made seasons."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest

from analytics.rules import cards
from core.clock import DAY_MS, HOUR_MS
from scoring import baselines
from scoring.figures import figures, scored, verification_right
from scoring.reach import FAMILIES, WITHIN_REACH
from scoring.records import Alarm, Cause, Distractor, Saving, Visit
from scoring.report import report, within_reach
from scoring.season import Readings, Season
from simulators.physics.faults import FaultKind
from simulators.physics.kinds.catalogue import FAULT_KINDS
from tests.scoring.parts import PLACES, SITE, alarm, cause, day

KEYS = {
    "precision", "precision_strict", "precision_low", "recall", "recall_all", "found", "f1",
    "baselines", "time_to_detect_h", "orders_per_fault", "false_alarms_per_building_week",
    "distractors_alarmed", "trade_right", "waste_error", "verification_right", "inconclusive",
    "booked_error", "readings", "by",
}  # fmt: skip


def season(*alarms: Alarm, causes: tuple[Cause, ...] = (), **more: object) -> Season:
    known: dict[str, Any] = {"seed": 1, "start": 0, "end": day(14), "buildings": ("a", "c")}
    return Season(**(known | {"alarms": alarms, "causes": causes} | more))


def of(*seasons: Season) -> dict[str, Any]:
    return figures(scored(seasons, PLACES))


def test_precision_is_strict_about_repeats_and_symptoms() -> None:
    found = of(
        season(
            alarm("1"), alarm("2", start=day(3)), alarm("3", "a.z-lobby"), alarm("4", "c.ahu1"),
            causes=(cause(),),
        )
    )  # fmt: skip
    assert found["orders"] == 4
    assert found["precision_strict"] == 0.25
    assert found["precision"] == 0.75
    assert found["recall"] == 1.0
    assert found["f1"] == 0.4
    assert found["orders_per_fault"] == 3.0
    assert found["false_alarms_per_building_week"] == 0.25


def test_the_wrong_trade_is_found_and_no_recall() -> None:
    found = of(season(alarm(trade="I"), causes=(cause(),)))
    assert (found["recall"], found["found"], found["trade_right"]) == (0.0, 1.0, 0.0)
    assert found["precision_strict"] == 0.0


def test_dormant_faults_stand_outside_recall_and_within_recall_all() -> None:
    hidden = cause("hidden", "c.ahu1", visible=None)
    other = cause("other", "c.ahu2", visible=None)
    found = of(season(alarm(), alarm("2", "c.ahu1"), causes=(cause(), hidden, other)))
    assert (found["recall"], found["recall_all"]) == (1.0, 0.6667)
    assert found["precision_strict"] == 1.0
    assert found["orders"] == 1


def test_time_to_detect_counts_from_the_first_visible_hour_and_the_missed_ones() -> None:
    seen = day(1) + 6 * HOUR_MS
    one = season(alarm(start=seen + 5 * HOUR_MS), causes=(cause(),))
    assert of(one)["time_to_detect_h"] == {"median": 5.0, "p90": 5.0}
    missed = season(
        alarm(start=seen + 5 * HOUR_MS),
        causes=(cause(), cause("m", "c.ahu1"), cause("n", "c.ahu2")),
    )
    assert of(missed)["time_to_detect_h"] == {"median": None, "p90": None}


def test_seeds_do_not_credit_each_other() -> None:
    first = season(alarm("1"))
    second = season(causes=(cause(),), seed=2)
    assert of(first, second)["recall"] == 0.0
    assert of(first, second)["precision_strict"] == 0.0


def test_waste_is_compared_with_the_worlds_and_never_by_a_vanishing_truth() -> None:
    said = alarm(waste={"gas": 15.0})
    real = cause(waste={"gas": 10.0}, use={"gas": 100.0})
    assert of(season(said, causes=(real,)))["waste_error"] == {"n": 1, "median": 0.5, "bias": 0.5}
    none = cause(waste={"gas": 0.0}, use={"gas": 1000.0})
    assert of(season(said, causes=(none,)))["waste_error"]["median"] == 1.5
    dust = cause(waste={"gas": 1e-12}, use={"gas": 1e-9})
    assert of(season(said, causes=(dust,)))["waste_error"]["n"] == 0


def test_a_distractor_is_counted_once_however_often_it_is_alarmed() -> None:
    tenant = Distractor(id="tenant", assets=("c.m-main",), start=0, end=day(14))
    found = of(
        season(
            alarm("1", "c.m-main", trade="E"), alarm("2", "c.m-main", trade="E", start=day(4)),
            distractors=(tenant,),
        )
    )  # fmt: skip
    assert found["distractors_alarmed"] == 1
    assert found["false_alarms_per_building_week"] == 0.5


@pytest.mark.parametrize(
    ("effect", "said", "right"),
    [
        ("effective", "verified", 1.0), ("effective", "refused", 0.0),
        ("effective", "inconclusive", 0.0), ("effective", "waiting", 0.0),
        ("useless", "refused", 1.0), ("useless", "verified", 0.0),
        ("valve_shut", "refused", 1.0), ("valve_shut", "verified", 0.0),
        ("sensor_unplugged", "returned", 1.0), ("sensor_unplugged", "waiting", 1.0),
        ("plant_stopped", "inconclusive", 0.0), ("effective", "returned", 0.0),
        ("partial", "verified", None),
    ],
)  # fmt: skip
def test_verification_is_right_when_it_says_what_the_repair_was(
    effect: str, said: str, right: float | None
) -> None:
    visit = Visit(cause="c", order="o", at=0, effect=effect, said=said, judged=True)
    assert verification_right([visit]) == right


def test_a_visit_that_works_on_another_fault_too_proves_nothing_of_that() -> None:
    def visit(cause: str, effect: str, order: str = "1") -> Visit:
        return Visit(
            cause=cause, order=order, at=day(3), effect=effect, said="verified", judged=True
        )

    valve, sensor = cause(), cause("sensor", trade="I")
    visits = (visit(valve.id, "effective"), visit(sensor.id, "useless"))
    found = of(season(alarm("1"), causes=(valve, sensor), visits=visits))
    assert found["verification_right"] == 1.0
    uncredited = of(season(alarm("1", "c.ahu1"), causes=(valve, sensor), visits=visits))
    assert uncredited["verification_right"] == 0.5, "an order on nothing is judged by all of it"


def test_a_repair_whose_mode_did_not_come_is_nobodys_mistake() -> None:
    visit = Visit(cause="c", order="o", at=0, effect="useless", said="verified", judged=False)
    assert verification_right([visit]) is None


def test_air_handlers_have_figures_of_their_own_and_savings_add_up() -> None:
    leak = cause("leak", "c.w-main", kind="water_leak", family="leak", trade="P")
    one = msgspec.structs.replace(
        season(alarm(), alarm("late", "c.w-main", trade="P"), causes=(cause(), leak)),
        savings=(
            Saving(cause="leak", order="1", at=1, saved={"water": 4.0}),
            Saving(cause="leak", order="1", at=0),
            Saving(cause="valve", order="2", at=2, saved={"water": 1.0, "gas": 3.0}),
        ),
    )  # fmt: skip
    whole = report([one], SITE)
    part = whole["air_handlers"]
    assert isinstance(part, dict)
    assert (part["faults"], part["orders"], part["recall"]) == (1, 1, 1.0)
    assert whole["saved"] == {
        "visits": 3, "saving": 2, "by_carrier": {"gas": 3.0, "water": 5.0}
    }  # fmt: skip


def test_the_report_has_the_keys_that_others_read() -> None:
    whole = report([season(alarm(family="heating_valve"), causes=(cause(),))], SITE)
    assert set(whole) >= KEYS
    by: Any = whole["by"]
    assert set(by) == {"discipline", "kind", "severity", "rule"}
    same = KEYS - {"baselines", "readings", "by"}
    for lines in by.values():
        assert lines
        for line in lines.values():
            assert set(line) >= same
    assert by["rule"]["FC-15"]["precision_strict"] == 1.0
    assert by["rule"]["FC-15"]["recall"] is None
    assert by["kind"]["heat_valve_passes"]["recall"] == 1.0


def test_a_false_alarm_falls_on_the_discipline_it_speaks_of() -> None:
    whole = report([season(alarm("1"), alarm("2", "c.ahu1"), causes=(cause(),))], SITE)
    by: Any = whole["by"]
    assert by["discipline"]["air"]["precision_strict"] == 0.5


def test_blind_orders_on_the_roots_find_nothing_below_them() -> None:
    causes = (cause(), cause("leak", "a.w-toilets", trade="P", discipline="water"))
    whole: Any = report([season(causes=causes)], SITE)
    blind = whole["baselines"]["blind"]
    assert blind["orders"] == len(SITE.buildings) * 6 * 3
    assert blind["recall"] == 0.0


def test_orders_for_faults_of_another_time_are_found_out() -> None:
    causes = tuple(
        cause(f"f{i}", asset, onset=day(d), visible=day(d), end=day(d) + DAY_MS // 2)
        for i, (asset, d) in enumerate([("a.ahu1", 1), ("a.ahu2", 20), ("c.ahu1", 40)])
    )
    alarms = [alarm(f"o{i}", c.asset, start=c.onset + HOUR_MS) for i, c in enumerate(causes)]
    whole: Any = report([season(*alarms, causes=causes, end=day(56))], SITE)
    assert whole["recall"] == 1.0
    assert whole["baselines"]["shuffled"]["recall"] < 0.1
    assert whole["baselines"]["shuffled_anywhere"]["recall"] < 0.1


def test_an_order_on_a_fault_that_lasts_long_is_no_chance() -> None:
    """From day 1 to 27 of 56: anywhere in the run it mostly covers its own order still."""
    found = cause("f", "a.ahu1", onset=day(1), visible=day(1), end=day(27))
    whole: Any = report([season(alarm("o", "a.ahu1", start=day(26)), causes=(found,),
                                end=day(56))], SITE)  # fmt: skip
    assert whole["recall"] == 1.0
    assert whole["baselines"]["shuffled"]["recall"] == 0.0
    assert whole["baselines"]["shuffled_anywhere"]["recall"] > 0.5


def test_an_order_of_another_fault_is_chance() -> None:
    """A fault that lasts to the end has no room: it goes where least of it was, to the start."""
    short = cause("s", "a.ahu1", onset=day(2), visible=day(2), end=day(3))
    long = cause("l", "a.ahu1", onset=day(10), visible=day(10), end=None)
    on_the_short = alarm("o", "a.ahu1", start=day(2) + HOUR_MS)
    whole: Any = report([season(on_the_short, causes=(short, long), end=day(56))], SITE)
    assert whole["baselines"]["shuffled"]["recall"] == 0.5


def test_a_moved_fault_is_as_long_and_within_the_run() -> None:
    moved = baselines.shuffled([cause(onset=day(3), end=day(5), visible=day(4))], 0, day(14), 3)
    assert len(moved) == 1
    one = moved[0]
    assert one.end is not None
    assert one.visible is not None
    assert (one.end - one.onset, one.visible - one.onset) == (day(2), day(1))
    assert 0 <= one.onset <= one.end <= day(14)


@pytest.mark.parametrize("draw", range(20))
def test_a_moved_fault_leaves_its_own_time_and_the_grace_after_it(draw: int) -> None:
    of = cause(onset=day(20), end=day(24), visible=day(21))
    (one,) = baselines.shuffled([of], 0, day(56), draw)
    assert one.end is not None
    assert one.end + DAY_MS < of.onset or one.onset > day(24) + DAY_MS
    assert 0 <= one.onset <= one.end <= day(56)


def test_one_threshold_alarms_once_an_asset_and_only_outside_what_was_healthy() -> None:
    days = np.full((len(SITE.points), 20), 5.0) + np.arange(20, dtype=np.float64) % 2
    jumps, silent = SITE.index["a.ahu1.sat"], SITE.index["a.ahu2.sat"]
    days[jumps, 16:] = 50.0
    days[silent, :12] = np.nan
    days[silent, 16:] = 50.0
    alarms = baselines.threshold(SITE, days, start=0, run_in=14)
    assert [(a.asset, a.start, a.trade) for a in alarms] == [("a.ahu1", 3 * DAY_MS, "H")]


def test_recall_within_reach_leaves_out_what_no_rule_reads() -> None:
    causes = (cause(), cause("odd", "c.ahu1", kind="belt_slips"))
    seen = day(1) + 6 * HOUR_MS
    assert within_reach([season(alarm(start=seen + 5 * HOUR_MS), causes=causes)], SITE) == {
        "recall_within_reach": 1.0,
        "time_to_detect_within_reach_h": {"median": 5.0, "p90": 5.0},
    }


def test_what_is_within_reach_is_a_kind_and_has_a_reason() -> None:
    assert set(WITHIN_REACH) <= {kind.value for kind in FaultKind}
    assert all(len(reason.split()) > 5 for reason in WITHIN_REACH.values())


def test_families_are_words_of_rules_and_of_the_truth() -> None:
    assert set(FAMILIES) == {card.family for card in cards()}
    assert set(FAMILIES.values()) <= {kind.family for kind in FAULT_KINDS.values()}


def test_readings_add_up_over_seeds() -> None:
    one = season(readings=Readings(sent=5, stored=4, lost=1))
    two = season(readings=Readings(sent=3, stored=3), seed=2)
    whole: Any = report([one, two], SITE)
    assert whole["readings"] == {
        "sent": 8, "stored": 7, "quarantined": 0, "lost": 1, "duplicated": 0, "invented": 0,
    }  # fmt: skip
