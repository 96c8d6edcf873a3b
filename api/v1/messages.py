"""How the caller is reached, and when they are left alone, for programs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from adapters.records.notifying import NEVER, WayKind
from api.asker import ActorDep, ServicesDep
from api.identity import now_ms
from workorders.notify import wishes
from workorders.notify.hours import Wish
from workorders.notify.wishes import MOST_WAYS, Wishes

router = APIRouter(tags=["messages"])
_Minute = Annotated[int, Field(ge=0, lt=24 * 60)]
_Priority = Annotated[int, Field(ge=2, le=NEVER)]


class Way(BaseModel):
    """One address; those of a person are tried in their order."""

    model_config = ConfigDict(extra="forbid")
    kind: WayKind
    address: Annotated[str, Field(min_length=1, max_length=200)]


class WishesBody(BaseModel):
    """All that somebody set. Minutes are of the site's day; a priority of 5 is none.

    Equal ends of the quiet time mean that there is none; a P1 never waits.
    """

    model_config = ConfigDict(extra="forbid")
    ways: Annotated[list[Way], Field(max_length=MOST_WAYS)]
    quiet_start: _Minute
    quiet_end: _Minute
    quiet_from: _Priority
    digest_from: _Priority
    digest_at: _Minute
    language: Annotated[str, Field(min_length=1, max_length=16)]


@router.get("/messages/wishes", operation_id="getWishes")
def mine(given: ServicesDep, actor: ActorDep) -> WishesBody:
    """What the caller set, or what holds where they set nothing."""
    found = wishes.wishes_of(given.records, actor.login)
    wish = found.wish
    return WishesBody(
        ways=[Way(kind=kind, address=address) for kind, address in found.ways],
        quiet_start=wish.quiet_start, quiet_end=wish.quiet_end, quiet_from=wish.quiet_from,
        digest_from=wish.digest_from, digest_at=wish.digest_at, language=found.language,
    )  # fmt: skip


@router.put("/messages/wishes", operation_id="setWishes")
def keep(given: ServicesDep, actor: ActorDep, body: WishesBody) -> WishesBody:
    """Set all of it at once, for the caller alone; it is written down that they did."""
    wanted = Wishes(
        ways=[(way.kind, way.address) for way in body.ways], language=body.language,
        wish=Wish(
            quiet_start=body.quiet_start, quiet_end=body.quiet_end, quiet_from=body.quiet_from,
            digest_from=body.digest_from, digest_at=body.digest_at,
        ),
    )  # fmt: skip
    wishes.keep(given.records, actor.login, wanted, by=actor.login, now=now_ms())
    return mine(given, actor)
