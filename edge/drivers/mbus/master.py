"""An M-Bus master: selects a slave, asks for its telegrams, repeats what was lost.

The frame count bit alternates with each new question and stays at a repetition, so that a
slave whose answer was lost sends the same telegram again and not the next.
"""

from __future__ import annotations

from edge.buses.contract import Garbled
from edge.buses.exchange import Exchange
from edge.buses.line import Line
from edge.buses.pace import Pace
from edge.drivers.metering import tried
from edge.protocols.mbus import frames
from edge.protocols.mbus.frames import Long, Secondary
from edge.protocols.mbus.telegram import Telegram, decode
from edge.protocols.refusal import ReplyRefused

_WAIT_BITS, _WAIT_S = 330, 0.05
"""EN 13757-2: a slave that has not begun to answer after 330 bit times and 50 ms will not."""
_BITS_A_BYTE = 11  # 8E1, always on M-Bus
_MOST_TELEGRAMS = 16
"""Of one reading: more is a slave that never ends."""
_LONGEST = frames.GRAMMAR.longest
LAST_PRIMARY = 250


def longest_wait_s(byte_s: float) -> float:
    """How long a slave may take until its answer begins. [s]"""
    return _WAIT_BITS * byte_s / _BITS_A_BYTE + _WAIT_S


class Master:
    """The one master of a line."""

    def __init__(self, line: Line) -> None:
        self._exchange = Exchange(line, frames.GRAMMAR, longest_wait_s(line.byte_s), _LONGEST)

    def read(self, address: str, pace: Pace) -> list[Telegram]:
        """All telegrams of one slave.

        Args:
            address: Primary, or secondary of 8 or 16 digits.
            pace: How long it may take until an answer begins.

        Raises:
            NoAnswer: It is silent.
            Garbled: What came is no telegram, or several slaves answered.
        """
        if len(address) <= len(str(LAST_PRIMARY)):
            primary = int(address)
            self.acknowledged(frames.short(frames.SND_NKE, primary), pace, f"slave {address}")
            return self._telegrams(primary, None, pace, f"slave {address}")
        wanted = Secondary.of(address)
        self.select(wanted, pace)
        return self._telegrams(frames.BY_SECONDARY, wanted, pace, f"slave {wanted}")

    def select(self, wanted: Secondary, pace: Pace) -> None:
        """Select whoever fits, and nobody else.

        Raises:
            NoAnswer: Nobody does.
            Garbled: Something answered that is no acknowledgement.
        """
        # Frees whoever was selected and sets its frame count bit back; where nobody was,
        # nobody answers.
        reset = frames.short(frames.SND_NKE, frames.BY_SECONDARY)
        self._exchange.tell(reset, longest_wait_s(self._exchange.line.byte_s))
        self.acknowledged(wanted.select(), pace, f"slave {wanted}")

    def acknowledged(self, question: bytes, pace: Pace, whom: str) -> None:
        """Send what is answered by an acknowledgement.

        Raises:
            NoAnswer: It is silent.
            Garbled: Something answered that is no acknowledgement.
        """

        def pick(frame: bytes) -> bool | None:
            return True if frame == frames.ACK else None

        def ask() -> bool:
            # It comes sooner than a telegram, which has to be made first.
            return self._exchange.ask(question, pick, pace, whom, usual=len(frames.ACK))

        tried(ask, answered_before=False)

    def telegram(
        self, address: int, wanted: Secondary | None, count: int, pace: Pace, whom: str,
        *, before: Telegram | None = None,
    ) -> Telegram:  # fmt: skip
        """One telegram; the same again where ``count`` is the same.

        Args:
            address: Primary, or that of whoever is selected.
            wanted: Who must have sent it, where it was selected.
            count: Of the questions since the last reset.
            pace: How long it may take until the answer begins.
            whom: For messages.
            before: The telegram that this one follows; a late copy of it is passed over.

        Raises:
            NoAnswer: It is silent.
            Garbled: What came is no telegram of it.
        """
        question = frames.short(frames.REQ_UD2[count % 2], address)

        def pick(frame: bytes) -> Telegram | None:
            long = frames.unpack(frame)
            telegram = None if long is None else _telegram_of(long, address, wanted)
            is_copy = telegram and before and telegram.records == before.records
            return None if is_copy else telegram

        return self._exchange.ask(question, pick, pace, whom)

    def _telegrams(
        self, address: int, wanted: Secondary | None, pace: Pace, whom: str
    ) -> list[Telegram]:
        got: list[Telegram] = []
        while not got or got[-1].more:
            if len(got) == _MOST_TELEGRAMS:
                msg = f"{whom} does not end after {len(got)} telegrams"
                raise Garbled(msg)

            def ask(count: int = len(got)) -> Telegram:
                before = got[-1] if got else None
                return self.telegram(address, wanted, count, pace, whom, before=before)

            # It has acknowledged, so a silence now is a loss on the line.
            got.append(tried(ask, answered_before=True))
            if got[-1].slave != got[0].slave:
                msg = f"{whom}: telegrams of {got[0].slave} and {got[-1].slave}"
                raise Garbled(msg)
        return got


def _telegram_of(long: Long, address: int, wanted: Secondary | None) -> Telegram | None:
    if not long.is_answer:
        return None  # our own selection, come back as an echo
    if wanted is None and address != long.address and address <= LAST_PRIMARY:
        return None
    telegram = decode(long)
    if wanted is not None and not telegram.slave.fits(wanted):
        msg = f"answered by {telegram.slave}"
        raise ReplyRefused(msg)
    return telegram
