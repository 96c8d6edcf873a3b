"""Frames out of a stream of bytes: wake-ups, echoes and noise around them do no harm.

A frame that has begun and is not whole does not hide a later one that is: a start byte in
the noise, followed by a false length, would otherwise hold the answer back until the time is up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Grammar:
    """How frames of one protocol are found.

    Attributes:
        name: Of the protocol, for messages.
        longest: No frame has more bytes.
        size: Bytes of the frame that begins with these: 0 where none begins here, None
            where more of it must be seen.
        sound: Whether as many bytes are a frame: its sum and its end.
    """

    name: str
    longest: int
    size: Callable[[bytes], int | None]
    sound: Callable[[bytes], bool]


def ends_in_sum(frame: bytes) -> bool:
    """Whether the last bytes are the sum of all before and 16, as DL/T 645 and CJ/T 188 have it."""
    return frame[-1] == 0x16 and frame[-2] == sum(frame[:-2]) & 0xFF


class FrameStream:
    """Takes bytes as they come and gives whole frames; holds less than one frame.

    Attributes:
        noise: Bytes that were part of no frame.
    """

    def __init__(self, grammar: Grammar) -> None:
        self._grammar = grammar
        self._held = b""
        self.noise = 0

    def feed(self, data: bytes) -> list[bytes]:
        """The frames that are whole now, in order."""
        buffer = self._held + data
        frames: list[bytes] = []
        at, begun, taken = 0, None, 0
        while at < len(buffer):
            size = self._size(buffer, at, begun)
            if size is None:
                begun = at if begun is None else begun
                at += 1
            elif size and self._grammar.sound(frame := buffer[at : at + size]):
                frames.append(frame)
                taken += size
                at, begun = at + size, None
            else:
                at += 1
        kept = len(buffer) if begun is None else begun
        self.noise += kept - taken
        self._held = buffer[kept:]
        return frames

    def _size(self, buffer: bytes, at: int, begun: int | None) -> int | None:
        """Of the whole frame at a place; 0 for none, None for one that is not whole yet."""
        size = self._grammar.size(buffer[at : at + self._grammar.longest])
        if size is None or size > len(buffer) - at:
            return None
        # One byte has no sum: inside a frame that has begun it may be anything.
        return 0 if size == 1 and begun is not None else size
