"""Which DL/T 645 meters are on a line: addresses searched by their low digits.

A question to an address whose high bytes are AA is answered by every meter with those low
bytes (DL/T 645-2007, shortened addresses). Where several answer, one byte more is fixed.
"""

from __future__ import annotations

from collections.abc import Iterator

from edge.buses.contract import Garbled, NoAnswer
from edge.buses.exchange import Exchange
from edge.buses.pace import Pace
from edge.protocols import dlt645

_DIGITS = 12
_ITEM = 0x00010000
"""Import of active energy: every meter has it, or refuses it under its own address."""


def search(exchange: Exchange, pace: Pace, low: str = "") -> Iterator[str]:
    """Addresses, in the order of their low digits read backwards.

    Args:
        exchange: Of the line.
        pace: How long a meter may take until its answer begins.
        low: Digits, two a byte, that all addresses looked for end with.

    Raises:
        Retryable: The line cannot be reached.
    """
    waiting = [low]
    while waiting:
        fixed = waiting.pop()
        pattern = fixed.rjust(_DIGITS, "A")

        def pick(frame: bytes, pattern: str = pattern) -> str | None:
            return dlt645.speaker(frame, pattern)

        question = dlt645.WAKE + dlt645.read_request(pattern, _ITEM)
        try:
            yield exchange.ask(question, pick, pace, f"meters {pattern}")
        except NoAnswer:
            continue
        except Garbled:
            if len(fixed) < _DIGITS:
                waiting.extend(f"{byte:02d}{fixed}" for byte in reversed(range(100)))
