"""Power: boards add up from what their meters published, and each fault acts in the equations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.batch import Columns
from core.clock import DAY_MS
from core.site import Site
from core.words import Carrier, Discipline
from simulators.campus import Campus
from simulators.physics.faults import Fault, FaultKind
from simulators.physics.kinds import power
from simulators.physics.kinds.catalogue import FAULT_KINDS
from simulators.physics.plan import plan_of
from simulators.physics.power.electrical import UNCOUNTED_KW
from simulators.physics.power.loads import Loads
from simulators.places import places
from simulators.worlds import one_building
from tests.simulators.parts import SEED, SITE, START, Readings, at, fault, same

K = FaultKind
DAYS = 4.0
NO_ENERGY = {K.CAPACITOR_LOST, K.SOURCE_VOLTAGE, K.PHASE_LOST, K.NEUTRAL_LOST}
"""What these cost is tariff, wear, service or safety: some even use less, since loads that get a
lower voltage take a little less than the copper loses more."""
DAY, NIGHT = (at(3, 10.0), at(3, 16.0)), (at(3, 1.0), at(3, 5.0))


def _equipped() -> Site:
    """Building c with panels and a supply: all that can go wrong with power, in one place."""
    alone = one_building(SITE, "c")
    main = alone.equipment["c.m-main"]

    def machine(id_: str, **parameters: float) -> None:
        point = replace(
            SITE.points[SITE.index["d.pv.power"]], id=f"{id_}.power", building="c",
            equipment=id_, gateway="gw-c",
        )  # fmt: skip
        made[id_] = replace(
            SITE.equipment["d.pv"], id=id_, building="c", parameters=parameters,
            part_of="c.m-data", owner=main.owner,
        )  # fmt: skip
        points.append(point)

    made, points = dict(alone.equipment), list(alone.points)
    machine("c.pv", pv_kwp=20.0)
    machine("c.ups", ups_kva=20.0)
    return replace(alone, equipment=made, points=tuple(points))


EQUIPPED = _equipped()
WHERE = {kind: places(EQUIPPED, kind)[-1][0] for kind in power.KINDS}


def live(*faults: Fault) -> tuple[Readings, float]:
    """What the building said, and what electricity it truly used. [kWh]"""
    campus = Campus(EQUIPPED, SEED, START, faults)
    campus.advance(START)
    before = campus.consumed()["c", Carrier.ELECTRICITY]
    rows = Readings(all_rows(campus), EQUIPPED)
    return rows, campus.consumed()["c", Carrier.ELECTRICITY] - before


def all_rows(campus: Campus) -> Columns:
    """All gateways' rows in time order."""
    end = START + int(DAYS * DAY_MS)
    rows = Columns.joined([campus.read(g, end) for g in sorted(EQUIPPED.gateways)])
    return rows.keep(np.argsort(rows.at, kind="stable"))


@pytest.fixture(scope="module")
def healthy() -> tuple[Readings, float]:
    return live()


def of(kind: FaultKind, severity: float | None = None) -> Fault:
    worst = FAULT_KINDS[kind].span[1] if severity is None else severity
    return fault(kind, WHERE[kind], severity=worst)


def mean(readings: Readings, point: str, when: tuple[int, int] = DAY) -> float:
    return float(readings.between(point, *when).mean())


def test_there_are_kinds_enough_and_each_is_power() -> None:
    assert len(power.KINDS) >= 8
    assert all(kind.discipline is Discipline.POWER for kind in power.KINDS.values())


@pytest.mark.parametrize("kind", power.KINDS)
def test_a_severity_of_nothing_is_health_to_the_bit(
    kind: FaultKind, healthy: tuple[Readings, float]
) -> None:
    rows, used = live(of(kind, 0.0))
    assert same(rows.rows, healthy[0].rows)
    assert used == pytest.approx(healthy[1], rel=1e-12)


@pytest.mark.parametrize("kind", [k for k in power.KINDS if k not in NO_ENERGY])
def test_what_goes_wrong_wastes_and_half_of_it_wastes_less(
    kind: FaultKind, healthy: tuple[Readings, float]
) -> None:
    worst = FAULT_KINDS[kind].span[1]
    whole, half = live(of(kind))[1] - healthy[1], live(of(kind, worst / 2.0))[1] - healthy[1]
    assert whole > half > 0.0


@pytest.mark.parametrize("kind", sorted(NO_ENERGY))
def test_what_wastes_no_energy_is_seen_all_the_same(
    kind: FaultKind, healthy: tuple[Readings, float]
) -> None:
    assert not same(live(of(kind))[0].rows, healthy[0].rows)


def test_a_mild_fault_wastes_next_to_nothing(healthy: tuple[Readings, float]) -> None:
    for kind in (K.PLUG_BASE, K.LIGHTS_LATCHED, K.EARTH_LEAKAGE):
        worst = FAULT_KINDS[kind].span[1]
        mild, whole = (live(of(kind, worst * s))[1] - healthy[1] for s in (1e-3, 1.0))
        assert mild == pytest.approx(1e-3 * whole, rel=0.1), kind


def test_a_board_closes_from_its_registers_within_class(healthy: tuple[Readings, float]) -> None:
    """Main = circuits + cables + what no circuit counts − panels, from what was published."""
    rows, wiring = healthy[0], Loads(plan_of(EQUIPPED), SEED).network.wiring
    whole = (START, START + int(DAYS * DAY_MS))
    circuits = plan_of(EQUIPPED).electric
    counted = {m.id: rows.use(f"{m.id}.energy", *whole) for m in circuits}
    hours = DAYS * 24.0 - 0.25  # from the first read to the last
    balanced = 0.0  # what cables lose that carry the same in each phase
    for i, meter in enumerate(circuits):
        kw = rows.between(f"{meter.id}.power", *whole)
        amps = kw * 1000.0 / (3.0 * 230.0 * wiring.cos[i])
        balanced += float((3.0 * amps**2 * wiring.ohms[i]).mean()) / 1000.0 * hours
    solar = float(rows.between("c.pv.power", *whole).mean()) * hours
    main = rows.use("c.m-main.energy", *whole)
    rest = main + solar - sum(counted.values()) - UNCOUNTED_KW * hours
    within = 0.002 * main + 0.004 * sum(counted.values()) + 0.02 * len(counted) + 0.01 * solar
    # Crooked phases and third harmonics add up to half of that in phases and neutral.
    assert balanced - within < rest < 1.6 * balanced + within
    assert balanced > within  # else nothing was shown


def test_a_main_shows_what_its_phases_do(healthy: tuple[Readings, float]) -> None:
    rows = healthy[0]
    kva = (
        sum(
            rows.between(f"c.m-main.voltage_{k}", *DAY)
            * rows.between(f"c.m-main.current_{k}", *DAY)
            for k in "abc"
        )
        / 1000.0
    )
    power = float(rows.between("c.m-main.power", *DAY).mean())
    factor = mean(rows, "c.m-main.power_factor")
    assert float(np.mean(kva)) * factor == pytest.approx(power, rel=0.03)
    assert 0.9 < factor <= 1.0
    assert mean(rows, "c.m-main.demand") == pytest.approx(power, rel=0.01)
    assert rows.use("c.m-main.reactive_energy", *DAY) > 0.0
    assert rows.between("c.m-main.residual_current", *DAY).max() < 0.3  # nobody would be called
    for k in "abc":
        volts = rows.between(f"c.m-main.voltage_{k}", START, START + int(DAYS * DAY_MS))
        assert 0.93 * 230.0 < volts.min() < volts.max() < 1.07 * 230.0
    assert rows.between("c.m-main.cable_temp", *DAY).max() < 60.0


def test_lost_capacitors_lower_the_power_factor(healthy: tuple[Readings, float]) -> None:
    lost = live(of(K.CAPACITOR_LOST))[0]
    assert mean(lost, "c.m-main.power_factor") < mean(healthy[0], "c.m-main.power_factor") - 0.03
    more = [r.use("c.m-main.reactive_energy", *DAY) for r in (lost, healthy[0])]
    assert more[0] > 2.0 * more[1]
    assert mean(lost, "c.m-main.current_a") > mean(healthy[0], "c.m-main.current_a")


def test_circuits_that_crowd_load_one_phase_and_the_neutral(
    healthy: tuple[Readings, float],
) -> None:
    crowd = live(of(K.PHASE_SHIFTED))[0]
    assert mean(crowd, "c.m-main.current_a") > mean(healthy[0], "c.m-main.current_a") + 10.0
    assert mean(crowd, "c.m-main.current_b") < mean(healthy[0], "c.m-main.current_b")
    assert (
        mean(crowd, "c.m-main.neutral_current")
        > mean(healthy[0], "c.m-main.neutral_current") + 10.0
    )


def test_a_bad_contact_heats_its_terminal_and_its_circuit_pays(
    healthy: tuple[Readings, float],
) -> None:
    bad, more = live(of(K.CONTACT_RESISTANCE))
    point = f"{WHERE[K.CONTACT_RESISTANCE]}.cable_temp"
    assert mean(bad, point) > mean(healthy[0], point) + 5.0
    assert more - healthy[1] < 0.02 * healthy[1]


def test_appliances_left_plugged_in_raise_day_and_night_alike(
    healthy: tuple[Readings, float],
) -> None:
    plugged = live(of(K.PLUG_BASE, 1.0))[0]
    asked = 6.4  # 1 W/m² of 6,400 m²
    for when in (DAY, NIGHT):
        rise = mean(plugged, "c.m-sockets.power", when) - mean(
            healthy[0], "c.m-sockets.power", when
        )
        assert rise == pytest.approx(asked, rel=0.03)


def test_latched_lights_burn_at_night_and_are_on_by_day_anyway(
    healthy: tuple[Readings, float],
) -> None:
    latched = live(fault(K.LIGHTS_LATCHED, "c.m-corridor", severity=0.03))[0]
    night, day = (
        mean(latched, "c.m-corridor.power", w) - mean(healthy[0], "c.m-corridor.power", w)
        for w in (NIGHT, DAY)
    )
    assert 0.5 < night < 2.5
    assert day < 0.2 * night


def test_a_leak_to_earth_shows_in_the_residual_and_burns(healthy: tuple[Readings, float]) -> None:
    leaks, used = live(of(K.EARTH_LEAKAGE, 1000.0))
    rise = mean(leaks, "c.m-main.residual_current") - mean(healthy[0], "c.m-main.residual_current")
    assert 0.9 < rise < 1.0  # in quadrature with what filters leak
    assert used - healthy[1] == pytest.approx(0.23 * 90.0, rel=0.05)  # from Monday 06:00


def test_a_wrong_tap_moves_all_phases(healthy: tuple[Readings, float]) -> None:
    for severity in (0.05, -0.05):
        off = live(of(K.SOURCE_VOLTAGE, severity))[0]
        for k in "abc":
            point = f"c.m-main.voltage_{k}"
            assert mean(off, point) / mean(healthy[0], point) == pytest.approx(
                1.0 + severity, abs=0.003
            )


def test_a_lost_phase_takes_its_third_and_a_lost_neutral_parts_the_voltages(
    healthy: tuple[Readings, float],
) -> None:
    dead = live(of(K.PHASE_LOST))[0]
    point = f"{WHERE[K.PHASE_LOST]}.power"
    assert mean(dead, point) / mean(healthy[0], point) == pytest.approx(2.0 / 3.0, abs=0.08)
    free = live(of(K.NEUTRAL_LOST))[0]
    volts = [
        np.array([mean(r, f"c.m-main.voltage_{k}") for k in "abc"]) for r in (free, healthy[0])
    ]
    assert np.ptp(volts[0]) > 3.0 * np.ptp(volts[1])


def test_dead_strings_and_a_hot_supply_are_paid_at_the_main(
    healthy: tuple[Readings, float],
) -> None:
    dark = live(of(K.PV_STRING, 0.5))[0]
    assert mean(dark, "c.pv.power") == pytest.approx(0.5 * mean(healthy[0], "c.pv.power"), rel=0.02)
    hot = live(of(K.UPS_LOSS))[0]
    rise = mean(hot, "c.m-data.power") - mean(healthy[0], "c.m-data.power")
    lost = mean(healthy[0], "c.m-data.power") - mean(healthy[0], "c.ups.power")
    assert rise == pytest.approx(3.0 * lost, rel=0.1)
    assert mean(hot, "c.ups.power") == pytest.approx(mean(healthy[0], "c.ups.power"))


def test_a_wrong_ratio_shows_in_currents_and_not_in_voltages(
    healthy: tuple[Readings, float],
) -> None:
    wrong = live(fault(K.METER_RATIO, "c.m-main", severity=0.5))[0]
    point = "c.m-main.current_a"
    assert mean(wrong, point) == pytest.approx(0.5 * mean(healthy[0], point), rel=0.01)
    assert mean(wrong, "c.m-main.voltage_a") == mean(healthy[0], "c.m-main.voltage_a")
    assert mean(wrong, "c.m-main.power_factor") == mean(healthy[0], "c.m-main.power_factor")
