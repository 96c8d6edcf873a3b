"""The host's own state, by which nodes know that somebody listens."""

from __future__ import annotations

import msgspec

from core.ports import Will


class _State(msgspec.Struct):
    online: bool
    timestamp: int


class HostState:
    """Says online after each connection; the will says offline.

    Both carry the time at which this host began (Sparkplug 3.0.0, chapter 5.7), so that a late
    will of an earlier run is told from one of this.

    Args:
        host: The host id that nodes have as their primary host.
        began: Start of this run, system time. [ms]
    """

    def __init__(self, host: str, began: int) -> None:
        self.topic = f"spBv1.0/STATE/{host}"
        self.online = msgspec.json.encode(_State(online=True, timestamp=began))
        self.offline = msgspec.json.encode(_State(online=False, timestamp=began))

    @property
    def will(self) -> Will:
        """What the broker says where we end without a goodbye."""
        return Will(topic=self.topic, payload=self.offline)

    def contradicted(self, payload: bytes) -> bool:
        """Whether somebody says that we are away: then it is said again that we are not."""
        try:
            return not msgspec.json.decode(payload, type=_State).online
        except msgspec.MsgspecError:
            return True
