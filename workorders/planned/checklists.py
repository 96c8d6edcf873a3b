"""Checklists of planned orders: what is asked, what was answered, what is missing still.

Answers are only ever added: who read wrongly answers again, and the last one counts.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from adapters.records.orders import Order, OrderEvent
from adapters.records.planned import PlannedAnswer, PlannedOrder
from adapters.records.work import OrderPhoto
from core.actor import SYSTEM, Actor
from core.plans import Names, Plan, Step, StepKind
from core.words import OrderState, Role, Text
from workorders.book import Book
from workorders.crew import needs
from workorders.happenings import Happening
from workorders.refusals import OrderRefused, absent, forbidden, invalid, not_now

MOST_NOTE = 1000
NEWEST = "newest"
"""Instead of a photo's name: the one that was sent last. A phone without a network has no name."""
_DISPATCHERS = frozenset({Role.SUPERVISOR, Role.ADMIN})
_BEFORE_DONE = frozenset(
    {OrderState.ASSIGNED, OrderState.ACCEPTED, OrderState.IN_PROGRESS, OrderState.ON_HOLD}
)
_AT_IT = frozenset({OrderState.IN_PROGRESS, OrderState.ON_HOLD})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer to a step. [ms]

    Attributes:
        within: False where a number lies beyond its limits; the note says what was seen.
    """

    at: int
    by: str
    number: float | None
    photo: str
    within: bool
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A step with its last answer of this attempt.

    Attributes:
        follow: Order that was opened for what it found.
    """

    step: Step
    answer: Answer | None
    follow: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist:
    """What a planned order asks, and how far it is answered."""

    order: str
    plan: str
    names: Names
    parts: tuple[Names, ...]
    asked: tuple[Asked, ...]

    @property
    def open(self) -> tuple[Asked, ...]:
        """Steps without an answer."""
        return tuple(one for one in self.asked if one.answer is None)

    @property
    def beyond(self) -> tuple[Asked, ...]:
        """Steps whose number lies beyond its limits."""
        return tuple(one for one in self.asked if one.answer and not one.answer.within)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody answers to a step: a number as typed, a photo's name, or nothing but a tick."""

    step: str
    number: float | None = None
    photo: str = ""
    note: str = ""


def keep(book: Book, order: Order, plan: Plan) -> None:
    """What the plan asks now is what this order asks, however the plan is changed later."""
    steps = [
        {"id": s.id, "ask": dict(s.ask), "kind": s.kind.value, "unit": s.unit, "low": s.low,
         "high": s.high}
        for s in plan.steps
    ]  # fmt: skip
    detail = {
        "names": dict(plan.names), "steps": steps, "minutes": plan.minutes,
        "parts": [dict(part) for part in plan.parts],
    }  # fmt: skip
    book.session.add(
        PlannedOrder(order_id=order.id, building=order.building, plan=plan.id, detail=detail)
    )


def of(book: Book, order: Order) -> Checklist | None:
    """The checklist of an order; None where it is no planned one."""
    kept = book.session.get(PlannedOrder, order.id)
    if kept is None:
        return None
    last = {row.step: row for row in _answers(book, order)}
    follows = _follows(book, order)
    asked = []
    for said in kept.detail["steps"]:
        step, row = _step(said), last.get(said["id"])
        answer = None if row is None else Answer(
            at=row.at, by=book.office.name(row.by), number=row.number, photo=row.photo,
            within=row.within, note=row.note,
        )  # fmt: skip
        asked.append(Asked(step=step, answer=answer, follow=follows.get(step.id, "")))
    return Checklist(
        order=order.id, plan=kept.plan, names=kept.detail["names"],
        parts=tuple(kept.detail["parts"]), asked=tuple(asked),
    )  # fmt: skip


def demand(book: Book, order: Order) -> None:
    """Nothing is done before every step is answered.

    Raises:
        Refused: ``conflict``, saying which are not.
    """
    found = of(book, order)
    if found is not None and found.open:
        open_ = [str(n) for n, one in enumerate(found.asked, 1) if one.answer is None]
        raise OrderRefused(
            Text("The checklist is not whole yet; open steps: {steps}.",
                 {"steps": ", ".join(open_)}),
            code="conflict",
        )  # fmt: skip


def may(book: Book, order: Order, actor: Actor) -> bool:
    """Whether somebody may answer now: who is at it, or who enters it from paper."""
    if order.state in _BEFORE_DONE and actor.role in _DISPATCHERS:
        return True
    mine = actor.login == order.assignee and actor.role is not Role.VIEWER
    helping = actor.login in {helper.login for helper in needs.helpers(book, order)}
    return order.state in _AT_IT and (mine or helping)


def answer(
    book: Book, order: Order, actor: Actor, said: Said, pressed: int | None = None
) -> PlannedAnswer:
    """Keeps an answer beside those before it.

    Args:
        book: Of one transaction.
        order: Locked.
        actor: Who answers.
        said: What.
        pressed: When, where a phone without a network kept it; now without it. [ms]

    Raises:
        Refused: ``absent`` where there is no such step; ``forbidden``; ``conflict`` before the
            work has begun; ``invalid`` where the answer is none.
    """
    found = of(book, order)
    step = next((a.step for a in found.asked if a.step.id == said.step), None) if found else None
    if step is None:
        raise absent()
    if actor.login == SYSTEM.login or not may(book, order, actor):
        raise not_now(order.state) if order.state not in _AT_IT else forbidden()
    number, within = _number(step, said)
    photo = _photo(book, order, said.photo) if step.kind is StepKind.PHOTO else ""
    if len(said.note) > MOST_NOTE:
        raise invalid(Text("The note is too long; {most} characters fit.", {"most": MOST_NOTE}),
                      "note")  # fmt: skip
    if not within and not said.note.strip():
        raise invalid(Text("That is beyond its limits ({limits}); say what you saw.",
                           {"limits": limits(step)}), "note")  # fmt: skip
    row = PlannedAnswer(
        order_id=order.id, building=order.building, attempt=order.attempt, step=step.id,
        at=pressed or book.now, by=actor.login, number=number, photo=photo, within=within,
        note=said.note.strip(),
    )  # fmt: skip
    book.session.add(row)
    version = order.version
    late = {"pressed": pressed} if pressed else {}
    book.happen(
        order, Happening.STEP, actor=actor.login, note=said.note.strip(), answered=step.id, **late
    )
    # An answer makes nobody's form stale: the button below it was drawn before.
    order.version = version
    return row


def limits(step: Step) -> str:
    """The limits of a number, as people write them."""
    low = "" if step.low is None else f"≥ {step.low:g}"
    high = "" if step.high is None else f"≤ {step.high:g}"
    return " ".join(part for part in (low, high, step.unit) if part)


def _number(step: Step, said: Said) -> tuple[float | None, bool]:
    if step.kind is not StepKind.NUMBER:
        return None, True
    if said.number is None or not math.isfinite(said.number):
        raise invalid(Text("A number is asked here."), "number")
    return said.number, step.within(said.number)


def _photo(book: Book, order: Order, name: str) -> str:
    """The photo's name; the newest one where a phone could not know its name yet."""
    mine = select(OrderPhoto.name).where(OrderPhoto.order_id == order.id)
    if name != NEWEST:
        mine = mine.where(OrderPhoto.name == name)
    found = book.session.scalars(mine.order_by(OrderPhoto.id.desc()).limit(1)).first()
    if found is None:
        raise invalid(Text("Send the photo first, then choose it here."), "photo")
    return found


def _answers(book: Book, order: Order) -> Sequence[PlannedAnswer]:
    mine = select(PlannedAnswer).where(
        PlannedAnswer.order_id == order.id, PlannedAnswer.attempt == order.attempt
    )
    return book.session.scalars(mine.order_by(PlannedAnswer.id)).all()


def _follows(book: Book, order: Order) -> Mapping[str, str]:
    mine = select(OrderEvent).where(
        OrderEvent.order_id == order.id, OrderEvent.command == Happening.FOLLOWED.value
    )
    events = book.session.scalars(mine.order_by(OrderEvent.seq))
    return {str(event.data["answered"]): str(event.data["follow"]) for event in events}


def _step(said: Mapping[str, Any]) -> Step:
    return Step(
        id=said["id"], ask=said["ask"], kind=StepKind(said["kind"]), unit=said["unit"],
        low=said["low"], high=said["high"],
    )  # fmt: skip
