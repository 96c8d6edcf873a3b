"""How you are reached and when you are left alone, for programs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from adapters.records.notifying import NEVER, WayKind
from api import messages
from api.asker import ActorDep, ServicesDep
from api.identity import now_ms
from workorders.notify.hours import Wish
from workorders.notify.wishes import MOST_WAYS, Wishes, keep, wishes_of

router = APIRouter(tags=["messages"])
Minute = Annotated[int, Field(ge=0, lt=24 * 60)]
From = Annotated[int, Field(ge=2, le=NEVER)]


class Way(BaseModel):
    """A mail address, an ntfy topic, a user id or a telephone number; never a server."""

    model_config = ConfigDict(extra="forbid")
    kind: WayKind
    address: Annotated[str, Field(min_length=1, max_length=200)]


class WishesBody(BaseModel):
    """All that you set: ways, the first to be tried first; minutes from local midnight.

    ``quiet_from`` and ``digest_from`` are priorities that wait for the morning, and that come
    once a day; 5 is none. A P1 never waits. Without ways those of your entry are used.
    """

    model_config = ConfigDict(extra="forbid")
    ways: Annotated[list[Way], Field(max_length=MOST_WAYS)] = []
    quiet_start: Minute
    quiet_end: Minute
    quiet_from: From
    digest_from: From
    digest_at: Minute
    language: Annotated[str, Field(max_length=16)]


@router.get("/messages/wishes", operation_id="getWishes")
def wishes(given: ServicesDep, actor: ActorDep) -> WishesBody:
    """What you set, or what holds where you set nothing."""
    found = wishes_of(given.records, actor.login)
    wish = found.wish
    return WishesBody(
        ways=[Way(kind=kind, address=address) for kind, address in found.ways],
        quiet_start=wish.quiet_start, quiet_end=wish.quiet_end, quiet_from=wish.quiet_from,
        digest_from=wish.digest_from, digest_at=wish.digest_at, language=found.language,
    )  # fmt: skip


@router.put("/messages/wishes", operation_id="setWishes", status_code=204)
def set_wishes(given: ServicesDep, actor: ActorDep, body: WishesBody) -> None:
    """Set all of it at once; what cannot stand changes nothing."""
    wish = Wish(
        quiet_start=body.quiet_start, quiet_end=body.quiet_end, quiet_from=body.quiet_from,
        digest_from=body.digest_from, digest_at=body.digest_at,
    )  # fmt: skip
    wanted = Wishes(
        ways=[(way.kind, way.address) for way in body.ways], wish=wish, language=body.language
    )
    keep(given.records, actor.login, wanted, by=actor.login, now=now_ms())


@router.post("/messages/test", operation_id="testMessage", status_code=202)
def test(given: ServicesDep, actor: ActorDep) -> None:
    """Owe yourself a test message; one that waits already is enough."""
    messages.ask_test(given, actor)
