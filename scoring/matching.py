"""Orders against faults: who is credited with what, by rules that cannot be played.

An order is credited with one fault at most and a fault with one order: of all such
assignments the heaviest. Asset and trade are mandatory; an order that names the kind, and the
very asset rather than a part of it, is worth more, so that it is not spent on another fault.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from core.batch import Floats
from core.clock import DAY_MS, HOUR_MS
from core.words import Discipline, Trade
from scoring.assignment import assigned
from scoring.places import Places
from scoring.records import Alarm, Cause, Distractor, Visit

ASSET, PART, FAMILY, TRADE = 3.0, 2.5, 2.0, 1.0
"""What agreement is worth. An asset's part counts like the asset, less than the asset itself
and more than a family that agrees by chance."""
GRACE_MS, DATA_GRACE_MS = 24 * HOUR_MS, 72 * HOUR_MS
"""How long after a fault's end an order may still open; data faults end before the readings
that show them have come."""
UNPLUGGED, LEFT_MS = "sensor_unplugged", 14 * DAY_MS
"""What such a visit did, as the truth calls it, and for how long orders of instruments on that
asset are taken for orders on it: the time in which a cause that comes again is the same one."""
_NOBODY = ""  # of other people's alarms that send nobody: only then the trade is not asked
_VISIBLE, _EARLY = 1e-3, 1e-6
"""Break ties: towards faults that can be seen, then towards the earlier order."""


class Word(StrEnum):
    """What an order turned out to be."""

    TRUE = "true"
    REPEAT = "repeat"
    """A further order on a cause that has its order."""
    WRONG_TRADE = "wrong_trade"
    """The right asset at the right time, the wrong people."""
    SYMPTOM = "symptom"
    """One loop away from a fault."""
    DORMANT = "dormant"
    """On a fault that nothing published could show: neither true nor false."""
    LEFT = "left"
    """On a sensor that a visit unplugged instead of mending: neither true nor false, since no fault
    that was drawn lies there, and somebody has to plug it in."""
    DISTRACTED = "distracted"
    """Raised by something that is no fault."""
    FALSE = "false"
    UNHEARD = "unheard"
    """Withdrawn before anybody was told: does not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """An alarm, what it was, and the ids of the fault or distractor behind it, if any."""

    alarm: Alarm
    word: Word
    cause: str = ""


def match(
    alarms: Sequence[Alarm], causes: Sequence[Cause], places: Places,
    distractors: Sequence[Distractor] = (), visits: Sequence[Visit] = (),
) -> list[Judged]:  # fmt: skip
    """Judges every alarm, in the order given.

    What is one loop from a fault that shows is a symptom of it, whatever else happens there; of
    several distractors the one that names the fewest assets, for the shortest time.
    """
    heard = [a for a in alarms if a.paged]
    pairs = assigned(_weights(heard, causes, places))
    credit = {heard[a].id: causes[c] for a, c in pairs}
    left = _left(causes, visits)
    return [
        _judged(alarm, credit.get(alarm.id), causes, places, distractors)
        if alarm.id in credit or not any(_on(alarm, asset, at, places) for asset, at in left)
        else Judged(alarm=alarm, word=Word.LEFT)
        for alarm in alarms
    ]


def in_time(alarm: Alarm, cause: Cause) -> bool:
    """Whether it opened after the onset and not too long after the end."""
    until = None if cause.end is None else cause.end + grace_of(cause)
    return cause.onset <= alarm.start and (until is None or alarm.start <= until)


def grace_of(cause: Cause) -> int:
    """How long after its end an order on it may still open. [ms]"""
    return DATA_GRACE_MS if cause.discipline == Discipline.INSTRUMENT else GRACE_MS


def _weights(alarms: Sequence[Alarm], causes: Sequence[Cause], places: Places) -> Floats:
    weights = np.zeros((len(alarms), len(causes)))
    rank = {a.id: i for i, a in enumerate(sorted(alarms, key=lambda a: (a.start, a.id)))}
    for i, alarm in enumerate(alarms):
        for j, cause in enumerate(causes):
            if _fits(alarm, cause, places):
                weights[i, j] = _worth(alarm, cause) - _EARLY * rank[alarm.id]
    return weights


def _fits(alarm: Alarm, cause: Cause, places: Places) -> bool:
    here = places.credited(alarm.asset, cause.asset) and in_time(alarm, cause)
    return here and alarm.trade in {cause.trade, _NOBODY}


def _worth(alarm: Alarm, cause: Cause) -> float:
    place = ASSET if alarm.asset == cause.asset else PART
    family = FAMILY if alarm.family and alarm.family in {cause.family, cause.kind} else 0.0
    return place + family + TRADE + (_VISIBLE if cause.visible is not None else 0.0)


def _judged(
    alarm: Alarm, credit: Cause | None, causes: Sequence[Cause], places: Places,
    distractors: Sequence[Distractor],
) -> Judged:  # fmt: skip
    if not alarm.paged:
        return Judged(alarm=alarm, word=Word.UNHEARD)
    if credit is not None:
        word = Word.TRUE if credit.visible is not None else Word.DORMANT
        return Judged(alarm=alarm, word=word, cause=credit.id)

    def first(test: Callable[[Cause], bool]) -> Cause | None:
        return next((c for c in causes if test(c)), None)

    def seen(cause: Cause) -> bool:
        return cause.visible is not None and in_time(alarm, cause)

    by = [d for d in distractors if _by(alarm, d)]
    distractor = min(by, key=lambda d: (len(d.assets), d.end - d.start, d.id), default=None)
    for word, cause in (
        (Word.REPEAT, first(lambda c: seen(c) and _fits(alarm, c, places))),
        (Word.DORMANT, first(lambda c: c.visible is None and _fits(alarm, c, places))),
        (Word.WRONG_TRADE, first(lambda c: seen(c) and places.credited(alarm.asset, c.asset))),
        (Word.SYMPTOM, first(lambda c: seen(c) and places.near(alarm.asset, c.asset))),
        (Word.DISTRACTED, distractor),
    ):
        if cause is not None:
            return Judged(alarm=alarm, word=word, cause=cause.id)
    return Judged(alarm=alarm, word=Word.FALSE)


def _left(causes: Sequence[Cause], visits: Sequence[Visit]) -> list[tuple[str, int]]:
    """Assets with a sensor that a visit unplugged, and since when. [ms]"""
    assets = {cause.id: cause.asset for cause in causes}
    return [(assets[v.cause], v.at) for v in visits
            if v.effect == UNPLUGGED and v.cause in assets]  # fmt: skip


def _on(alarm: Alarm, asset: str, at: int, places: Places) -> bool:
    sent = alarm.trade == Trade.INSTRUMENT and places.credited(alarm.asset, asset)
    return alarm.paged and sent and at <= alarm.start <= at + LEFT_MS


def _by(alarm: Alarm, distractor: Distractor) -> bool:
    until = distractor.end + GRACE_MS
    return alarm.asset in distractor.assets and distractor.start <= alarm.start <= until
