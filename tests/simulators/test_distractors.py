"""What is nobody's fault: drawn for a seed, acts by physics, is declared, and raises nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from analytics.calendar import Calendar
from core.batch import Columns
from core.clock import DAY_MS, HOUR_MS
from core.site import DayMode, Site
from core.words import Carrier
from plantroom.season import first_day
from simulators.campus import Campus
from simulators.days import Days
from simulators.distractors import ABOUT, Distractor, write_distractors
from simulators.physics.people.happenings import Happening, HappeningKind
from simulators.staging import declared, staged
from simulators.worlds import one_building
from tests.servers import long_one
from tests.simulators.judged import found
from tests.simulators.parts import SEED, SITE, START, Readings, at, same

K = HappeningKind
A = one_building(SITE, "a")
DAYS = 14


def happening(kind: HappeningKind, first: int, last: int, **more: object) -> Happening:
    """One in building A, of a size that is drawn."""
    asset, point, size = more.get("asset", ""), more.get("point", ""), more.get("size")
    about = ABOUT.get(kind)
    middle = 0.5 if about is None else float(np.sqrt(about.span[0] * about.span[1]))
    return Happening(
        id=kind.value, kind=kind, building="a", asset=str(asset), point=str(point),
        start=first, end=last, size=float(str(size)) if size is not None else middle,
    )  # fmt: skip


def lived(happenings: Sequence[Happening], until: int, site: Site = A) -> tuple[Campus, Readings]:
    campus = Campus(declared(site, happenings), SEED, START, happenings=happenings)
    rows = Columns.joined([campus.read(g, until) for g in sorted(site.gateways)])
    return campus, Readings(rows.keep(np.argsort(rows.at, kind="stable")), site)


@pytest.fixture(scope="module")
def usual() -> tuple[Campus, Readings]:
    """Building A on which nothing happens, Monday to Wednesday."""
    return lived((), at(4))


def test_a_seed_brings_the_same_ones_always_and_another_seed_others() -> None:
    assert staged(SITE, 1, START, DAYS) == staged(SITE, 1, START, DAYS)
    drawn = [{h.id for h in staged(SITE, seed, START, DAYS).happenings} for seed in range(4)]
    assert len({frozenset(ids) for ids in drawn}) == 4
    some = [len(ids) for ids in drawn]
    assert 0.3 * len(ABOUT) < np.mean(some) / len(SITE.buildings) < len(ABOUT)


def test_all_kinds_come_and_more_than_fifteen_of_them() -> None:
    everything = staged(SITE, 1, START, DAYS, chance=1.0)
    kinds = {d.kind for d in everything.distractors}
    assert {kind.value for kind in ABOUT} <= kinds
    assert len(ABOUT) >= 15
    assert {"free_cooling", "data_room", "night_setback"} <= kinds
    winter = staged(SITE, 1, at(270), DAYS, chance=1.0)
    summer = staged(SITE, 1, at(90), DAYS, chance=1.0)
    assert [s.kind.value for s in winter.spells + summer.spells] == ["cold_snap", "heat_wave"]
    names = {d.kind for d in summer.distractors}
    assert {"heat_wave", "heat_at_zero"} <= names


def test_a_sensor_that_controls_is_not_unplugged_while_its_plant_runs() -> None:
    for seed in range(20):
        for one in staged(SITE, seed, START, DAYS, chance=1.0).happenings:
            assert one.point not in {"sat", "rat", "oat", "zone_temp", "hw_leaving"}
            assert one.end > one.start
            assert one.start % 60_000 == one.end % 60_000 == 0


@pytest.mark.parametrize(
    ("kind", "more", "carrier"),
    [
        (K.OVERTIME, {"first": at(2, 18.5), "last": at(2, 22)}, Carrier.ELECTRICITY),
        (K.NEW_TENANT, {"first": at(2), "last": at(4)}, Carrier.ELECTRICITY),
        (K.NEW_PLANT, {"first": at(2), "last": at(4)}, Carrier.ELECTRICITY),
        (K.HIGH_BASE, {"first": at(2), "last": at(4)}, Carrier.ELECTRICITY),
        (K.WARM_CORE, {"first": at(2), "last": at(4), "asset": "a.z-meet"}, Carrier.ELECTRICITY),
        (K.CLEANERS, {"first": at(2), "last": at(4)}, Carrier.ELECTRICITY),
        (K.ONE_PHASE, {"first": at(2), "last": at(4), "asset": "a.m-sockets"},
         Carrier.ELECTRICITY),
        (K.PUMP_TEST, {"first": at(2), "last": at(4), "asset": "a.m-pumps"}, Carrier.ELECTRICITY),
        (K.TANK_CLEANED, {"first": at(2, 22), "last": at(3, 4), "asset": "a.w-main"},
         Carrier.WATER),
        (K.TOWER_FILLED, {"first": at(2, 9), "last": at(2, 12), "asset": "a.w-tower"},
         Carrier.WATER),
        (K.NIGHT_FLUSHES, {"first": at(2), "last": at(4), "asset": "a.w-toilets"}, Carrier.WATER),
        # It comes every third night.
        (K.SOFTENER, {"first": at(1), "last": at(4), "asset": "a.w-main"}, Carrier.WATER),
        (K.STEADY_DRAW, {"first": at(2), "last": at(4), "asset": "a.w-toilets"}, Carrier.WATER),
    ],
)  # fmt: skip
def test_each_uses_more_from_its_start_on_and_nothing_before(
    kind: HappeningKind, more: dict[str, int | str], carrier: Carrier,
    usual: tuple[Campus, Readings],
) -> None:  # fmt: skip
    first, last = int(more["first"]), int(more["last"])
    campus, readings = lived([happening(kind, first, last, asset=more.get("asset", ""))], at(4))
    assert campus.consumed()["a", carrier] > usual[0].consumed()["a", carrier] * 1.00001
    # Other people on a day draw other water through all of that day.
    midnight = first - (first - START) % DAY_MS
    before = usual[1].rows.keep(usual[1].rows.at <= midnight)
    assert same(readings.rows.keep(readings.rows.at <= midnight), before)


@pytest.mark.parametrize(("kind", "hours"), [(K.SHUTDOWN, 8.0), (K.POWER_CUT, 0.5)])
def test_without_the_mains_only_the_data_room_runs(
    kind: HappeningKind, hours: float, usual: tuple[Campus, Readings]
) -> None:
    first = at(2, 10)
    campus, readings = lived([happening(kind, first, first + int(hours * HOUR_MS))], at(4))
    inside = (first + 15 * 60_000, first + int(hours * HOUR_MS))
    assert readings.between("a.m-sockets.power", *inside).max() == 0.0
    assert readings.between("a.m-data.power", *inside).min() > 5.0
    assert readings.between("a.ahu1.fan_status", *inside).max() == 0.0
    assert usual[1].between("a.ahu1.fan_status", *inside).min() == 1.0
    assert readings.between("a.ahu1.fan_status", at(3, 10), at(3, 11)).min() == 1.0
    use = Carrier.ELECTRICITY
    assert campus.consumed()["a", use] < usual[0].consumed()["a", use]


def test_daylight_dims_the_lights_of_a_bright_day(usual: tuple[Campus, Readings]) -> None:
    _, readings = lived([happening(K.DAYLIGHT, at(1), at(4))], at(4))
    noon, night = (at(2, 11), at(2, 14)), (at(2, 0), at(2, 4))
    point = "a.m-sockets.energy"
    assert readings.use(point, *noon) < 0.99 * usual[1].use(point, *noon)
    assert readings.use(point, *night) == pytest.approx(usual[1].use(point, *night), abs=0.02)


def test_a_sensor_in_somebodys_hands_and_one_that_calibrates_itself(
    usual: tuple[Campus, Readings],
) -> None:
    tended = happening(K.SENSOR_TENDED, at(2, 10), at(2, 12), asset="a.ahu1", point="mat")
    co2 = happening(K.CO2_CALIBRATED, at(2), at(4), asset="a.z-south", point="zone_co2", size=60)
    _, readings = lived([tended, co2], at(4))
    assert readings.between("a.ahu1.mat", at(2, 10), at(2, 11)).min() > 100.0
    held = readings.between("a.ahu1.mat", at(2, 11), at(2, 12))
    assert np.median(held - usual[1].between("a.ahu1.mat", at(2, 11), at(2, 12))) > 2.0
    after = readings.between("a.ahu1.mat", at(2, 12), at(4))
    assert np.array_equal(after, usual[1].between("a.ahu1.mat", at(2, 12), at(4)))
    lower = usual[1].between("a.z-south.zone_co2", at(2), at(4)) - readings.between(
        "a.z-south.zone_co2", at(2), at(4)
    )
    assert np.median(lower) == pytest.approx(60.0, abs=1.0)
    assert np.array_equal(  # nothing looks at either
        readings.of("a.ahu1.sat")[1], usual[1].of("a.ahu1.sat")[1]
    )


@pytest.mark.parametrize("meter", ["a.m-sockets", "a.w-main"])
def test_a_meter_that_is_changed_begins_anew_and_the_building_uses_what_it_used(
    meter: str, usual: tuple[Campus, Readings]
) -> None:
    work = happening(K.METER_CHANGED, at(2, 10), at(2, 12), asset=meter)
    campus, readings = lived([work], at(4))
    dial = f"{meter}.energy" if ".m-" in meter else f"{meter}.volume"
    before, after = (at(1), at(2, 11)), (at(2, 11), at(4))
    assert np.array_equal(readings.between(dial, *before), usual[1].between(dial, *before))
    assert readings.between(dial, *after)[0] < 0.2 * readings.between(dial, *before)[-1]
    assert readings.use(dial, *after) == pytest.approx(usual[1].use(dial, *after), abs=0.02)
    assert campus.consumed() == pytest.approx(usual[0].consumed(), rel=1e-12)
    entry = declared(A, [work]).calendar[-1]
    assert (entry.mode, entry.scope) == (DayMode.MAINTENANCE, meter)


@pytest.mark.slow
def test_no_rule_minds_that_meters_are_changed() -> None:
    meters = [m for m in sorted(A.equipment) if A.equipment[m].meter is not None]
    work = [
        msgspec.structs.replace(
            happening(K.METER_CHANGED, at(2 + n % 3, 9.0), at(2 + n % 3, 10.5), asset=meter),
            id=f"{K.METER_CHANGED.value}@{meter}",
        )
        for n, meter in enumerate(meters)
    ]
    assert found(declared(A, work), SEED, (START, DAYS), happenings=work, behind=3) == []


def test_it_is_the_same_however_time_is_cut_and_after_a_restart(tmp_path: Path) -> None:
    of = staged(A, 2, START, 4, chance=1.0)
    whole = Campus(of.site, 2, START, happenings=of.happenings)
    cut = Campus(of.site, 2, START, happenings=of.happenings)
    end = START + 2 * DAY_MS
    for stop in range(START + 5 * HOUR_MS, end, 7 * HOUR_MS):
        cut.advance(stop)
    cut.save(tmp_path / "campus.npz")
    again = Campus.load(tmp_path / "campus.npz", of.site)
    for gateway in sorted(A.gateways):
        assert same(again.read(gateway, end), whole.read(gateway, end))


def test_what_is_announced_stands_in_the_calendar_as_both_sides_read_it() -> None:
    of = staged(SITE, 1, START, DAYS, chance=1.0)
    entries = of.site.calendar[len(SITE.calendar) :]
    assert {e.mode for e in entries} >= {
        DayMode.OVERTIME, DayMode.WORKDAY, DayMode.SHUTDOWN, DayMode.MAINTENANCE
    }  # fmt: skip
    assert all(e.scope in SITE.buildings or e.scope in SITE.equipment for e in entries)
    late = next(h for h in of.happenings if h.kind is K.OVERTIME and h.building == "a")
    meter = SITE.equipment["a.m-sockets"]
    moment = np.array([late.end])
    assert Calendar(of.site).occupied(meter, moment)[0]
    assert not Calendar(SITE).occupied(meter, moment)[0]
    make_up = next(h for h in of.happenings if h.kind is K.MAKE_UP_DAY and h.building == "b")
    day = Days(SITE, START).day_of(make_up.start)
    column = sorted(SITE.buildings).index("b")
    assert Days(of.site, START).worked(day)[column]
    assert not Days(SITE, START).worked(day)[column]
    assert Calendar(of.site).workday(day, "b.m-main")


def test_lines_of_the_truth_are_read_again(tmp_path: Path) -> None:
    lines = staged(SITE, 1, START, DAYS, chance=1.0).distractors
    write_distractors(tmp_path / "distractors.jsonl", lines)
    text = (tmp_path / "distractors.jsonl").read_bytes().splitlines()
    assert [msgspec.json.decode(line, type=Distractor) for line in text] == list(lines)
    known = SITE.equipment.keys()
    assert all(set(d.assets) <= known and d.assets and d.meaning for d in lines)
    assert [d.start for d in lines] == sorted(d.start for d in lines)


def test_a_kind_that_no_building_has_a_place_for_is_not_drawn() -> None:
    bare = replace(A, equipment={k: e for k, e in A.equipment.items() if "w-" not in k})
    kinds = {h.kind for h in staged(bare, 1, START, DAYS, chance=1.0).happenings}
    assert kinds.isdisjoint({K.TANK_CLEANED, K.TOWER_FILLED, K.SOFTENER, K.NIGHT_FLUSHES})
    assert K.OVERTIME in kinds


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", [2, 3, 4, 5])
def test_no_rule_calls_any_of_it_a_fault(seed: int) -> None:
    """Four of the seeds that are scored."""
    long_one("distractors before the rules")
    start = first_day(SITE, seed)
    of = staged(SITE, seed, start, DAYS, chance=1.0)
    raised = found(
        of.site, seed, (start, DAYS), spells=of.spells, happenings=of.happenings
    )  # fmt: skip
    assert raised == []
