"""One message over the ways that somebody has: the first that takes it, the dead ones last."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from core.clock import Clock
from core.errors import Retryable
from workorders.notify.letter import Letter
from workorders.notify.outlook import Outlook
from workorders.notify.pace import Pace
from workorders.notify.sender import NoSuchAddress, Sender, Throttled, Way

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """How it went.

    Attributes:
        channel: Which took it.
        error: What the others said.
        wait_until: Not a failure: it goes when a channel takes more. [ms]
        no_way: No address that could ever take it: somebody must set one.
    """

    channel: str | None = None
    error: str = ""
    wait_until: int | None = None
    no_way: bool = False


class Delivery:
    """The channels of an installation: how each is, and how many it was given.

    Args:
        outlook: How they are.
        clock: System time.
    """

    def __init__(self, outlook: Outlook, clock: Clock) -> None:
        self._outlook = outlook
        self._clock = clock
        self._paces: dict[str, Pace] = {}

    def pace(self, sender: Sender) -> Pace:
        """How many messages a channel was given in the last minute."""
        return self._paces.setdefault(sender.name, Pace(sender.a_minute))

    def send(self, ways: Sequence[Way], letter: Letter) -> Tried:
        """Through the first way that takes it; a P1 tries the dead ones too, after the others."""
        now = self._clock.now()
        well = [way for way in ways if self._outlook.may_try(way.sender.name, now)]
        dead = [way for way in ways if way not in well]
        errors = [f"{way.sender.name}: dead" for way in dead if letter.priority > 1]
        opens: list[int] = []
        reachable = False
        for way in [*well, *(dead if letter.priority == 1 else [])]:
            said, until = self._one(way, letter)
            if said is None:
                return Tried(channel=way.sender.name, error="; ".join(errors))
            errors.append(f"{way.sender.name}: {said}")
            reachable = reachable or not isinstance(said, NoSuchAddress)
            opens += [until] if until is not None else []
        return Tried(
            error="; ".join(errors), wait_until=min(opens, default=None),
            no_way=not reachable and not dead,
        )  # fmt: skip

    def _one(self, way: Way, letter: Letter) -> tuple[Exception | None, int | None]:
        """What a way said where it did not take it, and until when it takes nothing. [ms]"""
        now, sender = self._clock.now(), way.sender
        self.pace(sender).gave(now)
        try:
            sender.send(way.address, letter)
        except Throttled as why:
            self.pace(sender).close(now + round(why.retry_after_s * 1000))
            return why, self.pace(sender).next_at(now)
        except NoSuchAddress as why:
            return why, None
        except Exception as why:
            if not isinstance(why, Retryable):
                LOG.exception("channel %s failed", sender.name)
            self._outlook.failed(sender.name, str(why), self._clock.now())
            return why, None
        self._outlook.taken(sender.name, self._clock.now())
        return None, None
