"""What is at an order beside its states, for programs. Times in UTC ms of the run clock."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from api.asker import ActorDep, KeyedPhotoDep, ServicesDep
from api.pages.work import PHOTO_HEADERS
from api.v1.orders import OrderId
from core.words import Permit

router = APIRouter(tags=["orders"])
Time = Annotated[int, Field(ge=0, le=253_402_300_799_000)]
PHOTO_FORM = {
    "required": True,
    "content": {"multipart/form-data": {"schema": {
        "type": "object", "title": "Body_sendPhoto", "required": ["photo"],
        "properties": {"photo": {
            "type": "string", "contentMediaType": "application/octet-stream", "title": "Photo",
        }},
    }}},
}  # fmt: skip
"""Written out: a field of FastAPI's own would be read before anybody is asked for a key."""
PhotoName = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]


class NeedOut(BaseModel):
    """What the work needs: ``licence:gas``, ``permit:isolation``, ``people:2``."""

    what: str
    there: bool


class PermitOut(BaseModel):
    """A permit as it stands."""

    id: int
    kind: str
    number: str
    issued_by: str
    issued_at: int
    valid_until: int
    holds: bool


class WorkOut(BaseModel):
    """All that is at an order."""

    needs: list[NeedOut]
    permits: list[PermitOut]
    helpers: list[str]
    photos: list[str]


class PermitIn(BaseModel):
    """A permit, for 24 hours at most."""

    model_config = ConfigDict(extra="forbid")
    kind: Permit
    number: Annotated[str, Field(min_length=1, max_length=80)]
    until: Time
    note: Annotated[str, Field(max_length=4000)] = ""


class HelperIn(BaseModel):
    """Who helps."""

    model_config = ConfigDict(extra="forbid")
    login: Annotated[str, Field(max_length=64)]


class NeedIn(BaseModel):
    """What the order needs beyond its rule's card; for people, how many."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["permit", "licence", "people"]
    what: Annotated[str, Field(max_length=16)]


class LinkIn(BaseModel):
    """Until when a contractor's link holds, 14 days at most."""

    model_config = ConfigDict(extra="forbid")
    until: Time


class LinkOut(BaseModel):
    """Told once: the path of the link, and the code that binds it to a phone."""

    path: str
    code: str


class PhotoOut(BaseModel):
    """The name of a photo that is kept."""

    name: str


@router.get("/orders/{order}/work", operation_id="getWork")
def work(given: ServicesDep, actor: ActorDep, order: OrderId) -> WorkOut:
    """Needs, permits, helpers and photos of an order."""
    seen = given.orders.work.at(actor, order)
    return WorkOut(
        needs=[NeedOut(what=need.what, there=need.there) for need in seen.needs],
        permits=[PermitOut(id=p.id, kind=p.kind.value, number=p.number, issued_by=p.issued_by,
                           issued_at=p.issued_at, valid_until=p.valid_until, holds=p.holds)
                 for p in seen.permits],
        helpers=[login for login, _ in seen.helpers],
        photos=[photo.name for photo in given.orders.photos.of(actor, order)],
    )  # fmt: skip


@router.post("/orders/{order}/permits", operation_id="givePermit", status_code=204)
def permit(given: ServicesDep, actor: ActorDep, order: OrderId, body: PermitIn) -> None:
    """Let dangerous work begin; never one's own."""
    given.orders.work.permit(actor, order, body.kind, body.number, body.until, body.note)


@router.post("/orders/{order}/permits/{id}/end", operation_id="endPermit", status_code=204)
def end_permit(
    given: ServicesDep, actor: ActorDep, order: OrderId,
    id_: Annotated[int, Path(alias="id", ge=1, le=2**53)],
) -> None:  # fmt: skip
    """Hand a permit back, or withdraw it."""
    given.orders.work.end_permit(actor, order, id_)


@router.post("/orders/{order}/helpers", operation_id="addHelper", status_code=204)
def helper(given: ServicesDep, actor: ActorDep, order: OrderId, body: HelperIn) -> None:
    """Somebody helps until it is done."""
    given.orders.work.helper(actor, order, body.login)


@router.post("/orders/{order}/needs", operation_id="addNeed", status_code=204)
def need(given: ServicesDep, actor: ActorDep, order: OrderId, body: NeedIn) -> None:
    """Say that the order needs more than its card says."""
    given.orders.work.need(actor, order, body.kind, body.what)


@router.post("/orders/{order}/link", operation_id="linkContractor", status_code=201)
def link(given: ServicesDep, actor: ActorDep, order: OrderId, body: LinkIn) -> LinkOut:
    """A link for the contractor who has the order; an older one ends."""
    made = given.orders.work.link(actor, order, body.until)
    return LinkOut(path=f"/c/{made.secret}", code=made.code)


@router.post(
    "/orders/{order}/photos", operation_id="sendPhoto", status_code=201,
    openapi_extra={"requestBody": PHOTO_FORM},
)  # fmt: skip
def send_photo(
    given: ServicesDep, actor: ActorDep, order: OrderId, data: KeyedPhotoDep
) -> PhotoOut:
    """Keep a photo without its metadata; the same one sent again is kept once."""
    return PhotoOut(name=given.orders.photos.send(actor, order, data))


@router.get(
    "/orders/{order}/photos/{name}", operation_id="getPhoto",
    responses={200: {"content": {"image/jpeg": {}, "image/png": {}, "image/webp": {}}}},
    response_class=Response,
)  # fmt: skip
def photo(given: ServicesDep, actor: ActorDep, order: OrderId, name: PhotoName) -> Response:
    """A photo."""
    media, data = given.orders.photos.bytes_of(actor, order, name)
    return Response(data, media_type=media, headers=PHOTO_HEADERS)
