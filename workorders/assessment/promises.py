"""Promises kept and broken, as facts. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.batch import Bools
from core.service import ClockKind
from workorders.assessment.columns import NEVER, Promises, Work
from workorders.assessment.facts import Facts, cancelled, holder_at, reactive

RESPOND = (ClockKind.ACKNOWLEDGE.value, ClockKind.ARRIVE.value)
"""To answer; a response ends on arrival (crews.md)."""
RESOLVE = (ClockKind.SAFE.value, ClockKind.RESTORE.value, ClockKind.PERMANENT.value)
URGENT = 2
"""Priorities up to this one are held to the higher target (domain.md E)."""


def kept(work: Work, kinds: Sequence[str], *, urgent: bool = False) -> Facts:
    """1 for each promise that was kept, 0 for each that was broken.

    A promise is decided when it is kept or broken. Of an order that somebody cancelled it is
    broken where it was not kept before: cancelling is no way out of a promise.

    Args:
        work: The columns.
        kinds: Which promises.
        urgent: Only those of priority 1 and 2.
    """
    clocks, orders = work.promises, work.orders
    order = clocks.order
    mine = clocks.kind.among(kinds) & reactive(work)[order] & strictest(clocks)
    if urgent:
        mine &= clocks.priority <= URGENT
    broken = clocks.breached != NEVER
    met = (clocks.met != NEVER) & ~broken
    given_up = cancelled(work)[order] & ~met & ~broken
    at = np.where(broken, clocks.breached, np.where(met, clocks.met, orders.closed[order]))
    rows = np.flatnonzero(mine & (broken | met | given_up))
    return Facts(
        order[rows], holder_at(work, order[rows], at[rows]), at[rows],
        met[rows].astype(np.float64),
    )  # fmt: skip


def strictest(clocks: Promises) -> Bools:
    """Of clocks of one order, kind and start the one of the highest priority.

    A lower priority given later begins with the first report beside the old one; were both
    counted, giving it would make one kept promise of one broken.
    """
    found = np.zeros(len(clocks.order), dtype=bool)
    if not len(found):
        return found
    by = np.lexsort((clocks.priority, clocks.started, clocks.kind.code, clocks.order))
    same = np.ones(len(by), dtype=bool)
    for column in (clocks.order, clocks.kind.code, clocks.started):
        same[1:] &= column[by][1:] == column[by][:-1]
    same[0] = False
    found[by[~same]] = True
    return found
