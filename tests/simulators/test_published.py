"""Only meters and sensors write what is published, and a fault of theirs of nothing is health."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

import simulators
from core.batch import Columns, Floats, Ints
from core.clock import DAY_MS
from simulators.campus import Campus
from simulators.physics.faults import Fault, FaultKind
from simulators.physics.kinds import instrument
from simulators.physics.kinds.catalogue import FAULT_KINDS
from simulators.physics.readings.meter_faults import MeterFaults
from simulators.physics.readings.meters import Meters, Passed
from simulators.physics.readings.sensing import Sensors, Stretch
from simulators.physics.readings.sensor_faults import SensorFaults
from simulators.places import places
from simulators.worlds import of_buildings
from tests.simulators.parts import SEED, SITE, START, at, same

SMALL = of_buildings(SITE, ["a"])
SAID = 7.0
NOON = at(1, 12.0)
MAKERS = {
    "physics/world.py": "puts what meters and sensors said into columns",
    "network.py": "copies and dates what is under way",
}
"""Who makes rows of readings out of arrays; nobody else may."""


def every(severity: float) -> Iterator[Fault]:
    """One fault of every kind that building A has a place for."""
    for kind in FAULT_KINDS:
        seats = places(SMALL, kind)
        if seats:
            asset, point = seats[0]
            yield Fault(
                id=kind.value, kind=kind, asset=asset, point=point, onset=START, severity=severity
            )


def test_nothing_but_meters_and_sensors_writes_a_value(monkeypatch: pytest.MonkeyPatch) -> None:
    """With every fault at once, what is published is what these two stages were made to say."""

    def sensed(
        _self: Sensors, _point: int, truth: Floats, _when: Stretch, _fault: SensorFaults | None,
        *, biased: bool = False,
    ) -> Floats:  # fmt: skip
        del biased
        return np.full_like(truth, SAID)

    def sensed_together(
        _self: Sensors, _points: Sequence[int], truth: Floats, _when: Stretch,
        _biased: frozenset[int], _at: Ints | None = None,
    ) -> Floats:  # fmt: skip
        return np.full_like(truth, SAID)

    real = Meters.read

    def metered(
        self: Meters, passed: Passed, at: Ints, faults: Mapping[str, MeterFaults] | None = None
    ) -> dict[int, tuple[Ints, Floats]]:
        said = real(self, passed, at, faults)
        return {point: (when, np.full_like(values, SAID)) for point, (when, values) in said.items()}

    monkeypatch.setattr(Sensors, "read", sensed)
    monkeypatch.setattr(Sensors, "read_sound", sensed_together)
    monkeypatch.setattr(Meters, "read", metered)
    silent = {FaultKind.GATEWAY_SILENT, FaultKind.GATEWAY_CUT_OFF}
    faults = [f for f in every(0.5) if f.kind not in silent]
    assert len(faults) > 20
    rows = Campus(SMALL, SEED, START, faults).read("gw-a", at(1, 9.0))
    assert len(np.unique(rows.point)) > 60
    assert set(rows.value.tolist()) == {SAID}


def test_only_these_make_rows() -> None:
    root = Path(next(iter(simulators.__path__)))
    found = set()
    for path in sorted(root.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _makes(node.func):
                found.add(str(path.relative_to(root)))
    assert found == set(MAKERS)


def _makes(function: ast.expr) -> bool:
    """Whether it is ``Columns`` or ``Columns.of``; parts may be joined and left out anywhere."""
    if isinstance(function, ast.Attribute):
        return function.attr == "of" and ast.unparse(function.value) == Columns.__name__
    return isinstance(function, ast.Name) and function.id == Columns.__name__


@pytest.fixture(scope="module")
def healthy() -> Columns:
    return Campus(SMALL, SEED, START).read("gw-a", NOON)


@pytest.mark.parametrize("kind", instrument.KINDS)
def test_nothing_of_a_kind_is_health_to_the_bit(kind: FaultKind, healthy: Columns) -> None:
    asset, point = places(SMALL, kind)[0]

    def told(severity: float) -> Columns:
        # Long ago, since a drift takes weeks to show.
        onset = START - 30 * DAY_MS
        one = Fault(
            id="one", kind=kind, asset=asset, point=point, onset=onset, severity=severity
        )  # fmt: skip
        return Campus(SMALL, SEED, START, (one,)).read("gw-a", NOON)

    assert same(told(0.0), healthy)
    assert not same(told(FAULT_KINDS[kind].span[1]), healthy)
