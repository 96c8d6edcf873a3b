"""The further buildings, E and F: of fan coils, and with a tank on the roof."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path

import numpy as np

from adapters.sites import load_site
from core.clock import DAY_MS
from core.site import Site
from core.words import Carrier
from simulators.campus import Campus
from simulators.physics.faults import Fault, FaultKind
from simulators.physics.trace import Trace
from simulators.worlds import one_building
from tests.simulators.parts import SEED
from tests.simulators.test_accused import midnight

XISHAN = Path(__file__).parents[2] / "sites" / "xishan"
SITE: Site = load_site(XISHAN)
E, F = one_building(SITE, "e"), one_building(SITE, "f")
SUMMER, WINTER = (midnight(datetime(2026, *day)) for day in ((7, 13), (1, 12)))  # noqa: DTZ001
"""Mondays."""


class Lived:
    """A building after some days: the truth by minute, and what it truly used. [kWh, m³]"""

    def __init__(self, site: Site, start: int, days: float, faults: tuple[Fault, ...] = ()) -> None:
        campus = Campus(site, SEED, start, faults)
        campus.advance(start)
        before = campus.consumed()
        self.trace = joined(traced(campus, start + int(days * DAY_MS)))
        self.campus, self.site = campus, site
        self.used = {c: v - before[b, c] for (b, c), v in campus.consumed().items()}


@cache
def lived(building: str, start: int, days: float, *faults: Fault) -> Lived:
    """Runs a building once for all tests that look at it."""
    return Lived({"e": E, "f": F}[building], start, days, faults)


def ill(kind: FaultKind, asset: str, start: int, severity: float = 1.0) -> Fault:
    """A fault from a midnight on."""
    return Fault(id=kind.value, kind=kind, asset=asset, onset=start, severity=severity)


def costs(healthy: Lived, faulty: Lived, carrier: Carrier) -> float:
    """What one used more than the other: U − H. [kWh, m³]"""
    return faulty.used[carrier] - healthy.used[carrier]


def traced(campus: Campus, until: int) -> list[Trace]:
    """Goes on to a time and keeps the truth of its air, rooms and plants."""
    found = []
    while campus.now < until:
        going = campus.going(campus.next_change(campus.now, until))
        try:
            asked = next(going)
            while True:
                [trace] = campus.world.model.run_all([asked])
                found.append(trace)
                asked = going.send(trace)
        except StopIteration:
            continue
    return found


def joined(parts: list[Trace]) -> Trace:
    """One after the other."""
    return Trace(**{
        name: np.concatenate([getattr(p, name) for p in parts], axis=1)
        for name in ("ahu", "zone", "building", "unit")
    })  # fmt: skip
