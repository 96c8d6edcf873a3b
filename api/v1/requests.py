"""What people report, for programs: the desk's own telephone system may enter calls."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from api.asker import ActorDep, ServicesDep
from workorders.requests.intake import MOST_PHONE, MOST_WORDS, Report
from workorders.requests.kinds import Kind

router = APIRouter(tags=["requests"])
OrderId = Annotated[str, Path(max_length=24, pattern=r"^[A-Za-z0-9-]+$")]


class RequestIn(BaseModel):
    """A call; of ``phone`` only a masked form is kept."""

    model_config = ConfigDict(extra="forbid")
    place: Annotated[str, Field(min_length=1, max_length=120)]
    kind: Kind
    words: Annotated[str, Field(max_length=MOST_WORDS)] = ""
    phone: Annotated[str, Field(max_length=MOST_PHONE)] = ""


class TakenOut(BaseModel):
    """What came of it; ``known`` where somebody was on it, ``secret`` ends its ``/f/`` address."""

    order: str
    known: bool
    secret: str


class RequestOut(BaseModel):
    """A report of an order; ``said_at`` in UTC ms, ``mended`` what the reporter said of it."""

    id: int
    order: str
    place: str
    kind: Kind
    words: str
    phone: str
    said_at: int
    photos: int
    mended: bool | None
    stars: int | None


@router.post("/requests", operation_id="enterRequest", status_code=201)
def enter(given: ServicesDep, actor: ActorDep, body: RequestIn) -> TakenOut:
    """Enter what a caller says: it joins the order that explains it, or opens one."""
    taken = given.orders.requests.enter(actor, Report(**body.model_dump(), language=actor.language))
    return TakenOut(order=taken.order, known=taken.known, secret=taken.secret)


@router.get("/orders/{order}/requests", operation_id="listRequestsOfOrder")
def of_order(given: ServicesDep, actor: ActorDep, order: OrderId) -> list[RequestOut]:
    """What people reported of an order, the first first."""
    given.orders.desk.order(actor, order)
    return [
        RequestOut(
            id=r.id, order=r.order, place=r.place, kind=r.kind, words=r.words, phone=r.phone,
            said_at=r.said_at, photos=len(r.photos), mended=r.mended, stars=r.stars,
        )
        for r in given.orders.requests.of_order(actor, order)
    ]  # fmt: skip
