"""Messages to people: owed with the step they tell of, sent at least once."""

from __future__ import annotations

from workorders.notify.letter import Letter
from workorders.notify.notifier import Notifier
from workorders.notify.sender import Sender

__all__ = ["Letter", "Notifier", "Sender"]
