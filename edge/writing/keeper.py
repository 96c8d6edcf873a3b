"""Gives back what was written by hand when its time is over, also what an earlier run left."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from core.clock import SystemClock
from core.errors import PlantroomError
from core.site import Site
from edge.buses.bus import Task
from edge.buses.contract import Link
from edge.buses.pace import Pace
from edge.writing.hand import release
from edge.writing.journal import Journal, State, Written
from edge.writing.opening import Opening, to_give_back

log = structlog.get_logger(__name__)

LOOK_S = 1.0
BEAT_S = 5.0
ALIVE_MS = 20_000
"""A beat this old is of an agent that runs no more: four were missed."""
_UNSURE_MS = 60_000
"""A write that was begun and never came to anything is given back after a minute: whoever
began it is gone, and told nobody that it stands."""
_AGAIN_S = 10.0
"""After a device did not answer."""
_BY = "agent"


class Keeper:
    """A thread beside the buses of one gateway.

    Args:
        site: The model.
        gateway: Whose points.
        journal: What stands.
        do: Lets a task be done with a device, in the thread of its bus.
    """

    def __init__(
        self, site: Site, gateway: str, journal: Journal, do: Callable[[str, Task], None]
    ) -> None:
        self._site, self._gateway, self._journal, self._do = site, gateway, journal, do
        self._clock = SystemClock()
        self._mine = {p.id for p in site.points if p.gateway == gateway}
        self._under_way: dict[int, float] = {}
        self._said: set[int] = set()
        self._alarms: tuple[str, ...] = ()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"keeper-{gateway}", daemon=True)

    def start(self) -> None:
        """Begin; what is over already is given back first."""
        self._thread.start()

    def stop(self) -> None:
        """End; what stands stays, and is given back by the next run."""
        self._ended.set()
        if self._thread.ident is not None:
            self._thread.join()

    def alarms(self) -> tuple[str, ...]:
        """``written:POINT`` for each point that stands written."""
        return self._alarms

    def _run(self) -> None:
        elapsed = BEAT_S
        while True:
            try:
                if elapsed >= BEAT_S:
                    elapsed = 0.0
                    self._journal.beat(self._clock.now())
                self._look()
            except PlantroomError as error:
                log.warning("what was written cannot be looked at", reason=str(error))
            if self._ended.wait(LOOK_S):
                return
            elapsed += LOOK_S

    def _look(self) -> None:
        now = self._clock.now()
        standing = [one for one in self._journal.standing() if one.point in self._mine]
        self._alarms = tuple(f"written:{one.point}" for one in standing)
        for one in standing:
            unsure = one.state is State.BEGUN and now - one.at > _UNSURE_MS
            if (one.ends <= now or unsure) and self._under_way.get(one.id, 0.0) <= now:
                self._give_back(one, now)

    def _give_back(self, one: Written, now: int) -> None:
        opening = to_give_back(self._site, self._gateway, one.point, one.priority)
        if opening is None or opening.device.id != one.device:
            if one.id not in self._said:
                self._said.add(one.id)
                log.error("what was written cannot be given back: its device is not in the site "
                          "file any more", point=one.point, device=one.device)  # fmt: skip
            return
        self._under_way[one.id] = now + _AGAIN_S * 1000
        self._do(opening.device.id, lambda link, pace: self._released(opening, one, link, pace))

    def _released(self, opening: Opening, one: Written, link: Link, pace: Pace) -> None:
        try:
            state = release(opening, one, link, pace, self._journal, by=_BY, now=self._clock.now())
        except PlantroomError as error:
            log.warning("what was written still stands", point=one.point, reason=str(error))
            return
        log.info("what was written is over", point=one.point, state=state.value)
