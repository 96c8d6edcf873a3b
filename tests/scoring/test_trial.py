"""A small trial of the ledger: its worlds are lived through, its book is the real one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.clock import DAY_MS, HOUR_MS
from scoring.trial.drawn import TRIED, Try, tries
from scoring.trial.figures import figures
from scoring.trial.ledgered import judge
from scoring.trial.nameplates import WRONG, misdeclared
from scoring.trial.outcome import Tried
from scoring.trial.page import page
from scoring.trial.worlds import Trial, run
from simulators.physics.faults import Fault, FaultKind
from simulators.truth import Effect
from simulators.worlds import building_of, of_buildings
from tests.simulators.parts import SITE

SEED, DAYS, NIGHTS = 11, 13, 30
START = int(datetime(2026, 1, 11, 16, tzinfo=UTC).timestamp() * 1000)
"""A Monday in Shanghai."""
ONE = of_buildings(SITE, ["c"])


def attempt(kind: FaultKind, asset: str, severity: float, effect: Effect) -> Try:
    onset = START + 8 * HOUR_MS
    fault = Fault(id=kind.value, kind=kind, asset=asset, onset=onset, severity=severity)
    return Try(building="c", fault=fault, done=START + 4 * DAY_MS + 10 * HOUR_MS, effect=effect)


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> list[Tried]:
    """A leak that is mended, and the same in a world in which it is not."""
    folder = tmp_path_factory.mktemp("trial")
    trial = Trial(
        site=ONE, seed=SEED, start=START, days=DAYS, nights=NIGHTS,
        tries=[[attempt(FaultKind.WATER_LEAK, "c.w-main", 0.3, effect)]
               for effect in ("effective", "useless")],
    )  # fmt: skip
    spared = run(trial, folder)
    told = misdeclared(ONE, SEED)
    return [t for n in (0, 1) for t in judge(trial, told, n, spared[n], folder)]


def test_what_is_booked_of_a_mended_leak_is_what_it_spared(tried: list[Tried]) -> None:
    (water,) = (t for t in tried if t.carrier == "water")
    assert (water.said, water.effect) == ("verified", "effective")
    assert water.days >= 4
    assert water.truth > 0
    assert water.covered
    assert abs(water.error) < 0.2


def test_a_useless_repair_is_refused_and_books_nothing(tried: list[Tried]) -> None:
    (leak,) = (t for t in tried if t.effect == "useless")
    assert (leak.said, leak.days, leak.saving) == ("refused", 0, 0.0)


def test_the_page_says_what_was_found(tried: list[Tried]) -> None:
    found = figures(tried)
    assert (found["tries"], found["orders"]) == (2, 2)
    text = page(found, "one building")
    assert "| `water_night_flow` | water [m³] | 1 |" in text
    assert "useless visits; verified all the same | 1; 0 |" in text


def test_every_building_has_one_fault_a_world_and_all_kinds_come_by_turns() -> None:
    drawn = tries(SITE, SEED, START, 14)
    for world in drawn:
        assert [t.building for t in world] == sorted(SITE.buildings)
        assert all(building_of(SITE, t.fault.asset) == t.building for t in world)
        assert all(START <= t.fault.onset < t.done for t in world)
    kinds = {t.fault.kind for world in drawn for t in world}
    assert kinds == set(TRIED)


def test_nameplates_are_wrong_by_no_more_than_is_said() -> None:
    told = misdeclared(SITE, SEED)
    off = {
        name: told.equipment[id_].number(name, 0.0) / equipment.number(name, 0.0) - 1.0
        for id_, equipment in SITE.equipment.items()
        for name in WRONG
        if equipment.parameters.get(name)
    }
    assert set(off) == set(WRONG)
    assert all(0 < abs(share) <= WRONG[name] for name, share in off.items())
