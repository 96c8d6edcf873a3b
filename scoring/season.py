"""One scored run as a record: all that the figures are made from."""

from __future__ import annotations

import msgspec

from scoring.records import Alarm, Booked, Cause, Distractor, Placebo, Saving, Visit


class Readings(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the readings; each is a distinct point and time.

    Attributes:
        sent: Given to the edge, after the simulated network's own loss.
        stored: In the store.
        quarantined: Refused, and kept with their reason.
        lost: Neither.
        duplicated: In the store more than once.
        invented: In the store, and never sent.
    """

    sent: int = 0
    stored: int = 0
    quarantined: int = 0
    lost: int = 0
    duplicated: int = 0
    invented: int = 0

    def plus(self, other: Readings) -> Readings:
        """Of both runs together."""
        mine, theirs = msgspec.structs.asdict(self), msgspec.structs.asdict(other)
        return Readings(**{name: mine[name] + theirs[name] for name in mine})


class Season(msgspec.Struct, frozen=True, kw_only=True):
    """A seed, run and judged.

    Attributes:
        seed: Which.
        start: Of the scored time, UTC. [ms]
        end: Its end. [ms]
        buildings: Ids.
        alarms: What the chain raised, in the order of time.
        causes: What was really wrong.
        distractors: What only looked so.
        visits: Repairs, and what was said of them.
        savings: What each repair truly saved, in the order of time.
        booked: What the ledger booked, by order and carrier.
        placebos: The same reckoning where nothing was repaired.
        threshold: Alarms of the single-threshold baseline on the same readings.
        readings: What became of them.
        wall_s: By stage. [s]
    """

    seed: int
    start: int
    end: int
    buildings: tuple[str, ...]
    alarms: tuple[Alarm, ...]
    causes: tuple[Cause, ...]
    distractors: tuple[Distractor, ...] = ()
    visits: tuple[Visit, ...] = ()
    savings: tuple[Saving, ...] = ()
    booked: tuple[Booked, ...] = ()
    placebos: tuple[Placebo, ...] = ()
    threshold: tuple[Alarm, ...] = ()
    readings: Readings = Readings()
    wall_s: dict[str, float] = {}
