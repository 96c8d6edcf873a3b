"""Switchbacks of an order's fix, for programs."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from analytics.savings.switchback import LEAST_PAIRS, MOST_PAIRS, Spell
from api.asker import ActorDep, ServicesDep
from api.switchbacks import switch_board
from workorders.ledger.switch_board import USUAL_PAIRS, SwitchView

router = APIRouter(tags=["savings"])
OrderId = Annotated[str, Path(max_length=24, pattern=r"^[A-Za-z0-9-]+$")]
Pairs = Annotated[int, Field(ge=LEAST_PAIRS, le=MOST_PAIRS)]
Reason = Annotated[str, Field(min_length=1, max_length=500)]


class SpellOut(BaseModel):
    """Days with the fix on or off; ``counted`` are compared, the others settle."""

    pair: int
    on: bool
    days: list[date]
    counted: list[date]


class EffectOut(BaseModel):
    """Off less on of a day type; ``chance`` is how often another draw shows as much."""

    carrier: str
    working: bool
    per_day: float
    u: float
    pairs: int
    chance: float | None


class SwitchOut(BaseModel):
    """Of an order: ``none``, ``offered``, ``accepted``, ``finished``, ``stopped``, ``declined``."""

    state: str
    spells: list[SpellOut]
    effects: list[EffectOut]
    by: str
    reason: str


class AcceptIn(BaseModel):
    """The schedule that was offered for this day and number of pairs, which is even."""

    model_config = ConfigDict(extra="forbid")
    first: date
    pairs: Pairs = USUAL_PAIRS
    reason: Reason


class WhyIn(BaseModel):
    """Why."""

    model_config = ConfigDict(extra="forbid")
    reason: Reason


@router.get("/savings/{order}/switchback", operation_id="getSwitchback")
def switchback(
    given: ServicesDep, actor: ActorDep, order: OrderId, first: date | None = None,
    pairs: Annotated[int, Query(ge=LEAST_PAIRS, le=MOST_PAIRS)] = USUAL_PAIRS,
) -> SwitchOut:  # fmt: skip
    """What is offered, goes on, or was found."""
    view = switch_board(given).view(actor, order, first=first, pairs=pairs)
    return _said(view)


@router.post("/savings/{order}/switchback", operation_id="acceptSwitchback", status_code=204)
def accept(given: ServicesDep, actor: ActorDep, order: OrderId, body: AcceptIn) -> None:
    """Keeps to the schedule; what its off days show opens no order."""
    switch_board(given).accept(
        actor, order, reason=body.reason, first=body.first, pairs=body.pairs
    )  # fmt: skip


@router.post(
    "/savings/{order}/switchback/decline", operation_id="declineSwitchback", status_code=204
)
def decline(given: ServicesDep, actor: ActorDep, order: OrderId, body: WhyIn) -> None:
    """Nothing is switched."""
    switch_board(given).decline(actor, order, reason=body.reason)


@router.post("/savings/{order}/switchback/stop", operation_id="stopSwitchback", status_code=204)
def stop(given: ServicesDep, actor: ActorDep, order: OrderId, body: WhyIn) -> None:
    """Ends it before its time; it decides nothing then."""
    switch_board(given).stop(actor, order, reason=body.reason)


def _said(view: SwitchView | None) -> SwitchOut:
    if view is None:
        return SwitchOut(state="none", spells=[], effects=[], by="", reason="")
    of = view.accepted
    state = "declined" if view.declined_by else "offered"
    if of is not None:
        state = "stopped" if of.stopped is not None else "finished" if view.over else "accepted"
    return SwitchOut(
        state=state, by=of.by if of else view.declined_by,
        reason=of.reason if of else view.declined_why,
        spells=[_spell(s) for s in (of.spells if of else view.offer)],
        effects=[
            EffectOut(carrier=m.carrier.value, working=e.working, per_day=e.per_day, u=e.u,
                      pairs=e.pairs, chance=m.chance)
            for m in view.found
            for e in m.effects
        ],
    )  # fmt: skip


def _spell(spell: Spell) -> SpellOut:
    return SpellOut(
        pair=spell.pair, on=spell.on, days=list(spell.days), counted=list(spell.counted)
    )
