"""What a gateway says of itself: whether it is there, and how it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import metadata
from typing import Literal

from core import topics, wire
from edge.outbox import Depth

State = Literal["online", "offline"]


class Presence:
    """Words of one gateway in one boot.

    Args:
        site: Site id.
        gateway: Gateway id.
        boot: Of its outbox.
    """

    def __init__(self, site: str, gateway: str, boot: str) -> None:
        self.state_topic = topics.state_topic(site, gateway)
        self.health_topic = topics.health_topic(site, gateway)
        self._boot = boot

    def state(self, state: State, since: int) -> bytes:
        """Payload of the retained state, and of the will."""
        return wire.encode(
            wire.StateMessage(v=1, state=state, boot=self._boot, version=VERSION, since=since)
        )

    def health(
        self,
        now: int,
        depth: Depth,
        oldest_unsent: int | None,
        devices: Mapping[str, tuple[int | None, str | None]],
        alarms: Sequence[str] = (),
        config: wire.ConfigHealth | None = None,
    ) -> bytes:
        """Payload of a health message; devices as :meth:`core.ports.Driver.health` has them."""
        return wire.encode(
            wire.HealthMessage(
                v=1, sent_at=now, boot=self._boot, version=VERSION, outbox_rows=depth.readings,
                outbox_bytes=depth.bytes, outbox_full=depth.full, oldest_unsent=oldest_unsent,
                discarded_batches=depth.discarded, alarms=list(alarms), config=config,
                devices={
                    name: wire.DeviceHealth(last_good=last_good, error=error)
                    for name, (last_good, error) in devices.items()
                },
            )
        )  # fmt: skip


def _version() -> str:
    try:
        return metadata.version("plantroom")
    except metadata.PackageNotFoundError:
        return "unknown"


VERSION = _version()
