"""Planned work, for programs: plans, occurrences, checklists, calendar keys."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from api.asker import ActorDep, ServicesDep
from core.plans import Names, Step
from workorders.planned.checklists import Checklist, Said
from workorders.planned.looking import AssetRow, Entry, PlanRow

router = APIRouter(tags=["planned"])
PlanId = Annotated[str, Path(max_length=40, pattern=r"^[a-z0-9_-]+$")]
OrderId = Annotated[str, Path(max_length=24, pattern=r"^[A-Za-z0-9-]+$")]
StepId = Annotated[str, Path(max_length=40, pattern=r"^[a-z0-9_-]+$")]
KeyId = Annotated[int, Path(ge=1, le=2**53)]
Days = Annotated[int, Query(ge=1, le=366, description="how far ahead")]


class StepOut(BaseModel):
    """What a step asks: ``tick``, ``number`` or ``photo``."""

    id: str
    ask: dict[str, str]
    kind: str
    unit: str
    low: float | None
    high: float | None


class OccurrenceOut(BaseModel):
    """One due date of a plan at an asset; times in UTC ms.

    ``stand`` is coming, open, overdue, missed, waiting, done or done_late; what was missed keeps
    ``missed_at`` though it be done later. ``foreseen``: reckoned by the pace of running.
    """

    uid: str
    plan: str
    asset: str
    building: str
    trade: str
    day: str
    due_at: int
    miss_at: int
    stand: str
    foreseen: bool
    absorbed: bool
    order: str
    person: str
    made_at: int | None
    done_at: int | None
    missed_at: int | None
    note: str
    hours: float | None
    unknown_hours: float | None


class PlannedAssetOut(BaseModel):
    """A plan at one asset; hours of running since the day ``counted_from``, where it goes by them.

    ``unknown_hours`` of that time were not read.
    """

    asset: str
    building: str
    next: OccurrenceOut | None
    done: int
    missed: int
    counted_from: str | None
    counted_upto: str | None
    hours: float | None
    unknown_hours: float | None


class PlanOut(BaseModel):
    """A plan as the site file has it, with its assets in your scope."""

    id: str
    names: dict[str, str]
    trade: str
    priority: int
    trigger: str
    minutes: int
    lead_days: int
    grace_days: int
    checklist: list[StepOut]
    assets: list[PlannedAssetOut]
    left: list[str]


class AnswerOut(BaseModel):
    """The last answer to a step of this attempt."""

    at: int
    by: str
    number: float | None
    photo: str
    within: bool
    note: str


class AskedOut(BaseModel):
    """A step with its answer; ``follow`` is the order for what it found."""

    step: StepOut
    answer: AnswerOut | None
    follow: str


class ChecklistOut(BaseModel):
    """The checklist of a planned order; done is refused while a step is ``open``."""

    order: str
    plan: str
    open: int
    steps: list[AskedOut]


class AnswerIn(BaseModel):
    """An answer: a number, the name of a photo of the order, or nothing but the tick itself."""

    model_config = ConfigDict(extra="forbid")
    number: Annotated[float, Field(ge=-1e12, le=1e12)] | None = None
    photo: Annotated[str, Field(max_length=32)] = ""
    note: Annotated[str, Field(max_length=1000)] = ""


class SaidOut(BaseModel):
    """Whether the answer lies within its limits; beyond them an order may follow."""

    within: bool


class FollowOut(BaseModel):
    """The order that was opened."""

    order: str


class KeyOut(BaseModel):
    """A calendar key without its secret; ``made_at`` in UTC ms of the system."""

    id: int
    login: str
    trade: str
    made_at: int


class KeyIn(BaseModel):
    """Whose work it shows: a crew's by its trade, or your own."""

    model_config = ConfigDict(extra="forbid")
    trade: Annotated[str, Field(pattern="^([EPHTIO])?$")] = ""


class MadeKeyOut(BaseModel):
    """The key, told once; it reads ``/planned.ics?key=…``."""

    key: str


@router.get("/planned", operation_id="listPlans")
def plans(given: ServicesDep, actor: ActorDep) -> list[PlanOut]:
    """Every plan that has an asset in your scope."""
    return [_plan(row) for row in given.orders.planned.plans(actor)]


@router.get("/planned/due", operation_id="listPlannedDue")
def due(given: ServicesDep, actor: ActorDep, days: Days = 366) -> list[OccurrenceOut]:
    """What is not done and what comes, in order of day."""
    return [_occurrence(one) for one in given.orders.planned.entries(actor, days)]


@router.get("/planned/keys", operation_id="listCalendarKeys")
def keys(given: ServicesDep, actor: ActorDep) -> list[KeyOut]:
    """Calendar keys that still read."""
    return [
        KeyOut(id=k.id, login=k.login, trade=k.trade, made_at=k.made_at)
        for k in given.orders.planned.keys(actor)
    ]


@router.post("/planned/keys", operation_id="makeCalendarKey", status_code=201)
def make_key(given: ServicesDep, actor: ActorDep, body: KeyIn) -> MadeKeyOut:
    """A key for a calendar program; it changes nothing, and can be ended."""
    return MadeKeyOut(key=given.orders.planned.make_key(actor, body.trade))


@router.delete("/planned/keys/{id}", operation_id="endCalendarKey", status_code=204)
def end_key(given: ServicesDep, actor: ActorDep, id: KeyId) -> None:  # noqa: A002 - as it is called
    """End a key at once."""
    given.orders.planned.revoke_key(actor, id)


@router.get("/planned/{plan}", operation_id="getPlan")
def plan(given: ServicesDep, actor: ActorDep, plan: PlanId) -> PlanOut:
    """One plan."""
    return _plan(given.orders.planned.plan(actor, plan))


@router.get("/planned/{plan}/occurrences", operation_id="listOccurrences")
def occurrences(given: ServicesDep, actor: ActorDep, plan: PlanId) -> list[OccurrenceOut]:
    """What was due within the last year, the newest last."""
    return [_occurrence(one) for one in given.orders.planned.occurrences(actor, plan)]


@router.get("/orders/{order}/checklist", operation_id="getChecklist")
def checklist(given: ServicesDep, actor: ActorDep, order: OrderId) -> ChecklistOut:
    """The checklist of an order; an empty one where it is not planned."""
    found = given.orders.planned.at(actor, order)
    if found is None:
        return ChecklistOut(order=order, plan="", open=0, steps=[])
    return _checklist(found.checklist)


@router.post("/orders/{order}/checklist/{step}", operation_id="answerStep")
def answer(
    given: ServicesDep, actor: ActorDep, order: OrderId, step: StepId, body: AnswerIn
) -> SaidOut:
    """Answer a step; beyond its limits a note is needed. Earlier answers stay."""
    said = Said(step=step, number=body.number, photo=body.photo, note=body.note)
    return SaidOut(within=given.orders.planned.answer(actor, order, said))


@router.post("/orders/{order}/checklist/{step}/order", operation_id="followUp", status_code=201)
def follow(given: ServicesDep, actor: ActorDep, order: OrderId, step: StepId) -> FollowOut:
    """Open an order for what a step found beyond its limits; the same one when asked again."""
    return FollowOut(order=given.orders.planned.follow_up(actor, order, step))


def _plan(row: PlanRow) -> PlanOut:
    plan = row.plan
    return PlanOut(
        id=plan.id, names=_names(plan.names), trade=plan.trade.value, priority=int(plan.priority),
        trigger=plan.trigger.kind.value, minutes=plan.minutes, lead_days=plan.lead_days,
        grace_days=plan.grace_days, checklist=[_step(step) for step in plan.steps],
        assets=[_asset(one) for one in row.assets], left=list(row.left),
    )  # fmt: skip


def _asset(row: AssetRow) -> PlannedAssetOut:
    count = row.count
    return PlannedAssetOut(
        asset=row.asset, building=row.building,
        next=_occurrence(row.next) if row.next is not None else None, done=row.done,
        missed=row.missed, counted_from=count.base.isoformat() if count else None,
        counted_upto=count.upto.isoformat() if count and count.upto else None,
        hours=count.hours if count else None, unknown_hours=count.unknown_h if count else None,
    )  # fmt: skip


def _occurrence(one: Entry) -> OccurrenceOut:
    return OccurrenceOut(
        uid=one.uid, plan=one.plan, asset=one.asset, building=one.building, trade=one.trade.value,
        day=one.day.isoformat(), due_at=one.due_at, miss_at=one.miss_at, stand=one.stand.value,
        foreseen=one.foreseen, absorbed=one.absorbed, order=one.order, person=one.person,
        made_at=one.made_at, done_at=one.done_at, missed_at=one.missed_at, note=one.note,
        hours=one.hours, unknown_hours=one.unknown,
    )  # fmt: skip


def _step(step: Step) -> StepOut:
    return StepOut(id=step.id, ask=_names(step.ask), kind=step.kind.value, unit=step.unit,
                   low=step.low, high=step.high)  # fmt: skip


def _checklist(found: Checklist) -> ChecklistOut:
    return ChecklistOut(
        order=found.order, plan=found.plan, open=len(found.open),
        steps=[
            AskedOut(
                step=_step(one.step), follow=one.follow,
                answer=None if one.answer is None else AnswerOut(
                    at=one.answer.at, by=one.answer.by, number=one.answer.number,
                    photo=one.answer.photo, within=one.answer.within, note=one.answer.note,
                ),
            )
            for one in found.asked
        ],
    )  # fmt: skip


def _names(names: Names) -> dict[str, str]:
    return dict(names)
