"""Humidity of rooms, and an air handler that dries: it cools and heats at once, and is right to."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import cache, reduce
from pathlib import Path

import numpy as np
import pytest

from core.clock import DAY_MS, HOUR_MS
from core.roles import ROLES
from core.site import Site
from simulators.abreast import Abreast
from simulators.campus import Campus
from simulators.physics.weather.moist import held, relative_of
from tests.simulators.judged import found
from tests.simulators.parts import SEED, Readings, same
from tests.simulators.test_accused import WINTER, A, by_day, declaring, kinds, lived, midnight

DAMP = datetime(2026, 5, 25)  # noqa: DTZ001 - a Monday, local to the site
DAYS = 3


def pointing(site: Site, *added: tuple[str, str]) -> Site:
    """The site with points of equipment and role besides its own."""
    points = list(site.points)
    for equipment, role in added:
        like = next(p for p in points if p.equipment == equipment)
        points.append(replace(
            like, id=f"{equipment}.{role}", role=ROLES[role], span=ROLES[role].span, lively=0.0
        ))  # fmt: skip
    return replace(site, points=tuple(points))


# An archive has no radiators: they would take the heat that is there to dry, and warm the rooms.
AIRY = reduce(
    lambda site, zone: declaring(site, zone, radiator_capacity=0.0),
    [e.id for e in A.equipment.values() if "radiator_capacity" in e.parameters], A,
)  # fmt: skip
SHOWN = pointing(
    AIRY, ("a.z-south", "zone_rh"), ("a.z-north", "zone_rh"), ("a.ahu1", "reheat_mode")
)
DRYING = declaring(
    declaring(SHOWN, "a.ahu1", dehumidifies=True, humidity_limit=50.0),
    "a.boiler", makes_process_heat=True,
)  # fmt: skip


@cache
def usual(first: datetime = DAMP) -> Readings:
    return lived(SHOWN, first, DAYS)


@cache
def dried() -> Readings:
    return lived(DRYING, DAMP, DAYS)


class TestHumidity:
    """Of rooms, whatever dries them."""

    def test_rooms_are_dry_in_winter_and_damp_before_summer(self) -> None:
        winter, spring = (by_day(usual(d), "a.z-south.zone_rh") for d in (WINTER, DAMP))
        assert 20.0 < winter.min() < winter.max() < 50.0
        assert 50.0 < np.median(spring) < 70.0
        assert spring.max() <= 100.0

    def test_people_add_water_to_what_the_street_brings(self) -> None:
        """Grams: outdoors less indoors on a winter's day is what people breathed out."""
        readings = usual(WINTER)
        warm, wet = (by_day(readings, f"a.z-south.{r}") for r in ("zone_temp", "zone_rh"))
        cold, damp = (by_day(readings, f"a.weather.{r}") for r in ("oat", "oah"))
        more = held(warm, wet) - held(cold, damp)
        assert 0.1 < np.median(more) < 3.0

    def test_chilled_water_dries_the_air_while_it_cools(self) -> None:
        """Nights are damper than days in a warm week: nothing dries then."""
        day, night = (by_day(usual(), "a.z-south.zone_rh", h) for h in ((10, 17), (2, 6)))
        assert np.median(night) > np.median(day) + 2.0

    def test_air_holds_what_it_held(self) -> None:
        warm, share = np.array([-5.0, 8.0, 22.0, 33.0]), np.array([90.0, 60.0, 50.0, 70.0])
        assert relative_of(warm, held(warm, share)) == pytest.approx(share)
        assert held(np.array([22.0]), np.array([50.0])) == pytest.approx([8.2], abs=0.1)

    def test_a_site_without_such_points_says_the_same(self) -> None:
        bare = lived(AIRY, WINTER, 1)
        for point in ("a.ahu1.sat", "a.z-south.zone_temp", "a.m-main.energy"):
            with_them = usual(WINTER).between(point, 0, midnight(WINTER) + DAY_MS)
            assert np.array_equal(bare.of(point)[1], with_them), point


class TestReheat:
    """An archive's air handler on damp spring days."""

    def test_both_valves_are_open_and_the_rooms_are_drier(self) -> None:
        heat, cool = (by_day(dried(), f"a.ahu1.{v}_valve") for v in ("heat", "cool"))
        assert ((heat > 5.0) & (cool > 5.0)).mean() > 0.5
        assert by_day(usual(), "a.ahu1.heat_valve").max() == 0.0
        wet, dry = (np.median(by_day(r, "a.z-south.zone_rh")) for r in (usual(), dried()))
        assert dry < wet - 3.0
        one, other = (by_day(r, "a.z-north.zone_rh") for r in (usual(), dried()))
        assert np.abs(one - other).max() < 1.0
        assert by_day(dried(), "a.ahu1.reheat_mode").mean() > 0.9

    def test_the_supply_is_as_warm_as_it_is_wanted(self) -> None:
        off = by_day(dried(), "a.ahu1.sat") - by_day(dried(), "a.ahu1.sat_sp")
        assert abs(np.median(off)) < 0.5

    def test_the_cooling_coil_comes_first(self) -> None:
        entering, leaving, into, out = (
            by_day(dried(), f"a.ahu1.{r}") for r in ("ccet", "cclt", "hcet", "hclt")
        )
        mixed = by_day(dried(), "a.ahu1.mat")
        assert np.median(np.abs(entering - mixed)) < 0.7
        assert np.median(entering - leaving) > 6.0
        assert np.median(np.abs(into - leaving)) < 0.6
        assert np.median(out - into) > 0.5

    def test_it_costs_heat_and_cold(self) -> None:
        when = (midnight(DAMP), midnight(DAMP) + DAYS * DAY_MS)
        gas, power = (
            [r.use(f"a.{m}", *when) for r in (usual(), dried())]
            for m in ("g-main.gas_volume", "m-plant.energy")
        )
        assert gas[1] > gas[0] + 10.0
        assert power[1] > power[0]

    def test_it_is_the_same_after_a_restart(self, tmp_path: Path) -> None:
        stop, until = midnight(DAMP) + 10 * HOUR_MS + 2 * 60_000, midnight(DAMP) + DAY_MS
        whole, cut = (Campus(DRYING, SEED, midnight(DAMP)) for _ in range(2))
        cut.advance(stop)
        cut.save(tmp_path / "campus")
        again = Campus.load(tmp_path / "campus", DRYING)
        assert same(again.read("gw-a", until), whole.read("gw-a", until))

    def test_it_is_told(self) -> None:
        assert "reheat" in kinds(DRYING, DAMP)
        assert not {"reheat", "heat_at_zero"} & kinds(DRYING, WINTER)
        assert "reheat" not in kinds(SHOWN, DAMP)

    @pytest.mark.slow
    def test_rules_that_are_told_of_it_are_silent_and_one_that_is_not_accuses_it(self) -> None:
        when = (midnight(DAMP), 5)
        assert found(DRYING, SEED, when, nights=3, behind=2) == []
        archive = declaring(A, "a.ahu1", dehumidifies=True, humidity_limit=50.0)
        naive = found(archive, SEED, when, judged_by=A, nights=3, behind=2)
        assert {("AC-04", "a.ahu1"), ("HTG-07", "a.boiler")} <= set(naive)

    def test_it_is_the_same_beside_a_world_that_dries_nothing(self) -> None:
        start, until = midnight(DAMP), midnight(DAMP) + 12 * HOUR_MS
        alone, beside = Campus(DRYING, SEED, start), Campus(DRYING, SEED, start)
        other = Campus(A, SEED, start)
        for campus in (other, beside):
            campus.advance(start)  # settles
        Abreast([other, beside]).advance(until)
        assert same(beside.read("gw-a", until), alone.read("gw-a", until))
        bare = Campus(A, SEED, start)
        assert same(other.read("gw-a", until), bare.read("gw-a", until))
