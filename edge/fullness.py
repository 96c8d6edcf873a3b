"""When an outbox is nearly full, and when it drops: said once, until it is well again."""

from __future__ import annotations

from enum import StrEnum

from edge.outbox import Depth

NEARLY = 0.8
"""Share of the bytes that may wait. At 500 points a minute what is left of the default of
2 GiB is 13 days: later would leave a small box no time to be looked after,
sooner would warn of every long night."""
WELL = 0.7
"""Below it the alarm ends: a tenth lower, or a box at the bound would come and go all day."""


class Alarm(StrEnum):
    """How bad it is; the words are those of a health message."""

    NONE = ""
    NEARLY_FULL = "outbox_nearly_full"
    FULL = "outbox_full"
    """It dropped its oldest since it was last well; each drop is announced."""


class Fullness:
    """Follows one outbox."""

    def __init__(self) -> None:
        self.alarm = Alarm.NONE
        self._dropped: int | None = None

    def look(self, depth: Depth) -> bool:
        """Take up how full it is; whether the alarm is another one now."""
        before, dropped = self.alarm, self._dropped
        self._dropped = depth.discarded
        if dropped is not None and depth.discarded > dropped and depth.full >= WELL:
            self.alarm = Alarm.FULL
        elif depth.full < WELL:
            self.alarm = Alarm.NONE
        elif depth.full >= NEARLY and before is Alarm.NONE:
            self.alarm = Alarm.NEARLY_FULL
        return self.alarm is not before
