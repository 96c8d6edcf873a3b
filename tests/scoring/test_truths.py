"""What the worlds say: what each repair truly saved, and who could tell."""

from __future__ import annotations

import numpy as np
import pytest

from core.clock import DAY_MS
from scoring.records import Visit
from scoring.truths import Known, Witness, causes_of
from simulators.campus import Campus
from simulators.lives import Difference
from simulators.physics.faults import FaultKind
from simulators.worlds import Worlds, of_buildings
from tests.simulators.parts import SEED, SITE, START, at, fault

LEAK = fault(FaultKind.WATER_LEAK, "c.w-main", severity=0.2, onset=at(1, 6.0))
VALVE = fault(FaultKind.COOL_VALVE_PASSES, "c.ahu1", severity=0.5, onset=at(1, 6.0))
DAYS = 4


def visit(cause: str, when: int, effect: str, said: str = "waiting") -> Visit:
    """Somebody was there."""
    return Visit(cause=cause, order="1/1", at=when, effect=effect, said=said, judged=False)


@pytest.fixture(scope="module")
def witness() -> Witness:
    """Of one building in which two things go wrong."""
    site = of_buildings(SITE, ["c"])
    return Witness(Worlds(site=site, seed=SEED, start=START, days=DAYS, faults=(LEAK, VALVE)))


@pytest.fixture(scope="module")
def known(witness: Witness) -> Known:
    """Its worlds."""
    return witness.known()


@pytest.mark.usefixtures("known")
def test_a_useless_repair_saves_nothing_and_the_others_all_that_was_spared(
    witness: Witness,
) -> None:
    visits = [
        visit(LEAK.id, at(2, 9.0), "useless"), visit(VALVE.id, at(2, 10.0), "effective"),
        visit(VALVE.id, at(2, 8.0), "valve_shut"), visit(LEAK.id, at(3, 12.0), "effective"),
    ]  # fmt: skip
    savings = witness.savings(visits)
    assert [(s.cause, s.at) for s in savings] == sorted(
        ((v.cause, v.at) for v in visits), key=lambda pair: (pair[1], pair[0])
    )
    by = {(s.cause, s.at): s.saved for s in savings}
    assert by[LEAK.id, at(2, 9.0)] == by[VALVE.id, at(2, 8.0)] == {}
    assert by[LEAK.id, at(3, 12.0)]["water"] == pytest.approx(0.2 * 36, rel=0.2)
    assert by[VALVE.id, at(2, 10.0)]["electricity"] > 0.0
    together = witness.savings([v for v in visits if v.effect == "effective"])
    assert sum(s.saved.get("electricity", 0.0) for s in savings) == pytest.approx(
        sum(s.saved.get("electricity", 0.0) for s in together)
    )


@pytest.mark.usefixtures("known")
def test_savings_sum_to_unrepaired_less_repaired(witness: Witness) -> None:
    """The same worlds, made by hand: U with nothing repaired, R with both faults ended.

    The leak was mended by half first, which spares half of it from then on.
    """
    mended = [
        visit(LEAK.id, at(2, 8.0), "partial"), visit(VALVE.id, at(2, 10.0), "effective"),
        visit(LEAK.id, at(3, 12.0), "effective"),
    ]  # fmt: skip
    saved = witness.savings(mended)
    used = []
    for repaired in (False, True):
        campus = Campus(witness.whole.site, SEED, START, (LEAK, VALVE))
        for _ in campus.history(14, 14):
            pass
        before = campus.consumed()
        for each in mended if repaired else ():
            campus.advance(each.at)
            assert campus.repair(each.at, each.effect, fault=each.cause)  # type: ignore[arg-type]
        campus.advance(START + DAYS * DAY_MS)
        used.append({c: v - before[b, c] for (b, c), v in campus.consumed().items()})
    for carrier, amount in used[0].items():
        spared = amount - used[1][carrier]
        assert sum(s.saved.get(carrier.value, 0.0) for s in saved) == pytest.approx(
            spared, rel=1e-6, abs=1e-6
        )
    half, whole = (s.saved["water"] for s in saved if s.cause == LEAK.id)
    assert half == pytest.approx(0.1 * 64, rel=0.1)
    assert whole == pytest.approx(0.1 * 36, rel=0.1)


def test_waste_is_a_day_of_what_it_cost_while_it_lasted(known: Known) -> None:
    campus = Campus(SITE, SEED, START, (LEAK, VALVE))
    causes = {c.id: c for c in causes_of(campus.truth(), (LEAK, VALVE), known, at(1 + DAYS))}
    assert causes[LEAK.id].waste["water"] == pytest.approx(0.2 * 24, rel=0.2)
    assert causes[LEAK.id].visible is not None


@pytest.mark.parametrize(
    ("effect", "said", "judged"),
    [("useless", "refused", True), ("plant_stopped", "waiting", False),
     ("plant_stopped", "verified", True)],
)  # fmt: skip
def test_who_stops_the_plant_takes_its_hours_away(effect: str, said: str, judged: bool) -> None:  # noqa: FBT001
    hours = np.array([START + d * DAY_MS + 3_600_000 for d in (1, 2, 3)])
    shown = Difference(start=START, hours=hours, days=np.zeros((10, 4)))
    one = Known(shown={"x": shown}, use={}).judged(
        visit("x", START, effect, said), START + 10 * DAY_MS
    )
    assert one.judged is judged
