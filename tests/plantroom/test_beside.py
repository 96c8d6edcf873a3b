"""The worlds in a process of their own say what they say in this one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.errors import PlantroomError
from plantroom.beside import beside
from scoring.records import Visit
from scoring.truths import Witness
from simulators.physics.faults import FaultKind
from simulators.worlds import Worlds, of_buildings
from tests.simulators.parts import SEED, SITE, START, at, fault

LEAK = fault(FaultKind.WATER_LEAK, "c.w-main", severity=0.2, onset=at(1, 6.0))
WORLDS = Worlds(
    site=of_buildings(SITE, ["c"]), seed=SEED, start=START, days=2, faults=(LEAK,)
)  # fmt: skip
WITNESS = Witness(WORLDS)
VISIT = Visit(cause=LEAK.id, order="1/1", at=at(2, 6.0), effect="effective", said="", judged=False)


def test_it_says_the_same_and_how_far_it_is() -> None:
    shares: list[float] = []
    with beside(WITNESS) as worlds:
        known = worlds.known(shares.append)
        saved = worlds.savings([VISIT])
    here = replace(WITNESS)
    alone = here.known()
    # The fortnight before them first, then all at once.
    assert shares == [0.2, 1.0]
    assert np.array_equal(known.shown[LEAK.id].hours, alone.shown[LEAK.id].hours)
    assert known.use == alone.use
    assert saved == here.savings([VISIT])
    assert saved[0].saved["water"] > 0.0


def test_what_goes_wrong_there_is_raised_here() -> None:
    nowhere = Witness(replace(WORLDS, faults=(replace(LEAK, kind=FaultKind.DAMPER_STUCK),)))
    with pytest.raises(PlantroomError), beside(nowhere) as worlds:
        worlds.known(lambda _share: None)


def test_who_asks_nothing_waits_for_nothing() -> None:
    with beside(WITNESS):
        pass
