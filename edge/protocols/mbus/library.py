"""The one door to pymeterbus, which decodes records: what it does wrong stays behind it.

It configures the root logger when it is imported, takes wired frames for wireless ones where
they look alike, and raises KeyError, IndexError and others on telegrams that were changed
on their way. Its numbers are not used: digits above 9 become numbers there.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Protocol, cast

from edge.protocols.refusal import ReplyRefused

_importing = threading.Lock()


class _Field(Protocol):
    parts: list[int]


class RawRecord(Protocol):
    """A record as pymeterbus cuts it out of a telegram."""

    dib: _Field
    vib: _Field
    dataField: _Field  # noqa: N815 - its name there


class _Telegram(Protocol):
    records: Sequence[RawRecord]


def records_of(frame: bytes) -> list[tuple[bytes, bytes, bytes]]:
    """Each record of a variable telegram: its DIF and DIFEs, VIF and VIFEs, and data.

    Raises:
        ReplyRefused: It cannot be cut into records.
    """
    parse = _parser()
    try:
        records = parse(list(frame)).records
        return [(bytes(r.dib.parts), bytes(r.vib.parts), bytes(r.dataField.parts)) for r in records]
    except Exception as error:  # whatever a changed telegram makes of it
        msg = f"M-Bus: the telegram cannot be cut into records ({type(error).__name__}: {error})"
        raise ReplyRefused(msg) from error


def _parser() -> Callable[[list[int]], _Telegram]:
    root = logging.getLogger()
    with _importing:
        handlers, level = list(root.handlers), root.level
        from meterbus.telegram_long import TelegramLong  # noqa: PLC0415 - only where it is used

        root.setLevel(level)
        for handler in [h for h in root.handlers if h not in handlers]:
            root.removeHandler(handler)
    return cast("Callable[[list[int]], _Telegram]", TelegramLong.parse)
