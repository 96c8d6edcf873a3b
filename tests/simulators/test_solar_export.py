"""A main board behind which the sun gives more than is used: import stands still, export counts."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from core.batch import Floats
from core.clock import DAY_MS, HOUR_MS
from core.words import Carrier
from simulators.campus import Campus
from simulators.physics.faults import Fault, FaultKind
from simulators.worlds import of_buildings, one_building
from tests.simulators.judged import found
from tests.simulators.parts import SEED, SITE, Readings, same
from tests.simulators.test_accused import WINTER, declaring, kinds, midnight

D, DARK = one_building(SITE, "d"), declaring(one_building(SITE, "d"), "d.pv", pv_kwp=0.0)
DAYS = 7
START = midnight(datetime(2026, 4, 6))  # noqa: DTZ001 - a Monday, local to the site
IMPORT, EXPORT, POWER = "d.m-main.energy", "d.m-main.export_energy", "d.m-main.power"


@cache
def week(*, sunny: bool) -> tuple[Readings, dict[tuple[str, Carrier], float]]:
    """Monday to Sunday, and what was truly used."""
    site = D if sunny else DARK
    campus = Campus(site, SEED, START)
    rows = campus.read("gw-d", START + DAYS * DAY_MS)
    return Readings(rows, site), campus.consumed()


def quarters(point: str) -> Floats:
    return week(sunny=True)[0].of(point)[1]


def test_one_register_stands_still_while_the_other_runs() -> None:
    bought, sold = np.diff(quarters(IMPORT)), np.diff(quarters(EXPORT))
    gives = sold > 0.5
    assert 4 < gives.sum() < 200
    # A quarter of an hour in which a cloud comes may have both.
    assert (bought[gives] == 0.0).mean() > 0.5
    assert (sold[bought > 2.0] == 0.0).mean() > 0.95
    assert sold.sum() > 5.0


def test_power_is_the_difference_of_both_and_below_nought_within_the_declared_span() -> None:
    net = np.diff(quarters(IMPORT)) - np.diff(quarters(EXPORT))
    assert np.abs(quarters(POWER)[1:] - 4.0 * net).max() < 0.15
    low, high = D.points[D.index[POWER]].span
    assert quarters(POWER).min() < -2.0
    assert low < quarters(POWER).min()
    assert quarters(POWER).max() < high


def test_use_is_what_comes_in_less_what_goes_out_and_what_the_panels_gave() -> None:
    """Whatever the sun does; but for voltage, class errors and copper."""
    sun, dark = week(sunny=True)[0], week(sunny=False)[0]
    when = (START, START + DAYS * DAY_MS)
    gave = sun.between("d.pv.power", *when).mean() * 24.0 * DAYS
    used = sun.use(IMPORT, *when) - sun.use(EXPORT, *when) + gave
    assert used == pytest.approx(dark.use(IMPORT, *when), rel=0.01)
    assert dark.use(EXPORT, *when) == 0.0


def test_what_is_truly_used_goes_on_while_the_sun_sells_it() -> None:
    """Of a fault's waste the import register sees nothing then; the export register does."""
    more = Fault(
        id="plugs", kind=FaultKind.PLUG_BASE, asset="d.m-sockets", onset=START, severity=2.0
    )
    bright = declaring(D, "d.pv", pv_kwp=400.0)
    noon = (START + 11 * HOUR_MS, START + 14 * HOUR_MS)
    used, bought = [], []
    for faults in ((), (more,)):
        campus = Campus(bright, SEED, START, faults)
        said = [Readings(campus.read("gw-d", at), bright) for at in noon]
        used.append(campus.consumed()["d", Carrier.ELECTRICITY])
        bought.append(said[1].use(IMPORT, *noon))
    assert bought[1] == pytest.approx(bought[0], abs=0.1)
    # 2 W/m² over the building's floor for fourteen hours.
    area = D.buildings["d"].area_m2
    assert used[1] - used[0] == pytest.approx(0.002 * area * 14.0, rel=0.1)


def test_it_is_the_same_after_a_restart(tmp_path: Path) -> None:
    stop, until = START + DAY_MS // 2, START + DAY_MS
    bright = declaring(D, "d.pv", pv_kwp=400.0)  # gives on any noon
    whole, cut = (Campus(bright, SEED, START) for _ in range(2))
    cut.advance(stop)
    cut.save(tmp_path / "campus")
    again = Campus.load(tmp_path / "campus", bright)
    assert same(again.read("gw-d", until), whole.read("gw-d", until))


def test_it_is_told_of_a_main_that_counts_export() -> None:
    assert "solar_export" in kinds(D, WINTER)
    assert "solar_export" not in kinds(of_buildings(SITE, ["a"]), WINTER)


@pytest.mark.slow
def test_no_rule_minds() -> None:
    site = of_buildings(SITE, ["a", "d"])  # a has the weather
    assert found(site, SEED, (START, 8), nights=14, behind=2) == []
