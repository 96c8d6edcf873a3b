"""Thirty days of faults that nobody mends: no order of them may end verified."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from plantroom.season import Run, Wishes
from scoring.season import Season
from simulators.physics.cheats import cheats
from simulators.physics.faults import Fault, FaultKind
from simulators.story import Story
from simulators.truth import Effect
from simulators.worlds import of_buildings
from tests.plantroom.conftest import ROOT
from tests.scoring.parts import SITE
from tests.servers import long_one
from tests.simulators.parts import START, at, fault

K = FaultKind
WUSHAN: Path = ROOT / "sites" / "wushan"
DAYS = 30
FAULTS = (
    fault(K.WATER_LEAK, "a.w-main", severity=0.3, onset=at(2, 6.0)),
    fault(K.COOL_VALVE_PASSES, "a.ahu1", severity=0.4, onset=at(2, 6.0)),
    fault(K.PLANT_LEFT_ON, "a.ahu2", onset=at(3, 6.0)),
    fault(K.SENSOR_STUCK, "a.ahu1", point="mat", onset=at(4, 6.0), id="stuck"),
)  # fmt: skip


def lived(effect: Callable[[Fault, int], Effect]) -> Season:
    """Thirty days on which every visit does this."""
    story = Story(seed=103, start=START, faults=FAULTS)
    wishes = Wishes(folder=WUSHAN, seed=103, days=DAYS, nights=30, story=story)
    return Run(of_buildings(SITE, ["a"]), wishes, effect=effect).season()


def cheated(one: Fault, attempt: int) -> Effect:
    """Another cheat at every attempt, where there is one."""
    ways = cheats(one)
    return ways[(attempt - 1) % len(ways)] if ways else "useless"


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_thirty_days_of_useless_visits_are_never_verified() -> None:
    long_one("thirty days unrepaired")
    season = lived(lambda _fault, _attempt: "useless")
    said = Counter(visit.said for visit in season.visits)
    assert said["refused"] >= len(FAULTS)
    assert said["verified"] == 0, season.visits
    assert not any(saving.saved for saving in season.savings)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_more_cheats_on_a_valve_that_passes_are_refused_than_verified() -> None:
    """Some pass for repairs yet; the score counts each of them against the proof."""
    long_one("thirty days of cheats")
    season = lived(cheated)
    told = [
        v for v in season.visits
        if v.cause == K.COOL_VALVE_PASSES and v.effect in {"setpoint_moved", "sensor_unplugged"}
    ]  # fmt: skip
    said = Counter(visit.said for visit in told)
    assert len({v.effect for v in told}) == 2
    assert said["refused"] > said["verified"], said
