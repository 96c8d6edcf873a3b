"""What a reading meets on its way: layers in a mixing box, a pipe's wall, a line cut by plan."""

from __future__ import annotations

from functools import cache

import msgspec
import numpy as np
import pytest

from core.clock import DAY_MS, HOUR_MS
from core.site import DayMode
from simulators.campus import Campus
from simulators.distractors import told
from simulators.physics.people.happenings import HappeningKind
from simulators.staging import declared, staged
from simulators.worlds import of_buildings, one_building
from tests.simulators.judged import found
from tests.simulators.parts import SEED, SITE, START, Readings, at, same
from tests.simulators.test_accused import WINTER, by_day, kinds, midnight
from tests.simulators.test_accused import lived as lived_from
from tests.simulators.test_distractors import A, happening, lived

K = HappeningKind
B, WITH_B = one_building(SITE, "b"), of_buildings(SITE, ["a", "b"])  # a has the weather
COLD = midnight(WINTER)


class TestLayers:
    """A mixed air sensor in a layer of outdoor air."""

    LAYERED = happening(K.LAYERED_AIR, COLD - 5 * DAY_MS, COLD + 9 * DAY_MS, asset="a.ahu1",
                        size=0.12)  # fmt: skip

    @classmethod
    @cache
    def both(cls) -> tuple[Readings, Readings]:
        """Usual, and with layers."""
        made = []
        for happenings in ((), (cls.LAYERED,)):
            campus = Campus(A, SEED, COLD, happenings=happenings)
            made.append(Readings(campus.read("gw-a", COLD + DAY_MS), A))
        return made[0], made[1]

    def test_the_sensor_reads_colder_in_winter_and_nothing_follows_it(self) -> None:
        usual, layered = self.both()
        day = (COLD + 9 * HOUR_MS, COLD + 17 * HOUR_MS)
        off = layered.between("a.ahu1.mat", *day) - usual.between("a.ahu1.mat", *day)
        assert -3.0 < np.median(off) < -1.0
        for point in ("a.ahu1.sat", "a.ahu1.hcet", "a.ahu1.heat_valve", "a.ahu2.mat"):
            assert np.array_equal(layered.of(point)[1], usual.of(point)[1]), point

    def test_a_standing_unit_has_no_layers(self) -> None:
        usual, layered = self.both()
        night = (COLD + HOUR_MS, COLD + 5 * HOUR_MS)
        assert np.array_equal(
            layered.between("a.ahu1.mat", *night), usual.between("a.ahu1.mat", *night)
        )

    @pytest.mark.slow
    @pytest.mark.parametrize("start", [COLD, START])
    def test_no_rule_minds(self, start: int) -> None:
        box = msgspec.structs.replace(self.LAYERED, start=start - 9 * DAY_MS)
        box = msgspec.structs.replace(box, end=start + 9 * DAY_MS)
        both = (box, msgspec.structs.replace(box, id="other", asset="a.ahu2"))
        assert found(A, SEED, (start, 5), happenings=both, nights=3, behind=3) == []


class TestLineCut:
    """Two days without a line, a meter changed meanwhile, and everything afterwards."""

    FROM, UNTIL = at(2, 9.0), at(4, 7.0)
    CUT = happening(K.LINE_CUT, FROM, UNTIL, asset="a.m-sockets")

    @classmethod
    @cache
    def lives(cls) -> tuple[Readings, Readings]:
        """Usual, and cut."""
        return lived((), at(5))[1], lived((cls.CUT,), at(5))[1]

    def test_nothing_comes_until_it_is_up_and_then_all_of_it_does(self) -> None:
        campus = Campus(A, SEED, START, happenings=(self.CUT,))
        first = campus.read("gw-a", self.FROM + 20 * HOUR_MS)
        assert first.at.max() <= self.FROM + 60_000
        between = campus.read("gw-a", self.UNTIL - 60_000)
        assert len(between) == 0
        rest = campus.read("gw-a", self.UNTIL + 4 * HOUR_MS)
        assert (rest.at < self.UNTIL).sum() > 100_000
        usual = Campus(A, SEED, START).read("gw-a", self.UNTIL + 4 * HOUR_MS)
        assert len(first) + len(rest) == len(usual)

    def test_the_meter_begins_anew_in_the_middle_and_the_others_run_through(self) -> None:
        usual, cut = self.lives()
        half = (self.FROM + self.UNTIL) // 2
        dial = "a.m-sockets.energy"
        assert cut.between(dial, half, at(5))[0] < 0.2 * cut.between(dial, at(1), half)[-1]
        used = [r.use(dial, half + HOUR_MS, at(5)) for r in (cut, usual)]
        assert used[0] == pytest.approx(used[1], abs=0.02)
        for point in ("a.m-main.energy", "a.ahu1.sat", "a.w-main.volume"):
            assert np.array_equal(cut.of(point)[1], usual.of(point)[1]), point

    def test_it_is_announced_for_the_building_and_told_of_all_that_is_silent(self) -> None:
        [entry] = declared(A, [self.CUT]).calendar[len(A.calendar) :]
        assert (entry.mode, entry.scope) == (DayMode.MAINTENANCE, "a")
        assert set(told(A, self.CUT).assets) == {p.equipment for p in A.points}
        drawn = [h for h in staged(SITE, 1, START, 14, chance=1.0).happenings
                 if h.kind is K.LINE_CUT]  # fmt: skip
        assert len(drawn) == len(SITE.buildings)
        assert all(36 * HOUR_MS <= h.end - h.start <= 54 * HOUR_MS for h in drawn)

    def test_it_is_the_same_however_time_is_cut(self) -> None:
        whole, cut = (Campus(A, SEED, START, happenings=(self.CUT,)) for _ in range(2))
        for stop in range(START + 5 * HOUR_MS, at(4), 7 * HOUR_MS):
            cut.advance(stop)
        assert same(cut.read("gw-a", at(5)), whole.read("gw-a", at(5)))

    @pytest.mark.slow
    def test_no_order_while_it_lasts_nor_after_and_unannounced_it_is_a_silence(self) -> None:
        site = declared(A, [self.CUT])

        def raised(days: int, *, announced: bool = True) -> set[tuple[str, str]]:
            told_of = site if announced else A
            return set(
                found(site, SEED, (START, days), judged_by=told_of, happenings=(self.CUT,),
                      nights=10, behind=3)
            )  # fmt: skip

        assert raised(3) == set()
        assert raised(7) == set()
        assert ("SEN-08", "gw-a") in raised(3, announced=False)


class TestStation:
    """A sensor on the outside of a pipe reads less than the water within; a pump of one speed."""

    @classmethod
    @cache
    def days(cls) -> Readings:
        return lived_from(B, WINTER, 2)

    def test_a_loop_of_constant_flow_has_a_small_spread(self) -> None:
        by = (10.0, 16.0)
        flow = by_day(self.days(), "b.h-main.hw_flow", by)
        assert np.ptp(flow) < 0.02 * flow.mean()
        leaving, entering = (by_day(self.days(), f"b.station.hw_{r}", by)
                             for r in ("leaving", "entering"))  # fmt: skip
        low, high = np.percentile(leaving - entering, [10, 90])
        assert 1.5 < low < high < 7.0

    def test_the_primary_return_lies_below_the_secondary_one_and_no_rule_minds(self) -> None:
        readings = self.days()
        runs = readings.of("b.station.primary_flow")[1] > 0.5
        primary, secondary = (readings.of(f"b.station.{r}_entering")[1] for r in ("primary", "hw"))
        below = (secondary - primary)[runs]
        assert (below > 0.2).mean() > 0.6
        assert found(WITH_B, SEED, (COLD, 3), nights=3, behind=2) == []

    def test_it_is_told_while_it_heats(self) -> None:
        assert {"returns_crossed", "constant_flow"} <= kinds(B, WINTER)
        assert "returns_crossed" not in kinds(B, WINTER.replace(month=7))
        assert "returns_crossed" not in kinds(A, WINTER)
