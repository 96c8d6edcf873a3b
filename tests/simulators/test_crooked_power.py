"""Loads that look wrong at the main board and are not: on one phase alone, or idle by night."""

from __future__ import annotations

import numpy as np
import pytest

from simulators.physics.people.happenings import HappeningKind
from simulators.physics.power.circuits import item_of
from simulators.staging import declared, staged
from tests.simulators.judged import found
from tests.simulators.parts import SEED, START, Readings, at
from tests.simulators.test_distractors import DAYS, A, happening, lived

K = HappeningKind
NIGHT, DAY = (at(2, 1.0), at(2, 5.0)), (at(2, 10.0), at(2, 16.0))


@pytest.fixture(scope="module")
def usual() -> Readings:
    return lived((), at(3))[1]


def phases(of: Readings, when: tuple[int, int]) -> list[float]:
    """Median current of each phase of the main. [A]"""
    return [float(np.median(of.between(f"a.m-main.current_{k}", *when))) for k in "abc"]


def test_a_server_on_one_phase_loads_that_phase_and_the_neutral(usual: Readings) -> None:
    work = happening(K.ONE_PHASE, at(1), at(3), asset="a.m-sockets", size=4.0)
    _, readings = lived([work], at(3))
    more = np.subtract(phases(readings, NIGHT), phases(usual, NIGHT))
    # 4 kW at 230 V and the circuit's power factor are 17 to 19 A.
    assert more[0] == pytest.approx(18.0, abs=2.5)
    assert np.abs(more[1:]).max() < 2.0
    neutral = [r.between("a.m-main.neutral_current", *NIGHT).mean() for r in (readings, usual)]
    assert neutral[0] > neutral[1] + 5.0
    register = "a.m-sockets.energy"
    assert readings.use(register, *NIGHT) > usual.use(register, *NIGHT) + 14.0


def test_idle_motors_pull_the_power_factor_down_at_light_load_alone(usual: Readings) -> None:
    work = happening(K.IDLE_MOTORS, at(1), at(3), asset="a.m-plant", size=32.0)
    campus, readings = lived([work], at(3))
    point = "a.m-main.power_factor"
    assert readings.between(point, *NIGHT).mean() == pytest.approx(0.6, abs=0.06)
    assert usual.between(point, *NIGHT).min() > 0.9
    assert readings.between(point, *DAY).min() > 0.85
    load = readings.between("a.m-main.power", *NIGHT).max()
    kva = campus.world.plan.site.equipment["a.m-main"].number("transformer_kva", 0.0)
    assert load < 0.1 * kva
    # It costs current, and with it some heat in cables, but no power to speak of.
    now, then = (r.use("a.m-main.energy", *NIGHT) for r in (readings, usual))
    assert now == pytest.approx(then, rel=0.02)


def test_each_is_drawn_on_the_circuit_that_it_belongs_to() -> None:
    for kind, item in ((K.ONE_PHASE, "01A1"), (K.IDLE_MOTORS, "01B1")):
        drawn = [h for h in staged(A, 1, START, DAYS, chance=1.0).happenings if h.kind is kind]
        assert [item_of(A.equipment[h.asset]) for h in drawn] == [item]


@pytest.mark.slow
def test_no_rule_minds_either() -> None:
    """Each at the upper end of what is drawn."""
    work = [
        happening(K.ONE_PHASE, at(-30), at(DAYS), asset="a.m-sockets", size=4.0),
        happening(K.IDLE_MOTORS, at(-30), at(DAYS), asset="a.m-plant", size=35.0),
    ]
    assert found(declared(A, work), SEED, (START, 6), happenings=work, behind=3) == []
