"""Entering readings that people take: checked before they are kept, so that a slip is seen at once.

The same checks of ingest come after it; what ingest knows better (what a register did) is left
to it. What is refused here is told to the person, never stored.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from core.actor import Actor
from core.clock import Clock
from core.errors import Mistake, Refused
from core.hand import HandReading, HandReadings
from core.quantity import Kind, Quantity, to_canonical, units_of
from core.site import Point, Site
from core.words import Role, Text
from ingest.validate import AHEAD_MS, EARLIEST_MS

MAY = (Role.TECHNICIAN, Role.ENGINEER, Role.ADMIN)
"""Who may enter readings."""
MOST_NOTE = 500

Before = Callable[[int, int], float | None]
"""The last value of a point at or before a time, as far as anybody knows. [canonical unit]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A reading as a person says it.

    Attributes:
        point: Id of the point.
        at: When it was read off, UTC. [ms]
        value: In ``unit``.
        unit: As in docs/nomenclature.md; the point's own where empty.
        note: In the person's words.
        sure: That an unlikely value is meant: a meter was changed, a dial went round.
        file: The file it stands in.
        line: Its line there.
    """

    point: str
    at: int
    value: float
    unit: str = ""
    note: str = ""
    sure: bool = False
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfit:
    """A reading that cannot stand: what is wrong, and what was expected, to be translated."""

    taken: Taken
    what: Text
    expected: Text
    suggestion: str = ""

    def mistake(self) -> Mistake:
        """The same for a terminal."""
        return Mistake(
            file=self.taken.file, line=self.taken.line, what=str(self.what),
            expected=str(self.expected), suggestion=self.suggestion,
        )  # fmt: skip


class _Wrong(Exception):
    """Raised where the first thing is found that is wrong with a reading."""

    def __init__(self, what: Text, expected: Text, suggestion: str = "") -> None:
        super().__init__(str(what))
        self.what, self.expected, self.suggestion = what, expected, suggestion


@dataclass(slots=True)
class Account:
    """What became of readings: each is in exactly one of these.

    Attributes:
        entered: Kept, for ingest to store.
        known: Entered before, with the same value.
        refused: Where, what, and what was expected.
    """

    entered: list[HandReading] = field(default_factory=list)
    known: int = 0
    refused: list[Unfit] = field(default_factory=list)


class Entering:
    """The one way in for readings that people take.

    Args:
        site: The compiled model.
        readings: Where they are kept.
        clock: The run clock.
        before: What is known of a register, so that one that runs back is asked about.
    """

    def __init__(
        self, site: Site, readings: HandReadings, clock: Clock, before: Before
    ) -> None:  # fmt: skip
        self._site, self._readings, self._clock, self._before = site, readings, clock, before

    def enter(
        self, actor: Actor, taken: Sequence[Taken], via: str, *, keep: bool = True
    ) -> Account:
        """Check all, and keep those that can stand; with ``keep`` false nothing is kept.

        Raises:
            Refused: The person's role may not.
        """
        if actor.role not in MAY:
            raise Refused("your role may not enter readings", code="forbidden")
        account = Account()
        known = dict(self._readings.newest([(one.point, one.at) for one in taken]))
        last: dict[str, tuple[int, float]] = {}
        for one in sorted(taken, key=lambda one: one.at):
            try:
                point = self._point(actor, one)
                value = self._value(point, one)
                if known.get((one.point, one.at)) == value:
                    account.known += 1
                    continue
                self._check_register(point, one, value, last.get(one.point))
            except _Wrong as wrong:
                account.refused.append(
                    Unfit(
                        taken=one, what=wrong.what, expected=wrong.expected,
                        suggestion=wrong.suggestion,
                    )
                )  # fmt: skip
                continue
            last[one.point] = (one.at, value)
            known[one.point, one.at] = value
            account.entered.append(self._reading(actor, point, one, value, via))
        account.refused.sort(key=lambda unfit: (unfit.taken.file, unfit.taken.line))
        if keep:
            self._readings.enter(account.entered)
        return account

    def _point(self, actor: Actor, one: Taken) -> Point:
        index = self._site.index.get(one.point)
        if index is None or not actor.sees(self._site.points[index].building):
            seen = [p.id for p in self._site.points if actor.sees(p.building)]
            raise _Wrong(
                Text("There is no point {point} here.", {"point": one.point}),
                Text("id of a point"),
                _nearest(one.point, seen),
            )
        return self._site.points[index]

    def _value(self, point: Point, one: Taken) -> float:
        """The value in the point's unit, once it can be one."""
        if not EARLIEST_MS <= one.at <= self._clock.now() + AHEAD_MS:
            raise _Wrong(
                Text("The time is before 2000 or still to come."), Text("when it was read off")
            )
        if len(one.note) > MOST_NOTE:
            raise _Wrong(
                Text("The note is too long."), Text("at most {n} letters", {"n": MOST_NOTE})
            )
        unit = one.unit or point.unit
        if unit not in units_of(point.quantity):
            known: dict[str, str | int | float] = {"units": " / ".join(units_of(point.quantity))}
            raise _Wrong(Text("{unit} is no unit of it.", {"unit": unit}), Text("{units}", known))
        value = to_canonical(one.value, unit, point.quantity) * point.scale_at(one.at)
        if not math.isfinite(value):
            raise _Wrong(Text("The value is no number."), Text("a number"))
        whole = point.kind in {Kind.STATE, Kind.COMMAND} and point.quantity is not Quantity.PERCENT
        if whole and value != round(value):
            raise _Wrong(Text("The value is not a whole number."), Text("a state, such as 0 or 1"))
        low, high = point.span
        if not low <= value <= high and not one.sure:
            raise _Wrong(
                Text(
                    "{value} {unit} is more than the instrument can show.",
                    {"value": f"{value:.10g}", "unit": point.unit},
                ),
                Text(
                    "{low} to {high} {unit}, or that you are sure",
                    {"low": f"{low:g}", "high": f"{high:g}", "unit": point.unit},
                ),
            )
        return value

    def _check_register(
        self, point: Point, one: Taken, value: float, last: tuple[int, float] | None
    ) -> None:
        """A register does not run back; one that did was changed or went round."""
        if point.kind is not Kind.REGISTER or one.sure:
            return
        before = last[1] if last is not None else self._before(self._site.index[point.id], one.at)
        if before is not None and value < before:
            raise _Wrong(
                Text(
                    "{value} {unit} is less than the {before} {unit} that was read before.",
                    {"value": f"{value:.10g}", "before": f"{before:.10g}", "unit": point.unit},
                ),
                Text("a total that does not fall, or that you are sure: the meter was changed"),
            )

    def _reading(
        self, actor: Actor, point: Point, one: Taken, value: float, via: str
    ) -> HandReading:
        return HandReading(
            point=point.id, building=point.building, at=one.at, value=value, person=actor.login,
            entered=self._clock.now(), via=via, note=one.note,
            source=f"{one.file}:{one.line}" if one.file else "",
        )  # fmt: skip


def _nearest(word: str, words: Iterable[str]) -> str:
    found = difflib.get_close_matches(word, list(words), n=1)
    return found[0] if found else ""
