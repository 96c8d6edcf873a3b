"""Healthy plant that naive rules accuse: it does what it is said to do, and no rule minds."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from core.batch import Columns, Floats
from core.clock import DAY_MS, HOUR_MS
from core.site import Site
from simulators.accused import accused
from simulators.campus import Campus
from simulators.physics.weather.climate import DEFAULT_CLIMATE
from simulators.worlds import one_building
from tests.simulators.judged import found
from tests.simulators.parts import SEED, SITE, Readings, same

A = one_building(SITE, "a")
DAYS = 4
WINTER = datetime(2026, 1, 12)  # noqa: DTZ001 - a Monday, local to the site


def declaring(site: Site, asset: str, **more: float | bool) -> Site:
    """The site with parameters of one asset besides its own."""
    one = site.equipment[asset]
    ours = replace(one, parameters={**one.parameters, **more})
    return replace(site, equipment={**site.equipment, asset: ours})


def midnight(day: datetime) -> int:
    """Local to the site, UTC. [ms]"""
    return int(day.replace(tzinfo=ZoneInfo(SITE.timezone)).timestamp() * 1000)


def lived(site: Site, first: datetime, days: int = DAYS) -> Readings:
    """What building A said from a Monday on, with three days behind it."""
    campus = Campus(site, SEED, midnight(first))
    for _ in campus.history(3, 1):
        pass
    until = midnight(first) + days * DAY_MS
    rows = Columns.joined([campus.read(g, until) for g in sorted(site.gateways)])
    return Readings(rows.keep(np.argsort(rows.at, kind="stable")), site)


def by_day(readings: Readings, point: str, hours: tuple[float, float] = (9.0, 17.0)) -> Floats:
    """A point's values within some hours of the days."""
    when, values = readings.of(point)
    hour = ((when + 8 * HOUR_MS) % DAY_MS) / HOUR_MS
    return values[(hour > hours[0]) & (hour < hours[1])]


def kinds(site: Site, first: datetime) -> set[str]:
    return {d.kind for d in accused(site, midnight(first), 14, DEFAULT_CLIMATE)}


class TestDemandVentilation:
    """Outdoor air that follows carbon dioxide."""

    FULL = declaring(A, "a.z-south", people=380.0)
    SITE = declaring(FULL, "a.ahu1", demand_ventilation=True)

    @classmethod
    @cache
    def usual(cls) -> Readings:
        return lived(cls.FULL, WINTER)

    @classmethod
    @cache
    def demanded(cls) -> Readings:
        return lived(cls.SITE, WINTER)

    def test_it_goes_below_and_above_the_declared_least(self) -> None:
        least = 100.0 * self.SITE.equipment["a.ahu1"].number("oa_min", 0.0)
        early, late = (
            by_day(self.demanded(), "a.ahu1.oa_damper", hours) for hours in ((7.2, 7.8), (14, 17))
        )
        assert np.median(early) < 0.7 * least
        assert np.median(late) > 1.5 * least
        assert by_day(self.usual(), "a.ahu1.oa_damper").min() >= least - 1.0

    def test_the_rooms_have_less_carbon_dioxide_where_they_had_too_much(self) -> None:
        rooms = [f"{zone}.zone_co2" for zone in self.SITE.equipment["a.ahu1"].feeds]
        worst = [
            max(np.percentile(by_day(of, room), 99) for room in rooms)
            for of in (self.usual(), self.demanded())
        ]
        assert worst[1] < worst[0] - 100.0

    def test_it_is_the_same_after_a_restart(self, tmp_path: Path) -> None:
        stop, until = midnight(WINTER) + 10 * HOUR_MS + 2 * 60_000, midnight(WINTER) + DAY_MS
        whole, cut = (Campus(self.SITE, SEED, midnight(WINTER)) for _ in range(2))
        cut.advance(stop)
        cut.save(tmp_path / "campus")
        again = Campus.load(tmp_path / "campus", self.SITE)
        assert same(again.read("gw-a", until), whole.read("gw-a", until))

    def test_it_is_told(self) -> None:
        assert "demand_ventilation" in kinds(self.SITE, WINTER)
        assert "demand_ventilation" not in kinds(self.FULL, WINTER)

    def test_a_rule_that_is_told_of_it_is_silent_and_one_that_is_not_accuses_it(self) -> None:
        when = (midnight(WINTER), DAYS + 1)
        assert found(self.SITE, SEED, when, nights=3, behind=3) == []
        naive = found(self.SITE, SEED, when, judged_by=self.FULL, nights=3, behind=3)
        assert set(naive) == {("AC-08", "a.ahu1")}
