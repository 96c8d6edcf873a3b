"""Messages that a network delivers more than once, told by the device's own counter."""

from __future__ import annotations

from collections import deque

KEPT = 32
"""Messages remembered a device: gateways of a network, and a broker's redeliveries, are seconds
to minutes apart; with many more, a device that counts anew soon meets its old numbers."""
APART_MS = 600_000
"""Equal messages whose times are farther apart are two: the device began to count again."""

_Seen = tuple[object, int, tuple[float, ...]]


class Repeats:
    """Remembers counters by device; only devices that are mapped are ever asked for.

    A repeat has the same counter *and* the same values: then dropping it loses nothing, even
    where a device that restarted counts from nought again.
    """

    def __init__(self) -> None:
        self._of: dict[tuple[str, str], deque[_Seen]] = {}

    def seen(
        self, gateway: str, device: str, counter: object, at: int, values: list[float]
    ) -> bool:
        """Whether this message came before; it is remembered if not."""
        known = self._of.setdefault((gateway, device), deque(maxlen=KEPT))
        # NaN is no number's equal, not even its own.
        plain = tuple(-1.0 if v != v else v for v in values)  # noqa: PLR0124 finds NaN
        for count, when, what in known:
            if count == counter and what == plain and abs(at - when) <= APART_MS:
                return True
        known.append((counter, at, plain))
        return False
