"""What is tried: one fault a building and world, of each kind whose repair is booked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from core.clock import DAY_MS, HOUR_MS, MINUTE_MS
from core.site import Site
from simulators.physics.faults import Fault, FaultKind, log_uniform
from simulators.physics.kinds.catalogue import FAULT_KINDS
from simulators.physics.streams import stream
from simulators.places import places
from simulators.truth import Effect
from simulators.worlds import building_of

_K = FaultKind
TRIED = (
    _K.WATER_LEAK, _K.FLOAT_VALVE_PASSES, _K.HEAT_VALVE_PASSES, _K.HEAT_VALVE_STUCK,
    _K.COOL_VALVE_PASSES, _K.COOL_VALVE_STUCK, _K.HEAT_VALVE_HELD, _K.COOL_VALVE_HELD,
    _K.DAMPER_STUCK, _K.DAMPER_HELD, _K.PLANT_LEFT_ON, _K.SCHEDULE_LONGER, _K.LIGHTS_LEFT_ON,
    _K.LOCKOUT_LOST,
)  # fmt: skip
"""Kinds that a rule finds whose family has a construction."""

_MILDEST = 0.35
"""Of the logarithm of a kind's span: what is milder, no rule finds, and no order comes of it."""
_ONSET_D, _OPEN_D = (0.2, 2.0), (3.0, 11.0)
_CREEPS, _CREEP_D = 0.25, (7.0, 30.0)
_USELESS, _PARTIAL = 0.1, 0.1
_SHIFT_H = (9.0, 17.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One fault and the one visit to it.

    Attributes:
        building: Where.
        fault: What.
        done: When somebody says that it is mended, UTC. [ms]
        effect: What that visit does.
    """

    building: str
    fault: Fault
    done: int
    effect: Effect


def tries(site: Site, seed: int, start: int, worlds: int) -> list[list[Try]]:
    """What is tried in each of several worlds of a seed; a building has one fault in each.

    Args:
        site: Where.
        seed: Of the draw.
        start: Local midnight from which faults may begin, UTC. [ms]
        worlds: How many.
    """
    found: list[list[Try]] = [[] for _ in range(worlds)]
    for building in sorted(site.buildings):
        drawn = _of(site, building, stream(seed, building, "trial"), start)
        for world, one in zip(found, drawn, strict=False):
            world.append(one)
    return found


def _of(site: Site, building: str, rng: np.random.Generator, start: int) -> Iterator[Try]:
    """Every kind that the building has a place for, by turns in an order of chance."""
    here = {k: [p for p in places(site, k) if building_of(site, p[0]) == building] for k in TRIED}
    able = [kind for kind in TRIED if here[kind]]
    while able:
        for n in rng.permutation(len(able)):
            yield _one(building, able[int(n)], here[able[int(n)]], rng, start)


def _one(
    building: str, kind: FaultKind, where: Sequence[tuple[str, str]], rng: np.random.Generator,
    start: int,
) -> Try:  # fmt: skip
    """One fault; the same number of draws whatever comes of it."""
    about = FAULT_KINDS[kind]
    place, share, onset, wait, hour, creeps, slow, effect = rng.random(8)
    asset, point = where[int(place * len(where))]
    begun = start + int((_ONSET_D[0] + onset * (_ONSET_D[1] - _ONSET_D[0])) * DAY_MS)
    open_days = int(_OPEN_D[0] + wait * (_OPEN_D[1] - _OPEN_D[0]))
    clock = _SHIFT_H[0] + hour * (_SHIFT_H[1] - _SHIFT_H[0])
    days = (begun - start) // DAY_MS + open_days
    done = start + days * DAY_MS + int(clock * 60) * MINUTE_MS
    creep = log_uniform(_CREEP_D, slow) if "C" in about.onsets and creeps < _CREEPS else 0.0
    fault = Fault(
        id=f"{kind.value}@{asset}", kind=kind, asset=asset, point=point,
        onset=begun - begun % HOUR_MS, severity=about.severity(_MILDEST + (1 - _MILDEST) * share),
        creep_days=creep,
    )  # fmt: skip
    return Try(building=building, fault=fault, done=done, effect=_effect(effect, kind))


def _effect(share: float, kind: FaultKind) -> Effect:
    if share < _USELESS:
        return "useless"
    if share < _USELESS + _PARTIAL and FAULT_KINDS[kind].halves:
        return "partial"
    return "effective"
