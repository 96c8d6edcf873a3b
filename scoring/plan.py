"""Which faults a seed brings: kinds, places, severities and onsets, drawn before any rule runs."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import islice

import numpy as np

from core.clock import DAY_MS, HOUR_MS, MINUTE_MS
from core.site import Site
from simulators.physics.cheats import cheats
from simulators.physics.faults import Fault, FaultKind, log_uniform
from simulators.physics.kinds.catalogue import FAULT_KINDS, LATER
from simulators.physics.streams import stream
from simulators.places import places
from simulators.truth import Effect
from simulators.worlds import building_of

PER_BUILDING, IN_DAYS = 6, 56
"""So many faults a building in so many days. Precision rises with their density: fixed here."""
_LATEST = 0.85  # share of the time by which a fault has begun, so that it can still be found
_CREEP_D = (7.0, 120.0)
# A gateway that is down comes back by itself: nobody would miss a building's readings for weeks,
# and while it is down it hides every other fault behind it.
_OUTAGE_H = (0.2, 72.0)
_OUTAGES = frozenset({FaultKind.GATEWAY_SILENT, FaultKind.GATEWAY_CUT_OFF})
# What comes and goes: mean hours that it is there and that it is away, both log-uniform; chosen
# from a shift to a few days, so that a week shows several bouts or one.
_BOUT_H, _AWAY_H = (2.0, 48.0), (4.0, 96.0)
_OTHER_WAY = 0.5  # a sensor reads too low as often as too high
# Of first and second visits, the shares that are no good: what is to be refused, what only hides
# the symptom, and what mends half. A choice; enough of each that five seeds have some to judge.
_USELESS, _CHEATS, _PARTIAL = 0.15, 0.1, 0.1
_TRIES = 3


def draw(site: Site, seed: int, start: int, days: int, per: float = PER_BUILDING) -> list[Fault]:
    """The faults of a seed, by onset.

    Every kind that the site has a place for is as likely as any other; in one building no kind
    comes again before all have come, and no asset has two faults of one family.

    Args:
        site: Where.
        seed: Of the draw; another stream than weather and noise.
        start: From when faults may begin, UTC. [ms]
        days: How long they may.
        per: Faults a building in :data:`IN_DAYS` days.
    """
    found: list[Fault] = []
    for building in sorted(site.buildings):
        rng = stream(seed, building, "faults")
        number = max(1, round(per * days / IN_DAYS))
        found += islice(_of(site, building, rng, start, days), number)
    return sorted(found, key=lambda f: (f.onset, f.id))


def severity_word(fault: Fault) -> str:
    """``mild``, ``middle`` or ``severe``: thirds of what is drawn for its kind, log-uniform."""
    low, high = FAULT_KINDS[fault.kind].span
    if high <= low:
        return "middle"
    share = math.log(abs(fault.severity) / low) / math.log(high / low)
    return ("mild", "middle", "severe")[min(2, max(0, int(share * 3)))]


def effect_of(seed: int, fault: Fault, attempt: int) -> Effect:
    """What a visit does: some are useless, cheat or mend half, none a third time.

    A fault that nothing hides is left as it is instead, one that has no half is mended.
    """
    if attempt >= _TRIES:
        return "effective"
    share, which = stream(seed, fault.id, "visit", attempt).random(2)
    if share < _USELESS + _CHEATS:
        ways = cheats(fault) if share >= _USELESS else ()
        return ways[int(which * len(ways))] if ways else "useless"
    halved = share < _USELESS + _CHEATS + _PARTIAL and FAULT_KINDS[fault.kind].halves
    return "partial" if halved else "effective"


def _of(
    site: Site, building: str, rng: np.random.Generator, start: int, days: int
) -> Iterator[Fault]:
    taken: set[tuple[str, str]] = set()
    kinds: list[FaultKind] = []
    all_ = _drawn_from(site, building)
    barren = 0
    while barren < len(all_):
        if not kinds:
            kinds = [all_[i] for i in rng.permutation(len(all_))]
        fault = _one(site, building, kinds.pop(), rng, (start, days))
        family = FAULT_KINDS[fault.kind].family if fault is not None else ""
        if fault is None or (fault.target, family) in taken:
            barren += 1
            continue
        barren = 0
        taken.add((fault.target, family))
        yield fault


def _drawn_from(site: Site, building: str) -> list[FaultKind]:
    """Kinds that a building is asked for: all but those that came later and have no place here."""
    return [
        kind for kind in FaultKind
        if kind not in LATER
        or any(building_of(site, asset) == building for asset, _ in places(site, kind))
    ]  # fmt: skip


def _one(
    site: Site, building: str, kind: FaultKind, rng: np.random.Generator, when: tuple[int, int]
) -> Fault | None:
    """One fault of a kind; the same number of draws whatever comes of it."""
    about = FAULT_KINDS[kind]
    where, share, onset, course, creep, side, there, away = rng.random(8)
    here = [place for place in places(site, kind) if building_of(site, place[0]) == building]
    if not here:
        return None
    asset, point = here[int(where * len(here))]
    begun = when[0] + int(onset * _LATEST * when[1] * DAY_MS)
    letter = about.onsets[int(course * len(about.onsets))]
    slow = log_uniform(_CREEP_D, creep)
    over = begun + int(log_uniform(_OUTAGE_H, share) * HOUR_MS)
    bouts = log_uniform(_BOUT_H, there), log_uniform(_AWAY_H, away)
    passes = kind in _OUTAGES
    severity = about.severity(share)
    return Fault(
        id=f"{kind.value}@{asset}.{point}" if point else f"{kind.value}@{asset}",
        kind=kind, asset=asset, point=point, onset=begun - begun % MINUTE_MS,
        severity=-severity if about.signed and side < _OTHER_WAY else severity,
        creep_days=slow if letter == "C" else 0.0,
        bouts_h=bouts if letter == "I" and not passes else None,
        end=over if passes else None,
    )  # fmt: skip
