"""One question on a line and the one answer to it, among echoes, noise and late answers."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import TypeVar

from core.errors import Retryable
from edge.buses.contract import Garbled, NoAnswer
from edge.buses.line import Line
from edge.buses.pace import Pace
from edge.protocols.refusal import ItemRefused, ReplyRefused
from edge.protocols.stream import FrameStream, Grammar

T = TypeVar("T")
_GAP_S = 0.25
"""Between two pieces of one answer: device servers collect bytes for up to 0.2 s."""
_BABBLE = 4096
"""Bytes without an answer among them after which the line is not listened to any longer."""


class Exchange:
    """Asks on one line.

    Args:
        line: The line.
        grammar: How frames are found on it.
        least_s: Answers may begin as late as that by their standard, whatever was observed. [s]
        usual: Bytes of an answer, for lines that give it in one piece at its end.
    """

    def __init__(self, line: Line, grammar: Grammar, least_s: float, usual: int) -> None:
        self.line = line
        self._grammar = grammar
        self._least_s = least_s
        self._usual = usual

    def ask(
        self, question: bytes, pick: Callable[[bytes], T | None], pace: Pace, whom: str,
        *, usual: int | None = None,
    ) -> T:  # fmt: skip
        """The answer.

        Args:
            question: What is sent.
            pick: The answer in a frame; None where the frame is not the answer.
            pace: How long the device asked may take until its answer begins.
            whom: It and its address, for messages.
            usual: Bytes of this answer, where it is of another kind than most; its time then
                says nothing of how long the next may take.

        Raises:
            NoAnswer: Nothing came but the echo.
            Garbled: Something came, and no answer was in it.
            ItemRefused: The device will not give it.
            Retryable: The line broke.
        """
        self._discard()
        begun = self.line.send(question) + time.monotonic()
        limit = begun + self._first_s(pace, self._usual if usual is None else usual)
        last = limit + self._grammar.longest * self.line.byte_s + _GAP_S
        stream, heard = FrameStream(self._grammar), b""
        wrong: ReplyRefused | None = None
        while (left := limit - time.monotonic()) > 0 and len(heard) < _BABBLE:
            data = self.line.receive(left)
            now = time.monotonic()
            for frame in stream.feed(data):
                try:
                    answer = pick(frame)
                except ItemRefused:
                    raise
                except ReplyRefused as error:
                    wrong = error
                    continue
                if answer is not None:
                    if usual is None:
                        pace.answered(self._took_s(now - begun, frame))
                    return answer
            heard += data
            if data:
                limit = max(limit, min(last, now + _GAP_S))
        self.line.renew(pace.silence_s)
        raise self._missed(question, heard, wrong, whom)

    def tell(self, question: bytes, wait_s: float) -> None:
        """Send what nobody may answer, and pass over what comes within a time. [s]

        Raises:
            Retryable: The line broke.
        """
        begun = self.line.send(question) + time.monotonic()
        stream = FrameStream(self._grammar)
        while (left := begun + wait_s - time.monotonic()) > 0:
            answers = [f for f in stream.feed(self.line.receive(left)) if f != question]
            if answers:
                return

    def _first_s(self, pace: Pace, usual: int) -> float:
        """How long the first byte is waited for. [s]"""
        whole_s = usual * self.line.byte_s if self.line.collects else 0.0
        return max(pace.timeout_s, self._least_s + whole_s)

    def _took_s(self, passed_s: float, frame: bytes) -> float:
        """How long it took until the first byte of an answer could be there. [s]"""
        if self.line.collects:
            return max(0.0, passed_s)
        return max(0.0, passed_s - len(frame) * self.line.byte_s)

    def _discard(self) -> None:
        read = 0
        with contextlib.suppress(Retryable):  # broken since: sending opens it again
            while read < _BABBLE and (data := self.line.receive(0)):
                read += len(data)

    def _missed(
        self, question: bytes, heard: bytes, wrong: ReplyRefused | None, whom: str
    ) -> Garbled | NoAnswer:
        if wrong is not None:
            return Garbled(f"{whom}: {wrong}")
        rest = heard.replace(question, b"", 1)
        if not rest.strip(b"\xfe\x00"):  # wake-ups, and what a line says when it is switched
            return NoAnswer(f"{whom} does not answer")
        shown = f"{rest[:40].hex(' ')}{' …' if len(rest) > 40 else ''}"  # noqa: PLR2004 - a line
        return Garbled(f"{whom}: {len(rest)} bytes without its answer: {shown}")
