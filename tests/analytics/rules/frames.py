"""Frames made by hand: one target, as many intervals as the longest list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from analytics.frame import Frame
from analytics.grid import Grid
from analytics.judged import REASONS, Judged
from analytics.rule import Rule
from analytics.rules import rule
from analytics.rules.air import DECLARED
from core.batch import Floats
from core.verdict import Reason, Verdict
from core.words import Carrier

Values = Mapping[str, float | Sequence[float]]
STEADY = 7
"""Five-minute intervals until the mode delay of 30 minutes has passed."""

FAULT, OK, NE = Verdict.FAULT, Verdict.OK, Verdict.NOT_EVALUABLE


def frame(
    values: Values, *, count: int = STEADY + 3, step_s: int = 300, occupied: bool = True,
    parameters: Values | None = None, references: Values | None = None, good: float = 1.0,
    without: Sequence[str] = (),
) -> Frame:  # fmt: skip
    """One target with these values by role; a number stands for all intervals."""
    grid = Grid(start=1_736_697_600_000, step=step_s * 1000, count=count)
    shape = (1, count)
    declared = {"oat_local": 1.0, **DECLARED, **(parameters or {})}
    return Frame(
        grid=grid,
        targets=("a.ahu1",),
        values={name: _row(value, count) for name, value in values.items()},
        has={name: np.array([name not in without]) for name in values},
        good=np.full(shape, good),
        coarse=np.array([False]),
        exempt=np.array([False]),
        beyond=np.zeros(shape, dtype=np.bool_),
        muted=np.zeros(shape, dtype=np.bool_),
        occupied=np.full(shape, occupied),
        declared=np.zeros(shape, dtype=np.bool_),
        parameters={name: np.array([value], dtype=float) for name, value in declared.items()},
        references={
            name: np.array([value], dtype=float) for name, value in (references or {}).items()
        },
    )


def judged(id_: str, of: Frame) -> Judged:
    found: Rule = rule(id_)
    return found.judge(of)


def last(result: Judged) -> tuple[Verdict, Reason]:
    """Verdict and reason of the last interval."""
    return Verdict(int(result.verdict[0, -1])), REASONS[int(result.reason[0, -1])]


def wasted(result: Judged, carrier: Carrier) -> float:
    """Waste of the last interval."""
    return float(result.waste[carrier][0, -1])


def every_gate(id_: str, faulty: Frame, needed: Sequence[str]) -> None:
    """What silences every rule, on a frame that is otherwise at fault."""
    assert last(judged(id_, faulty))[0] is FAULT
    yes = np.array([True])
    everywhere = np.ones(faulty.shape, dtype=np.bool_)
    assert last(judged(id_, replace(faulty, exempt=yes))) == (NE, Reason.EXEMPT)
    assert last(judged(id_, replace(faulty, coarse=yes))) == (NE, Reason.COARSE)
    assert last(judged(id_, replace(faulty, muted=everywhere))) == (NE, Reason.MUTED)
    assert last(judged(id_, replace(faulty, declared=everywhere))) == (NE, Reason.DECLARED)
    for role in needed:
        lost = {**faulty.values, role: np.full(faulty.shape, np.nan)}
        result = judged(id_, replace(faulty, values=lost))
        assert last(result) == (NE, Reason.INSUFFICIENT), role
        assert all(float(amount.sum()) == 0.0 for amount in result.waste.values())
        gone = {**faulty.has, role: np.array([False])}
        assert last(judged(id_, replace(faulty, has=gone))) == (NE, Reason.NO_POINT), role
    nothing = {name: np.full(faulty.shape, np.nan) for name in faulty.values}
    assert last(judged(id_, replace(faulty, values=nothing))) == (NE, Reason.NO_DATA)
    assert last(judged(id_, replace(faulty, beyond=everywhere))) == (FAULT, Reason.BEYOND_SPAN)


def with_values(of: Frame, **values: float | Sequence[float]) -> Frame:
    """The same frame with some values changed."""
    changed = {name: _row(value, of.grid.count) for name, value in values.items()}
    return replace(of, values={**of.values, **changed})


def _row(value: float | Sequence[float], count: int) -> Floats:
    return np.broadcast_to(np.asarray(value, dtype=np.float64), (1, count)).copy()
