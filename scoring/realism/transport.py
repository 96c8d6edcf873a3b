"""Table D, transport, and the meters' share of table A: what is lost on the way, and how it falls.

A meter is judged by the hours in which a reading of it arrived and by its register.
"""

from __future__ import annotations

import numpy as np

from core.batch import Bools, Floats
from scoring.realism import measures as m

_YEAR_H = 8766.0


def arrivals(present: Bools) -> dict[str, float]:
    """Of successive hours, true where a reading arrived: ``missing`` [%] and ``gaps`` a year."""
    return {
        "missing": 100.0 * float((~present).mean()),
        "gaps": len(m.runs(~present)) * _YEAR_H / len(present),
    }


def backward(register: Floats) -> float:
    """Steps of a register that go down, in the order of its readings; missing ones are left out."""
    known = register[np.isfinite(register)]
    return float((np.diff(known) < 0.0).sum())


def zero_episodes(rows: Floats, hours: float) -> float:
    """Stretches, a year, in which all that a reader says is 0 at once. (samples, values)

    As one does whose line has dropped; ``hours`` is how long it was watched [h]. NaN is not said.
    """
    dropped = ((rows == 0.0) | ~np.isfinite(rows)).all(axis=1) & (rows == 0.0).any(axis=1)
    return len(m.runs(dropped)) * _YEAR_H / hours
