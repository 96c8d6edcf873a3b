"""One day of a small site as it was said: written by ``python -m tests.simulators.golden``.

Write it anew in the change that means to change the physics, and say why there.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.introspect import opt_func_info

from core.batch import Columns
from core.quantity import Kind
from simulators.campus import Campus
from simulators.physics.faults import Fault, FaultKind
from simulators.physics.readings.background import MILD
from simulators.worlds import of_buildings
from tests.simulators.parts import SEED, SITE, START, at

FILE = Path(__file__).parent / "golden.json"
SMALL = of_buildings(SITE, ["a"])
WHOLE_DAY = at(2)
_FAULTS = (
    Fault(id="leak", kind=FaultKind.WATER_LEAK, asset="a.w-toilets", onset=at(1, 9.0),
          severity=0.1, creep_days=2.0),
    Fault(id="noise", kind=FaultKind.SENSOR_NOISY, asset="a.ahu1", point="sat",
          onset=at(1, 10.0), severity=5.0),
    Fault(id="late", kind=FaultKind.READINGS_LATE, asset="gw-a", onset=at(1, 12.0),
          end=at(1, 13.0), severity=10.0),
)  # fmt: skip


def days() -> dict[str, Columns]:
    """What the small site says in a day: healthy, and with faults and defects of data."""
    ill = Campus(SMALL, SEED, START, _FAULTS, background=MILD)
    return {
        "healthy": Campus(SMALL, SEED, START).read("gw-a", WHOLE_DAY),
        "ill": ill.read("gw-a", WHOLE_DAY),
    }


def where() -> dict[str, str]:
    """What decides of the last bit: versions, and which functions the processor lets numpy take."""
    return {
        "python": platform.python_version(), "numpy": np.__version__,
        "system": platform.system(), "machine": platform.machine(),
        "libc": " ".join(platform.libc_ver()), **_taken(),
    }  # fmt: skip


def _taken() -> dict[str, str]:
    """Which of numpy's loops this processor gets, by function."""
    found = opt_func_info(func_name="^(exp|log|sin|power)$", signature="float64")
    return {
        f"{name} {signature}": about["current"]
        for name, signatures in found.items()
        for signature, about in signatures.items()
    }


def hashes(rows: Columns) -> dict[str, str]:
    """Of each point's times and values, by its id; whichever order they came in is in it too."""
    made = {}
    for index in np.unique(rows.point):
        mine = rows.keep(rows.point == index)
        text = mine.at.tobytes() + mine.value.tobytes() + mine.quality.tobytes()
        made[SMALL.points[index].id] = hashlib.blake2b(text, digest_size=8).hexdigest()
    return made


def told(rows: Columns) -> dict[str, float]:
    """Of each point the mean, of a register what it counted: what holds on any machine."""
    made = {}
    for index in np.unique(rows.point):
        point, values = SMALL.points[index], rows.value[rows.point == index]
        register = point.kind is Kind.REGISTER
        made[point.id] = round(float(np.ptp(values) if register else values.mean()), 4)
    return made


def golden() -> Mapping[str, Any]:
    """As it was written."""
    found: Mapping[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def main() -> None:
    """Writes it anew."""
    said = days()
    made = {
        "where": where(),
        "days": {k: {"hashes": hashes(v), "told": told(v)} for k, v in said.items()},
    }
    FILE.write_text(json.dumps(made, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
