"""Which faults a seed brings: from the registry, everywhere, and the same every time."""

from __future__ import annotations

import math
from collections import Counter

import pytest

from core.clock import DAY_MS
from scoring.plan import PER_BUILDING, draw, effect_of, severity_word
from simulators.cases import Cases
from simulators.physics.cheats import CHEATS
from simulators.physics.faults import Fault, FaultKind
from simulators.physics.kinds.catalogue import FAULT_KINDS, LATER
from simulators.worlds import building_of
from tests.scoring.parts import SITE
from tests.simulators.further import SITE as FURTHER

START = 1_775_404_800_000
DAYS = 56
FIRST_SEED = (
    "cool_valve_held@c.ahu2 readings_lost@gw-b earth_leakage@a.m-main linkage_slips@c.ahu2 "
    "condenser_fouled@c.chiller damper_stuck@b.ahu1 pv_string@d.pv chilled_bypass@a.chiller "
    "chilled_bypass@d.chiller meter_reset@c.m-terminals loop_hunts@a.ahu1 gateway_silent@gw-c "
    "branch_airlocked@d.z-foyer meter_unit@a.w-tower float_valve_passes@a.tank "
    "chilled_bypass@b.chiller gateway_silent@gw-b coil_fouled@a.ahu2 phase_lost@d.m-corridor "
    "meter_float_as_integer@c.h-main box_stuck@d.z-dining sensor_swapped@d.ahu2.mat "
    "water_leak@b.w-toilets heat_valve_held@b.ahu2"
)


def drawn(seed: int) -> list[Fault]:
    return draw(SITE, seed, START, DAYS)


def test_a_seed_brings_six_faults_a_building_and_always_the_same() -> None:
    assert Counter(building_of(SITE, f.asset) for f in drawn(1)) == dict.fromkeys(
        SITE.buildings, PER_BUILDING
    )
    assert drawn(1) == drawn(1) != drawn(2)


def test_a_shorter_run_has_fewer_and_density_can_be_asked_for() -> None:
    assert len(draw(SITE, 1, START, 14)) == 2 * len(SITE.buildings)
    assert len(draw(SITE, 1, START, DAYS, per=1)) == len(SITE.buildings)


def test_the_site_has_a_place_for_all_of_them_and_none_twice() -> None:
    for seed in range(20):
        faults = drawn(seed)
        Cases(SITE, faults)
        families = [(f.target, FAULT_KINDS[f.kind].family) for f in faults]
        assert len(set(families)) == len(families)


def test_every_kind_that_fits_comes_in_time() -> None:
    kinds = Counter(f.kind for seed in range(60) for f in drawn(seed))
    assert set(kinds) == set(FaultKind) - LATER


def test_kinds_of_what_only_some_buildings_have_come_there_and_shift_nothing_elsewhere() -> None:
    there = Counter(f.kind for seed in range(60) for f in draw(FURTHER, seed, START, DAYS))
    assert set(there) >= LATER
    # As they were drawn before those kinds were known.
    assert " ".join(f.id for f in drawn(1)) == FIRST_SEED


def test_faults_begin_within_the_time_and_early_enough_to_be_found() -> None:
    onsets = [(f.onset - START) / (DAYS * DAY_MS) for seed in range(20) for f in drawn(seed)]
    assert min(onsets) >= 0.0
    assert 0.75 < max(onsets) <= 0.85
    assert all(f.onset % 60_000 == 0 for f in drawn(3))


def test_severities_are_log_uniform_within_their_span() -> None:
    shares = []
    for seed in range(60):
        for fault in drawn(seed):
            low, high = FAULT_KINDS[fault.kind].span
            assert low * 0.999 <= abs(fault.severity) <= high * 1.001
            if high > low:
                shares.append(math.log(abs(fault.severity) / low) / math.log(high / low))
    assert 0.4 < sum(shares) / len(shares) < 0.6
    assert sum(s < 1 / 3 for s in shares) / len(shares) == pytest.approx(1 / 3, abs=0.1)


def test_an_outage_of_a_gateway_ends_by_itself_and_nothing_else_does() -> None:
    for seed in range(60):
        for fault in drawn(seed):
            if fault.kind in {FaultKind.GATEWAY_SILENT, FaultKind.GATEWAY_CUT_OFF}:
                assert fault.end is not None
                assert fault.bouts_h is None
                assert 0.2 <= (fault.end - fault.onset) / 3.6e6 <= 72.1
            else:
                assert fault.end is None


def test_what_comes_and_goes_does_so_in_bouts_and_signs_go_both_ways() -> None:
    faults = [f for seed in range(60) for f in drawn(seed)]
    courses = Counter(f.course for f in faults)
    assert min(courses[c] for c in ("sudden", "creeping", "intermittent")) > len(faults) / 10
    for fault in faults:
        about = FAULT_KINDS[fault.kind]
        assert fault.bouts_h is None or "I" in about.onsets
        assert fault.severity > 0 or about.signed
    signed = [f.severity > 0 for f in faults if FAULT_KINDS[f.kind].signed]
    assert 0.3 < sum(signed) / len(signed) < 0.7


@pytest.mark.parametrize(("severity", "word"), [(0.01, "mild"), (0.07, "middle"), (0.5, "severe")])
def test_severity_is_told_in_thirds_of_what_is_drawn(severity: float, word: str) -> None:
    kind = FaultKind.HEAT_VALVE_PASSES
    assert FAULT_KINDS[kind].span == (0.01, 0.5)
    assert severity_word(Fault(id="", kind=kind, asset="", onset=0, severity=severity)) == word
    whole = Fault(id="", kind=FaultKind.SENSOR_OPEN, asset="", onset=0)
    assert severity_word(whole) == "middle"


def visits(kind: FaultKind, attempt: int = 1) -> Counter[str]:
    """What many visits to faults of a kind do."""
    return Counter(
        effect_of(1, Fault(id=f"fault{n}", kind=kind, asset="", onset=0), attempt)
        for n in range(1000)
    )


def test_some_repairs_are_no_good_but_never_the_third() -> None:
    effects = visits(FaultKind.COOL_VALVE_PASSES)
    assert effects["effective"] > 550
    assert 100 < effects["useless"] < 200
    assert 50 < effects["partial"] < 150
    assert 50 < sum(effects[c] for c in CHEATS[FaultKind.COOL_VALVE_PASSES]) < 150
    assert visits(FaultKind.COOL_VALVE_PASSES, 3) == {"effective": 1000}
    assert effects == visits(FaultKind.COOL_VALVE_PASSES)


def test_what_nothing_hides_is_left_as_it_is_and_what_has_no_half_is_mended() -> None:
    effects = visits(FaultKind.LOCKOUT_LOST)
    assert set(effects) == {"useless", "effective"}
    assert 180 < effects["useless"] < 320
