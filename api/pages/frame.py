"""What every page after the log-in needs: how fresh data is, how many orders are open."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from api.asker import ActorDep, ReaderDep, ServicesDep
from api.freshness import freshness
from api.live import latest_change
from workorders.tally import open_orders


def framed(request: Request, given: ServicesDep, actor: ActorDep, reader: ReaderDep) -> None:
    """Put the frame's figures where :func:`api.view.page` finds them."""
    # First the mark, then what is rendered: a change in between is told again, never missed.
    request.state.live_from = latest_change(given)
    request.state.fresh = freshness(reader, given.clock.now())
    request.state.open_orders = open_orders(given.records, actor)
    request.state.takes_calls = given.orders.requests.may_enter(actor)


Framed = Annotated[None, Depends(framed, scope="function")]
