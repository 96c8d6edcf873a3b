"""What rules were taught, for programs."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from api.asker import ActorDep, ServicesDep
from workorders.teaching.board import RuleLine
from workorders.teaching.lessons import Lesson
from workorders.teaching.precision import Precision

router = APIRouter(tags=["teaching"])
LessonId = Annotated[int, Path(ge=1, le=2**53)]
RuleId = Annotated[str, Path(max_length=16, pattern=r"^[A-Z]+-[0-9]+$")]
Moment = Annotated[int, Field(ge=0, le=253_402_300_799_000)]
Reason = Annotated[str, Field(min_length=1, max_length=500)]


class CountsOut(BaseModel):
    """True alarms of those judged; ``low`` is the share's lower bound, 95 %."""

    right: int
    judged: int
    unjudged: int
    share: float | None
    low: float


class AssetOut(BaseModel):
    """The same at one target."""

    target: str
    counts: CountsOut


class RuleOut(BaseModel):
    """A rule in 90 days; ``standing`` is ``order``, ``demoted`` or ``kept``."""

    rule: str
    standing: str
    since: int | None
    counts: CountsOut
    assets: list[AssetOut]


class LessonOut(BaseModel):
    """A proposal and what became of it; times in UTC ms of the run clock."""

    id: int
    rule: str
    target: str
    asset: str
    building: str
    kind: str
    standing: str
    detail: dict[str, Any]
    evidence: dict[str, Any]
    made_at: int
    decided_by: str
    decided_at: int | None
    reason: str
    owner: str
    until: int | None


class TeachingOut(BaseModel):
    """Rules and proposals in scope."""

    rules: list[RuleOut]
    lessons: list[LessonOut]


class AcceptIn(BaseModel):
    """Why, until when, and who answers for it; who accepts, where empty."""

    model_config = ConfigDict(extra="forbid")
    reason: Reason
    until: Moment
    owner: Annotated[str, Field(max_length=64)] = ""


class WhyIn(BaseModel):
    """Why."""

    model_config = ConfigDict(extra="forbid")
    reason: Reason


@router.get("/teaching", operation_id="listTeaching")
def teaching(given: ServicesDep, actor: ActorDep) -> TeachingOut:
    """How often each rule was right, what is proposed, what holds."""
    board = given.orders.lessons
    return TeachingOut(
        rules=[_rule(line) for line in board.rules(actor)],
        lessons=[_lesson(lesson) for lesson in board.lessons(actor)],
    )


@router.post("/teaching/{id}/accept", operation_id="acceptLesson", status_code=204)
def accept(given: ServicesDep, actor: ActorDep, id: LessonId, body: AcceptIn) -> None:  # noqa: A002
    """It holds from now on and ends by itself."""
    given.orders.lessons.accept(actor, id, reason=body.reason, until=body.until, owner=body.owner)


@router.post("/teaching/{id}/refuse", operation_id="refuseLesson", status_code=204)
def refuse(given: ServicesDep, actor: ActorDep, id: LessonId, body: WhyIn) -> None:  # noqa: A002
    """Nothing changes."""
    given.orders.lessons.refuse(actor, id, reason=body.reason)


@router.post("/teaching/{id}/end", operation_id="endLesson", status_code=204)
def end(given: ServicesDep, actor: ActorDep, id: LessonId, body: WhyIn) -> None:  # noqa: A002
    """Ends one before its time."""
    given.orders.lessons.end(actor, id, reason=body.reason)


@router.post("/teaching/rules/{rule}/restore", operation_id="restoreRule", status_code=204)
def restore(given: ServicesDep, actor: ActorDep, rule: RuleId, body: WhyIn) -> None:
    """A rule that only advised makes orders again, and is judged anew."""
    given.orders.lessons.restore(actor, rule, reason=body.reason)


def _counts(counts: Precision) -> CountsOut:
    return CountsOut(right=counts.right, judged=counts.judged, unjudged=counts.unjudged,
                     share=counts.share, low=round(counts.low, 4))  # fmt: skip


def _rule(line: RuleLine) -> RuleOut:
    return RuleOut(
        rule=line.rule, standing=line.standing, since=line.since, counts=_counts(line.counts),
        assets=[AssetOut(target=target, counts=_counts(counts)) for target, counts in line.assets],
    )  # fmt: skip


def _lesson(one: Lesson) -> LessonOut:
    return LessonOut(
        id=one.id, rule=one.rule, target=one.target, asset=one.asset, building=one.building,
        kind=one.kind.value, standing=one.standing.value, detail=dict(one.detail),
        evidence=dict(one.evidence), made_at=one.made_at, decided_by=one.decided_by,
        decided_at=one.decided_at, reason=one.reason, owner=one.owner, until=one.until,
    )  # fmt: skip
