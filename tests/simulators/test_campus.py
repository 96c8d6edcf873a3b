"""The campus as the edge and the conductor meet it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.batch import Columns
from core.clock import DAY_MS, HOUR_MS, MINUTE_MS
from core.errors import Fatal, Misconfigured, Refused
from core.ports import PointSource
from core.quantity import Kind
from core.site import EquipmentClass
from simulators.campus import Campus
from simulators.physics.faults import Fault, FaultKind
from tests.simulators.parts import SEED, SITE, START, Readings, all_of, at, fault, run, same

LEAK = fault(FaultKind.WATER_LEAK, "a.w-toilets", severity=0.2, onset=at(1, 5.5))
CREEP = Fault(
    id="creep", kind=FaultKind.WATER_LEAK, asset="c.w-main", onset=at(1, 3.21), severity=0.5,
    creep_days=0.5,
)  # fmt: skip


@pytest.fixture(scope="module")
def healthy() -> Readings:
    return run(1.0)[1]


def test_every_point_of_the_site_speaks_at_its_period(healthy: Readings) -> None:
    for point in SITE.points:
        times, values = healthy.of(point.id)
        assert len(times) == DAY_MS // (point.period_s * 1000), point.id
        assert set(np.diff(times)) == {point.period_s * 1000}, point.id
        assert times[-1] == START + DAY_MS
        assert not np.isnan(values).any(), point.id


def test_healthy_values_are_within_the_instruments_spans(healthy: Readings) -> None:
    rows = healthy.rows
    assert (rows.value >= SITE.span_low[rows.point]).all()
    assert (rows.value <= SITE.span_high[rows.point]).all()


def test_registers_only_rise_by_their_quantum_and_below_their_rating(healthy: Readings) -> None:
    for point in SITE.points:
        if point.kind is not Kind.REGISTER or point.register is None:
            continue
        _, values = healthy.of(point.id)
        steps = np.diff(values)
        assert (steps >= 0).all(), point.id
        assert steps.max() * 4 <= point.register.rated_per_h, point.id
        quanta = values / point.register.quantum
        assert np.abs(quanta - np.round(quanta)).max() < 1e-4, point.id


def test_rows_are_in_time_order_and_given_once() -> None:
    campus = Campus(SITE, SEED, START)
    source: PointSource = campus
    first = source.read("gw-a", at(1, 1.0))
    second = source.read("gw-a", at(1, 2.0))
    assert (np.diff(first.at) >= 0).all()
    assert first.at[-1] == at(1, 1.0)
    assert second.at[0] == at(1, 1.0) + MINUTE_MS
    assert len(source.read("gw-a", at(1, 2.0))) == 0
    assert {SITE.points[i].gateway for i in np.unique(first.point)} == {"gw-a"}


def test_what_is_simulated_ahead_waits_for_its_reader() -> None:
    campus = Campus(SITE, SEED, START)
    campus.advance(at(1, 3.0))
    assert campus.read("gw-c", at(1, 1.0)).at[-1] == at(1, 1.0)
    assert campus.read("gw-c", at(1, 3.0)).at[0] == at(1, 1.0) + MINUTE_MS


def test_same_seed_same_bytes_however_time_is_cut() -> None:
    faults = (LEAK, CREEP)
    once = all_of(Campus(SITE, SEED, START, faults), at(1, 12.0))
    campus = Campus(SITE, SEED, START, faults)
    for minutes in (7, 133, 301, 580):
        campus.advance(START + minutes * MINUTE_MS)
    assert same(all_of(campus, at(1, 12.0)), once)


def test_another_seed_is_another_campus(healthy: Readings) -> None:
    other = Readings(all_of(Campus(SITE, SEED + 1, START), at(2)))
    for point in ("a.weather.oat", "a.m-sockets.power", "a.w-main.volume", "c.ahu1.sat"):
        assert not np.array_equal(other.of(point)[1], healthy.of(point)[1])


def test_a_fault_changes_only_what_it_is_coupled_to(healthy: Readings) -> None:
    _, leaking = run(1.0, (LEAK,))
    coupled = {"a.w-toilets.volume", "a.w-main.volume", "a.w-main.pressure",
               "a.tank.tank_level", "a.booster.pressure", "a.booster.pump_status",
               "a.booster.pump_speed", "a.reducer.pressure"}  # fmt: skip
    # What a pump takes moves the voltage of its board, and with it a little of every circuit.
    electric = {e.id for e in SITE.of_class(EquipmentClass.ELECTRIC_METER) if e.building == "a"}
    coupled |= {p.id for p in SITE.points if p.equipment in electric}
    changed = {
        p.id for p in SITE.points
        if not np.array_equal(leaking.of(p.id)[1], healthy.of(p.id)[1])
    }  # fmt: skip
    assert "a.w-toilets.volume" in changed
    assert changed <= coupled


def test_an_air_fault_stays_in_its_building_and_off_the_others_noise(healthy: Readings) -> None:
    _, ill = run(1.0, (fault(FaultKind.DAMPER_STUCK, "c.ahu1", severity=0.9),))
    for point in SITE.points:
        if point.building != "c" or point.equipment in {"c.w-main", "c.w-toilets", "c.m-lifts"}:
            assert np.array_equal(ill.of(point.id)[1], healthy.of(point.id)[1]), point.id


def test_a_point_that_is_taken_away_changes_nobodys_noise(healthy: Readings) -> None:
    gone = "a.z-lobby.zone_temp"
    site = replace(SITE, points=tuple(p for p in SITE.points if p.id != gone))
    campus = Campus(site, SEED, START)
    rest = Readings(Columns.joined([campus.read(g, at(2)) for g in site.gateways]), site)
    for point in site.points:
        assert np.array_equal(rest.of(point.id)[1], healthy.of(point.id)[1]), point.id


def test_a_severity_of_nothing_is_health_itself(healthy: Readings) -> None:
    _, none = run(1.0, (fault(FaultKind.WATER_LEAK, "a.w-main", severity=0.0),))
    assert same(none.rows, healthy.rows)


def test_saved_and_loaded_it_goes_on_as_if_nothing_had_been(tmp_path: Path) -> None:
    faults = (LEAK, fault(FaultKind.SENSOR_STUCK, "a.ahu2", point="rat", onset=at(1, 9.0)))
    straight = Campus(SITE, SEED, START, faults)
    broken = Campus(SITE, SEED, START, faults)
    for campus in (straight, broken):
        campus.advance(at(1, 10.0))
        campus.read("gw-a", at(1, 8.0))
        campus.repair(at(1, 10.0), "useless", fault=LEAK.id)
    broken.save(tmp_path / "campus.npz")
    loaded = Campus.load(tmp_path / "campus.npz", SITE)
    assert loaded.now == straight.now
    assert loaded.truth() == straight.truth()
    assert same(all_of(loaded, at(1, 20.0)), all_of(straight, at(1, 20.0)))


def test_a_file_that_is_no_campus_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "campus.npz"
    path.write_bytes(b"not a campus")
    with pytest.raises(Fatal, match=r"campus\.npz"):
        Campus.load(path, SITE)
    with pytest.raises(FileNotFoundError):
        Campus.load(tmp_path / "absent.npz", SITE)


def test_history_comes_first_and_the_registers_run_through() -> None:
    campus = Campus(SITE, SEED, START)
    days = list(campus.history(nights=3, plant_days=1))
    assert [end for end, _ in days] == [START - 2 * DAY_MS, START - DAY_MS, START]
    of_meters = {SITE.points[i].period_s for i in np.unique(days[0][1].point)}
    assert of_meters == {900}
    assert {SITE.points[i].period_s for i in np.unique(days[2][1].point)} == {60, 300, 900}
    before = Readings(days[2][1]).of("a.m-main.energy")[1][-1]
    after = Readings(all_of(campus, START + HOUR_MS)).of("a.m-main.energy")[1][0]
    assert before < after < before + 40.0
    with pytest.raises(Fatal, match="history"):
        next(campus.history())


def test_a_strangers_gateway_is_refused() -> None:
    with pytest.raises(Refused, match="gw-x"):
        Campus(SITE, SEED, START).read("gw-x", START)


def test_faults_that_have_no_place_are_all_named() -> None:
    wrong = (
        fault(FaultKind.LOCKOUT_LOST, "a.ahu1", id="one"),
        fault(FaultKind.SENSOR_STUCK, "a.ahu1", id="two", point="dsp"),
        fault(FaultKind.WATER_LEAK, "a.nothing", id="three"),
        fault(FaultKind.GATEWAY_SILENT, "gw-x", id="four"),
        fault(FaultKind.WATER_LEAK, "a.w-main", id="four"),
    )
    with pytest.raises(Misconfigured) as caught:
        Campus(SITE, SEED, START, wrong)
    assert len(caught.value.mistakes) == 5
