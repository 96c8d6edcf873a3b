"""Work made by hand: a few orders said in short, in the columns that figures are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np

from core.clock import DAY_MS, HOUR_MS, MINUTE_MS
from workorders.assessment.assess import Assessment
from workorders.assessment.columns import (
    NEVER,
    NOBODY,
    Arrivals,
    Ended,
    Occurrences,
    Orders,
    Promises,
    Ratings,
    Saved,
    Words,
    Work,
)
from workorders.assessment.figures import Figure
from workorders.assessment.period import Period
from workorders.assessment.targets import Targets

ZONE = "Asia/Shanghai"
M, H, D = MINUTE_MS, HOUR_MS, DAY_MS


def at(text: str) -> int:
    """A local time of the site, as ms."""
    return round(datetime.fromisoformat(f"{text}+08:00").astimezone(UTC).timestamp() * 1000)


START = at("2026-03-02 08:00")
NOW = at("2026-03-31 12:00")


@dataclass
class Made:
    """Orders and what belongs to them; times in ms after :data:`START`."""

    orders: list[dict[str, Any]] = field(default_factory=list)
    promises: list[tuple[int, str, int, int, int, int, int]] = field(default_factory=list)
    arrivals: list[tuple[int, int]] = field(default_factory=list)
    ratings: list[tuple[int, int, bool]] = field(default_factory=list)
    saved: list[tuple[int, str, float]] = field(default_factory=list)
    occurrences: list[tuple[int, int, bool]] = field(default_factory=list)
    people: list[str] = field(default_factory=lambda: ["li", "wang", "firm"])

    def order(self, **said: Any) -> int:
        """An order that li closed after three hours, unless something else is said."""
        usual: dict[str, Any] = {
            "building": "a", "crew": "H", "origin": "finding", "state": "closed",
            "outcome": "verified", "reason": None, "proof": "telemetry", "closer": "system",
            "holder": "li", "mender": "li", "priority": 3, "attempt": 1, "opened": 0, "seen": 0,
            "done": 3 * H, "closed": 5 * H, "minutes": 60, "effort": 60,
        }  # fmt: skip
        self.orders.append({**usual, **said})
        return len(self.orders) - 1

    def cancelled(self, reason: str = "false_alarm", closer: str = "boss", **said: Any) -> int:
        """An order that somebody cancelled an hour after it was opened."""
        return self.order(
            state="cancelled", outcome=None, reason=reason, closer=closer, mender=None, done=None,
            closed=H, minutes=0, **said,
        )  # fmt: skip

    def promise(
        self, order: int, kind: str = "acknowledge", *, priority: int = 3, started: int = 0,
        due: int = H, met: int | None = None, breached: int | None = None,
    ) -> None:  # fmt: skip
        self.promises.append(
            (order, kind, priority, _at(started), _at(due), _at(met), _at(breached))
        )

    def arrive(self, order: int, when: int) -> None:
        self.arrivals.append((order, _at(when)))

    def work(self, **more: Any) -> Work:
        """As columns."""
        rows, ids = self.orders, [f"WO-2026-{n:04d}" for n in range(len(self.orders))]
        words: dict[str, Any] = {
            name: _words([row[name] for row in rows])
            for name in ("building", "crew", "origin", "state", "outcome", "reason", "proof",
                         "closer")
        }  # fmt: skip
        times = {
            name: _ints([_at(row[name]) for row in rows])
            for name in ("opened", "seen", "done", "closed")
        }
        numbers = {
            name: _ints([row[name] for row in rows])
            for name in ("priority", "attempt", "minutes", "effort")
        }
        who = {name: _ints([self.person(row[name]) for row in rows])
               for name in ("holder", "mender")}  # fmt: skip
        order, kind, *rest = _columns(self.promises, 7)
        usual: dict[str, Any] = {"people": self.people, "firms": frozenset({"firm"})}
        return Work(
            orders=Orders(id=ids, **words, **times, **numbers, **who),
            promises=Promises(
                order=_ints(order), kind=_words(kind),
                **dict(zip(("priority", "started", "due", "met", "breached"), map(_ints, rest),
                           strict=True)),
            ),
            arrivals=Arrivals(order=_ints([a for a, _ in self.arrivals]),
                              at=_ints([b for _, b in self.arrivals])),
            ratings=Ratings(
                order=_ints([a for a, _, _ in self.ratings]),
                stars=_ints([b for _, b, _ in self.ratings]),
                left_out=np.array([c for _, _, c in self.ratings], dtype=bool),
            ),
            saved=Saved(
                order=_ints([a for a, _, _ in self.saved]), month=[b for _, b, _ in self.saved],
                money=np.array([c for _, _, c in self.saved], dtype=np.float64),
            ),
            occurrences=Occurrences(
                order=_ints([a for a, _, _ in self.occurrences]),
                at=_ints([_at(b) for _, b, _ in self.occurrences]),
                kept=np.array([c for _, _, c in self.occurrences], dtype=bool),
            ),
            **{**usual, **more},
        )  # fmt: skip

    def person(self, login: str | None) -> int:
        return NOBODY if login is None else self.people.index(login)

    def assessed(
        self, *, now: int = NOW, first: str = "2026-03", last: str = "2026-03",
        only: str | None = None, targets: Targets | None = None, **more: Any,
    ) -> Assessment:  # fmt: skip
        return Assessment(
            work=self.work(**more), period=Period(first, last, ZONE), now=now,
            targets=targets or Targets(), only=only,
        )  # fmt: skip

    def figures(self, **more: Any) -> Mapping[str, Figure]:
        """Of everything together."""
        (row,) = self.assessed(**more).rows()
        return row.figures


def ended(order: int, over: int, again: int, **more: Any) -> Ended:
    """An end that was taken back."""
    usual = {"cancelled": False, "attempt": 1, "mender": 0, **more}
    return Ended(order=order, at=_at(over), again=_at(again), **usual)


def _at(offset: int | None) -> int:
    return NEVER if offset is None else START + offset


def _ints(values: Sequence[int]) -> Any:
    return np.array(values, dtype=np.int64)


def _words(values: Sequence[str | None]) -> Words:
    known = sorted({one for one in values if one is not None})
    return Words(_ints([-1 if one is None else known.index(one) for one in values]), known)


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[tuple[Any, ...]]:
    return list(zip(*rows, strict=True)) if rows else [()] * width
