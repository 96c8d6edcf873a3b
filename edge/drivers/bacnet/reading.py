"""One poll of a device: as much at once as it takes, and each property alone where it must be."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar

from bacpypes3.pdu import Address

from edge.buses.contract import NoAnswer, Values
from edge.buses.pace import Pace
from edge.drivers.bacnet.decode import Decoded, first
from edge.drivers.bacnet.item import Item, Missing, OtherUnit, Reference
from edge.drivers.bacnet.peer import Peer, Plan, batches, references_of
from edge.drivers.bacnet.questions import Answers, Asked, Kind, Unwilling, read_many, read_one
from edge.drivers.bacnet.station import Station

T = TypeVar("T")


class Reading:
    """Reads the values of a plan from a device, answer by answer.

    Args:
        station: Through which it is asked.
        peer: Whom.
        address: Where it is.
        pace: How long it may take.
    """

    def __init__(self, station: Station, peer: Peer, address: Address, pace: Pace) -> None:
        self._station, self._peer, self._address, self._pace = station, peer, address, pace
        self._once_more = peer.answers

    @property
    def _asked(self) -> Asked:
        # The time-out follows every answer.
        return Asked(self._station, self._address, self._pace.timeout_s, self._pace.answered)

    async def next(self, waiting: deque[list[Item]], plan: Plan) -> Values:
        """Values of the first batch that waits; nothing where it has to be asked in parts.

        Raises:
            NoAnswer: It is silent.
            Garbled: What came is no answer.
        """
        batch = waiting.popleft()
        wanted = references_of(batch)
        if self._peer.most == 1:
            return self._values(batch, await self._each(wanted), plan)
        try:
            answers = await self._patiently(lambda: read_many(self._asked, wanted))
        except Unwilling as unwilling:
            if unwilling.kind is Kind.OTHER:
                # Something in it offends: asked alone, each property says whether it is the one.
                return self._values(batch, await self._each(wanted), plan)
            self._less(unwilling.kind, batch)
            rest = [item for items in (batch, *waiting) for item in items]
            waiting.clear()
            waiting.extend(batches(rest, self._peer.most))
            return {}
        return self._values(batch, answers, plan)

    def _less(self, kind: Kind, batch: Sequence[Item]) -> None:
        """How much is asked for at once from now on; remembered."""
        asked = len(references_of(batch))
        if kind is Kind.NO_SERVICE or len(batch) == 1:
            self._peer.most = 1
        else:
            # Of what was asked, not of the limit: a small batch that is too much says more.
            self._peer.most = max(min(asked, self._peer.most) // 2, 1)

    async def _one(self, reference: Reference) -> list[Decoded] | Missing:
        return await read_one(self._asked, reference)

    async def _patiently(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Ask once more, once a poll, of a device that answered before: datagrams get lost."""
        try:
            return await ask()
        except NoAnswer:
            if not self._once_more:
                raise
            self._once_more = False
            self._pace.missed()
            return await ask()

    async def _each(self, wanted: Sequence[Reference]) -> Answers:
        found: Answers = {}
        for reference in wanted:
            try:
                found[reference] = await self._patiently(partial(self._one, reference))
            except Unwilling as unwilling:
                found[reference] = Missing(str(unwilling), unwilling.code)
        return found

    @staticmethod
    def _values(batch: Sequence[Item], answers: Answers, plan: Plan) -> Values:
        found: dict[Reference, Decoded | Missing] = {
            place: answer if isinstance(answer, Missing) else first(answer)
            for place, answer in answers.items()
        }
        values: dict[str, float | None] = {}
        for item in batch:
            own = found.get(item.value, Missing("not in the answer"))
            try:
                if isinstance(own, Missing) and own.for_good:
                    plan.refuse(item, own.why)
                elif isinstance(own, Missing):
                    plan.failed[item.name] = own.why
                else:
                    values[item.name] = item.number(found)
            except OtherUnit as other:
                plan.refuse(item, str(other))
        return values
