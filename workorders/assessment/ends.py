"""How repairs held: what ended, what one visit ended, what came back. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.batch import Bools, Ints
from core.clock import DAY_MS
from core.words import Outcome
from workorders.assessment.columns import NEVER, NOBODY, Ended, Work
from workorders.assessment.facts import Facts, cancelled, mender, reactive

SETTLED_MS = 14 * DAY_MS
"""A repair has held when nothing came back for so long (domain.md E)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """Each time that an order was over, cancelled and inconclusive ones too.

    Attributes:
        settled: It is known whether it held.
        once: One visit ended it, and nothing came back.
        reopened: It was opened again within 14 days.
        recurred: The same fault came back within 14 days.
    """

    order: Ints
    who: Ints
    at: Ints
    settled: Bools
    once: Bools
    reopened: Bools
    recurred: Bools

    def first_time(self) -> Facts:
        """1 where one visit ended it for good."""
        return self._facts(self.once)

    def opened_again(self) -> Facts:
        """1 where somebody opened it again."""
        return self._facts(self.reopened)

    def came_back(self) -> Facts:
        """1 where the fault came back."""
        return self._facts(self.recurred)

    def _facts(self, true: Bools) -> Facts:
        return Facts(self.order, self.who, self.at, np.where(self.settled, true, np.nan))


def ends(work: Work, now: int) -> Ends:
    """Every end of every order that is judged by how it was answered.

    Args:
        work: The columns.
        now: What ended less than 14 days before is not settled. [ms]
    """
    orders, judged = work.orders, reactive(work)
    last = np.flatnonzero((orders.closed != NEVER) & judged)
    early = [one for one in work.ended if judged[one.order]]
    order = np.concatenate([last, np.array([e.order for e in early], dtype=np.int64)])
    at = np.concatenate([orders.closed[last], np.array([e.at for e in early], dtype=np.int64)])
    who = np.concatenate([
        mender(work)[last], np.array([_blamed(work, e) for e in early], dtype=np.int64)
    ])  # fmt: skip
    attempt = np.concatenate([
        orders.attempt[last], np.array([e.attempt for e in early], dtype=np.int64)
    ])  # fmt: skip
    none = np.zeros(len(last), dtype=bool)
    dropped = np.concatenate([
        cancelled(work)[last], np.array([e.cancelled for e in early], dtype=bool)
    ])  # fmt: skip
    doubtful = np.concatenate([
        orders.outcome.of(Outcome.INCONCLUSIVE.value)[last], np.zeros(len(early), dtype=bool)
    ])  # fmt: skip
    reopened = np.concatenate([
        none, np.array([e.again - e.at <= SETTLED_MS for e in early], dtype=bool)
    ])  # fmt: skip
    recurred = _recurred(work, order, at)
    once = (
        ~dropped & ~doubtful & ~reopened & ~recurred & (attempt <= 1)
        & (_visits(work, order, at) <= 1)
    )  # fmt: skip
    return Ends(
        order=order, who=who, at=at, settled=at <= now - SETTLED_MS, once=once,
        reopened=reopened, recurred=recurred,
    )  # fmt: skip


def _blamed(work: Work, one: Ended) -> int:
    """Who had mended it then; who has it where nobody had."""
    return one.mender if one.mender != NOBODY else int(work.orders.holder[one.order])


def _recurred(work: Work, order: Ints, at: Ints) -> Bools:
    found = np.zeros(len(order), dtype=bool)
    if work.again:
        row = {id_: n for n, id_ in enumerate(work.orders.id) if id_ in work.again}
        for n in np.flatnonzero(np.isin(order, np.fromiter(row.values(), dtype=np.int64))):
            back = work.again[work.orders.id[int(order[n])]]
            found[n] = 0 <= back - at[n] <= SETTLED_MS
    return found


def _visits(work: Work, order: Ints, at: Ints) -> Ints:
    """How often somebody came to the place until an order was over."""
    arrivals = work.arrivals
    count = np.bincount(arrivals.order, minlength=len(work.orders.id))
    found = count[order]
    again = {e.order for e in work.ended}
    for n in np.flatnonzero(np.isin(order, np.fromiter(again, dtype=np.int64))) if again else ():
        found[n] = int(((arrivals.order == order[n]) & (arrivals.at <= at[n])).sum())
    return found
