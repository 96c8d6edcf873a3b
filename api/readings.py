"""Readings that people take, as the pages and the API enter and show them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import Depends

from adapters.records import scope_of
from api.asker import ReaderDep, ServicesDep, allowed
from api.services import Services
from core.actor import Actor
from core.hand import HandReading
from ingest.foreign.hand.entry import MAY, Entering

EntererDep = Annotated[Actor, Depends(allowed(*MAY), scope="function")]
"""Whoever may enter readings, of the buildings in their scope."""


def entering(given: ServicesDep, reader: ReaderDep) -> Entering:
    """The way in, with what the store knows of a register."""
    return Entering(given.site, given.records.hand, given.clock, reader.value_before)


EnteringDep = Annotated[Entering, Depends(entering, scope="function")]


def take_back(given: Services, actor: Actor, id_: int) -> None:
    """Take back what was entered for the moment of one reading.

    Raises:
        Refused: It is not in their scope, or was taken back before.
    """
    scope, now = scope_of(actor.buildings), given.clock.now()
    given.records.corrections.undo(scope, id_, actor.login, now)


def entered(given: Services, actor: Actor, limit: int) -> Sequence[HandReading]:
    """What was entered last in somebody's scope, the newest first."""
    return given.records.hand.list(scope_of(actor.buildings), limit=limit)
