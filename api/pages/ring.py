"""A key pressed on a telephone that rang: the service asks here, and the order is acknowledged."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import PlainTextResponse

from api.asker import ServicesDep
from api.identity import now_ms
from core.errors import Refused
from workorders.act import Act
from workorders.notify.answer import holds
from workorders.states import Command

router = APIRouter(include_in_schema=False)


@router.post("/ring/{order}/{login}/{until}/{signed}")
def pressed(
    given: ServicesDep,
    order: Annotated[str, Path(max_length=24)],
    login: Annotated[str, Path(max_length=64)],
    until: Annotated[int, Path(ge=0, le=2**53)],
    signed: Annotated[str, Path(max_length=64)],
) -> PlainTextResponse:
    """Acknowledge for who was rung; a colleague who is not its person takes the order.

    Only a POST does: a preview of the address changes nothing. Again it changes nothing more.

    Raises:
        Refused: ``absent`` where the address is not ours or too old; ``forbidden`` or
            ``conflict`` where they cannot have the order.
    """
    secret = given.settings.notify_telephone_key.get_secret_value()
    person = given.records.people.get(login)
    if person is None or not holds(secret, order, login, until, signed, now_ms()):
        raise Refused("There is no such thing here.", code="absent")
    actor, desk = person.actor(), given.orders.desk
    found = desk.order(actor, order)
    if found.acknowledged_at is not None:
        return PlainTextResponse("acknowledged")
    version = found.row.version
    try:
        desk.act(actor, Act(order=order, do=Command.ACKNOWLEDGE, version=version))
    except Refused as why:
        if why.code != "forbidden":
            raise
        desk.act(actor, Act(order=order, do=Command.TAKE, version=version))
    return PlainTextResponse("acknowledged")
