"""What happened to registers: proposals with their evidence, and what people decide of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.locales import Translator
from adapters.records.base import scope_of
from adapters.records.tables import MeterEventRow
from api import formats
from api.refusals import Told
from api.scoped import ScopedReader
from api.services import Services
from core.actor import Actor
from core.clock import HOUR_MS
from core.errors import Refused
from core.meters import EventState, Happening
from core.quality import Quality
from core.quantity import Kind
from core.site import Point
from core.words import Role, Text

DECIDERS = (Role.ENGINEER, Role.ADMIN)
"""Who decides: use is money, and history changes with it."""
RATED_FACTOR = 1.2
"""Domain sheet, SEN-07: more than this many times what is rated cannot have passed."""
KIND_WORDS = {
    Happening.ROLLOVER: "rollover",
    Happening.RESET: "reset",
    Happening.SWAP: "meter swap",
}
STATE_WORDS = {
    EventState.PROPOSED: "to be decided",
    EventState.ACCEPTED: "counted by the rules",
    EventState.CONFIRMED: "confirmed",
    EventState.REJECTED: "rejected",
    EventState.WITHDRAWN: "withdrawn",
}
WORDS = (*KIND_WORDS.values(), *STATE_WORDS.values())
"""Everything here that is said through a variable, for the catalogue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """The reads on both sides of a time, as far as there are any.

    Attributes:
        before_at: Time of the last good read before it. [ms]
        before: That read, in the register's unit.
        at: Time of the first good one at or after it. [ms]
        first: That read.
    """

    before_at: int | None
    before: float | None
    at: int | None
    first: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What a person says of an event.

    Attributes:
        do: ``confirm``, ``reject`` or ``undo``.
        version: Of the event as they saw it.
        closing: Last number of the old register, in the point's unit; where nobody read it
            off, the last reading is taken.
        opening: First number of the new one; zero where nobody read it off.
        exact: Whether both were read off.
    """

    do: str
    version: int
    kind: Happening = Happening.SWAP
    closing: float | None = None
    opening: float | None = None
    exact: bool = False
    note: str = ""


def events(
    given: Services, actor: Actor, *, point: str = "", state: str = "", limit: int = 200
) -> Sequence[MeterEventRow]:
    """Events of registers in scope, the newest first."""
    return given.records.meters.list(
        scope_of(actor.buildings), point=point, state=state, limit=limit
    )


def event(given: Services, actor: Actor, id_: int) -> MeterEventRow:
    """One event.

    Raises:
        Refused: There is none in scope.
    """
    return given.records.meters.get(scope_of(actor.buildings), id_)


def may_decide(actor: Actor) -> bool:
    """Whether the forms are shown."""
    return actor.role in DECIDERS


def decide(
    given: Services, reader: ScopedReader, actor: Actor, id_: int, said: Decided
) -> MeterEventRow:
    """Confirm, reject or take back; the use of the register follows within a second.

    Raises:
        Refused: The role may not, the event was changed meanwhile, or the numbers cannot be.
    """
    row = event(given, actor, id_)
    _check(actor)
    if said.do == "confirm":
        point = given.site.points[reader.index(row.point)]
        around = _around_event(reader, row)
        state, values = EventState.CONFIRMED, _values(point, around, row.at, said)
    elif said.do == "reject":
        state, values = EventState.REJECTED, {"note": said.note}
    elif said.do == "undo" and row.state in {EventState.CONFIRMED, EventState.REJECTED}:
        # What nobody found there is nothing to decide either.
        declared = row.before_at is None
        state = EventState.WITHDRAWN if declared else EventState.PROPOSED
        values = {"note": said.note}
    else:
        raise Refused("There is no such action.", code="conflict")
    scope, now = scope_of(actor.buildings), given.clock.now()
    return given.records.meters.decide(scope, id_, said.version, state, actor.login, now, values)


def declare(
    given: Services, reader: ScopedReader, actor: Actor, point: str, at: int, said: Decided
) -> MeterEventRow:
    """Say that a meter was swapped or reset at a time; later readings are counted by it too.

    Raises:
        Refused: The role may not, it is no register in scope, the time is to come, or the
            numbers cannot be.
    """
    _check(actor)
    index = reader.index(point)
    what, now = given.site.points[index], given.clock.now()
    if what.kind is not Kind.REGISTER:
        raise Refused("That point is no register.")
    if at > now:
        raise Refused("The time is still to come.")
    values = _values(what, around_time(reader, index, at), at, said)
    return given.records.meters.declare(
        scope_of(actor.buildings), point=point, building=what.building, at=at, by=actor.login,
        now=now, said=values,
    )  # fmt: skip


def around_time(reader: ScopedReader, index: int, at: int) -> Around:
    """The good reads on both sides of a time."""
    before = _good(reader.before([index], at - 1, _CONTEXT).rows, last=True)
    after = _good(reader.after([index], at - 1, _CONTEXT).rows, last=False)
    return Around(before_at=before[0], before=before[1], at=after[0], first=after[1])


_CONTEXT = 12
"""Reads looked at for a good one, on each side."""


def evidence_lines(given: Services, row: MeterEventRow, tr: Translator) -> list[tuple[str, str]]:
    """What speaks for a proposal, a figure a line; what nobody knows is left out."""
    index, zone, found = given.site.index.get(row.point), given.site.timezone, row.evidence
    unit = given.site.points[index].unit if index is not None else ""

    def reading(value: float | None, at: int | None) -> str:
        return "" if value is None else f"{_read(value)} {unit}, {formats.moment(at, zone, tr)}"

    def shown(name: str, per: str = "") -> str:
        return f"{formats.number(found[name])} {unit}{per}" if name in found else ""

    modulus, gap = found.get("modulus"), found.get("gap_periods")
    went_on = found.get("step_per_h", -1.0) >= 0.0
    rolled = [text for text in (shown("rollover_use"), shown("rollover_per_h", "/h")) if text]
    lines = (
        (tr("Last reading"), reading(row.before, row.before_at)),
        (tr("First reading"), reading(row.first, row.at)),
        (tr("Its digits end at"), "" if modulus is None else f"{_read(modulus)} {unit}"),
        (tr("Between the two"), "" if gap is None else tr("{n} periods", n=formats.number(gap))),
        (tr("If it simply went on"), shown("step_per_h", "/h") if went_on else ""),
        (tr("If it rolled over"), ", ".join(rolled)),
        (tr("If it began at zero"), shown("reset_use")),
        (tr("Most that can pass"), shown("rated_per_h", "/h")),
        (tr("Usual at most (P99)"), shown("usual_per_h", "/h")),
        (tr("Since then"), shown("since_per_h", "/h")),
    )
    return [(label, text) for label, text in lines if text]


def suggested(given: Services, row: MeterEventRow) -> dict[str, str]:
    """Numbers that are usually right, for the form."""
    index = given.site.index.get(row.point)
    register = given.site.points[index].register if index is not None else None
    modulus = register.modulus if register is not None else math.inf
    if row.closing is not None:
        closing, opening = row.closing, row.opening or 0.0
    elif row.kind == Happening.ROLLOVER and math.isfinite(modulus):
        closing, opening = modulus, 0.0
    else:
        closing = row.before or 0.0
        opening = 0.0 if row.kind == Happening.RESET else row.first or 0.0
    return {"closing": _dial(closing), "opening": _dial(opening)}


def number_in(text: str) -> float | None:
    """A number from a form; None where the field is empty.

    Raises:
        Refused: It is none.
    """
    if not text.strip():
        return None
    try:
        value = float(text.replace(",", "").strip())
    except ValueError as error:
        raise Refused("A field of the form cannot be read.") from error
    if not math.isfinite(value):
        raise Refused("A field of the form cannot be read.")
    return value


def _check(actor: Actor) -> None:
    if actor.role not in DECIDERS:
        raise Refused("Your role may not do this.", code="forbidden")


def _around_event(reader: ScopedReader, row: MeterEventRow) -> Around:
    if row.before_at is None:
        return around_time(reader, reader.index(row.point), row.at)
    return Around(before_at=row.before_at, before=row.before, at=row.at, first=row.first)


def _values(point: Point, around: Around, at: int, said: Decided) -> dict[str, Any]:
    """What is written down, checked: use across the event can neither be negative nor too much.

    Raises:
        Refused: It is; with the numbers.
    """
    closing = said.closing if said.closing is not None else around.before
    opening = said.opening if said.opening is not None else 0.0
    if closing is None:
        raise Refused("Say what the old register showed last: there is no reading before.")
    _fits(point, around, closing, opening, at, exact=said.exact)
    return {
        "kind": str(said.kind), "closing": closing, "opening": opening, "exact": said.exact,
        "note": said.note,
    }  # fmt: skip


def _fits(
    point: Point, around: Around, closing: float, opening: float, at: int, *, exact: bool
) -> None:
    register = point.register
    slack = register.quantum if register is not None else 0.0
    numbers: Mapping[str, str | int | float] = {"unit": point.unit}
    if closing < 0.0 or opening < 0.0:
        raise Refused("A register shows no negative number.")
    if around.before is not None and closing < around.before - slack and exact:
        said = Text(
            "The old register had shown {before} {unit} already; {closing} is less.",
            {**numbers, "before": _dial(around.before), "closing": _dial(closing)},
        )
        raise Told(said, code="invalid")
    if around.first is None or around.before is None:
        return
    if around.first < opening - slack:
        said = Text(
            "The new register showed {first} {unit} at its first reading; {opening} is more.",
            {**numbers, "first": _dial(around.first), "opening": _dial(opening)},
        )
        raise Told(said, code="invalid")
    use = max(closing - around.before, 0.0) + max(around.first - opening, 0.0)
    hours = ((around.at or at) - (around.before_at or at)) / HOUR_MS
    rated = register.rated_per_h if register is not None else math.inf
    if use > RATED_FACTOR * rated * hours + slack:
        said = Text(
            "That would be {use} {unit} in {hours} h; at most {most} can pass.",
            {
                **numbers, "use": formats.number(use), "hours": formats.number(hours),
                "most": formats.number(RATED_FACTOR * rated * hours),
            },
        )  # fmt: skip
        raise Told(said, code="invalid")


def _good(rows: Any, *, last: bool) -> tuple[int | None, float | None]:
    pairs = [
        (at, value)
        for at, value, quality in zip(
            rows.at.tolist(), rows.value.tolist(), rows.quality.tolist(), strict=True
        )
        if quality == Quality.GOOD and not math.isnan(value)
    ]
    if not pairs:
        return None, None
    at, value = pairs[-1 if last else 0]
    return at, value


def _dial(value: float) -> str:
    """A reading as it stands on a dial: every digit counts."""
    return _read(value).replace(",", "")


def _read(value: float) -> str:
    """The same in groups of three digits, for reading."""
    return f"{value:,.3f}".rstrip("0").rstrip(".")
