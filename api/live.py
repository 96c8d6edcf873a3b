"""What changed, told to open pages: at most two messages a second, whatever the run's speed."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator

import anyio.to_thread
from fastapi import APIRouter, Request
from sqlalchemy import func, select
from sse_starlette import EventSourceResponse, ServerSentEvent

from adapters.records import ALL
from adapters.records.tables import ChangeRow
from api import formats
from api.asker import ActorDep, ServicesDep, cookie_name
from api.freshness import freshness
from api.identity import session_of
from api.scoped import ScopedReader
from api.services import Services
from api.view import language_of
from core.actor import Actor
from core.clock import MINUTE_MS

router = APIRouter(include_in_schema=False)
EPOCH = secrets.token_hex(4)
"""Told apart from another start's: numbers of changes go on, but what a page missed may not."""
_POLL_S = 1.0
_SESSION_S = 60.0
_MOST_BEHIND = 5_000


def latest_change(given: Services) -> str:
    """Where a page that is rendered now begins to listen."""
    with given.records.session(ALL, reading=True) as session:
        newest = session.scalar(select(func.max(ChangeRow.seq))) or 0
    return f"{EPOCH}.{newest}"


@router.get("/x/alive", status_code=204)
def alive(_: ActorDep) -> None:
    """Whether the log-in still holds; a page asks when its stream has ended."""


@router.get("/live")
async def live(
    request: Request, actor: ActorDep, given: ServicesDep, since: str = ""
) -> EventSourceResponse:
    """The stream of one page."""
    last = request.headers.get("Last-Event-ID") or since
    return EventSourceResponse(
        _events(request, given, actor, last), send_timeout=5, ping=15, sep="\n"
    )


async def _events(
    request: Request, given: Services, actor: Actor, last: str
) -> AsyncIterator[ServerSentEvent]:
    epoch, _, number = last.partition(".")
    if epoch != EPOCH or not number.isdigit():
        newest = await anyio.to_thread.run_sync(latest_change, given)
        yield ServerSentEvent(event="reset", data="", id=newest)
        return
    seen, minute = int(number), -1
    shown: dict[str, str] = {}
    secret = request.cookies.get(cookie_name(given), "")
    loop = asyncio.get_running_loop()
    checked = loop.time()
    while True:
        if loop.time() - checked > _SESSION_S:
            # A stream never keeps its own session alive, and ends with it.
            checked = loop.time()
            held = await anyio.to_thread.run_sync(
                lambda: session_of(given.records, secret, touch=False)
            )
            if held is None:
                yield ServerSentEvent(event="bye", data="")
                return
        kinds, seen, behind = await anyio.to_thread.run_sync(_changes, given, actor, seen)
        if behind:
            yield ServerSentEvent(event="reset", data="", id=f"{EPOCH}.{seen}")
            return
        this_minute = given.clock.now() // (15 * MINUTE_MS)
        if this_minute != minute:
            kinds = kinds | ({"minute"} if minute >= 0 else set())
            minute = this_minute
            state = await anyio.to_thread.run_sync(_state, request, given, actor)
            fresh = {k: v for k, v in state.items() if shown.get(k) != v}
            shown |= fresh
            if fresh:
                yield ServerSentEvent(event="state", data=json.dumps(fresh, ensure_ascii=False))
        if kinds:
            yield ServerSentEvent(
                event="changed", data=json.dumps(sorted(kinds)), id=f"{EPOCH}.{seen}"
            )
        await asyncio.sleep(_POLL_S)


def _changes(given: Services, actor: Actor, seen: int) -> tuple[set[str], int, bool]:
    """Kinds of what changed in scope since a number; whether too much was missed."""
    query = select(ChangeRow.seq, ChangeRow.kind, ChangeRow.building).where(ChangeRow.seq > seen)
    with given.records.session(ALL, reading=True) as session:
        rows = session.execute(query.order_by(ChangeRow.seq).limit(_MOST_BEHIND)).all()
    if len(rows) == _MOST_BEHIND:
        return set(), rows[-1].seq, True
    kinds = {kind for _, kind, building in rows if actor.sees(building)}
    return kinds, rows[-1].seq if rows else seen, False


def _state(request: Request, given: Services, actor: Actor) -> dict[str, str]:
    """Texts by element id that stand on every page."""
    tr = language_of(request)
    reader = ScopedReader(given.store, given.site, actor)
    fresh = freshness(reader, given.clock.now())
    when = formats.moment(fresh.until, given.site.timezone, tr, now=given.clock.now())
    share = formats.number(fresh.complete * 100, 1)
    return {"fresh": tr("data to {time}, complete {share} %", time=when, share=share)}
