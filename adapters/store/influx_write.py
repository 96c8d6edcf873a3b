"""Lines in requests, and the hunt for those that a server will not have."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.store.influx_lines import Lines
from adapters.store.influx_server import LinesRefused, Server

MOST_LINES = 10_000
"""In one request: servers take several hundred thousand lines a second at this size, fewer
below it, and a request stays near a megabyte."""

_REASONS = {
    "field type conflict": "field_type",
    "retention polic": "retention",
    "outside range": "time_out_of_range",
}


def write_lines(server: Server, lines: Sequence[str]) -> dict[int, str]:
    """Write all lines that the server will have; the others by index, with the reason.

    Raises:
        Retryable: The server is away; some lines may be stored, and writing them again is harmless.
    """
    refused: dict[int, str] = {}
    for start in range(0, len(lines), MOST_LINES):
        _write(server, lines, start, min(start + MOST_LINES, len(lines)), refused)
    return refused


def _write(
    server: Server, lines: Sequence[str], start: int, end: int, refused: dict[int, str]
) -> None:
    try:
        server.write(_body(lines[start:end]))
    except LinesRefused as error:
        if end - start == 1 or error.dropped == end - start:
            refused |= dict.fromkeys(range(start, end), _reason(str(error)))
            return
        middle = (start + end) // 2
        _write(server, lines, start, middle, refused)
        _write(server, lines, middle, end, refused)


def _body(lines: Sequence[str]) -> bytes:
    return lines.body() if isinstance(lines, Lines) else "\n".join(lines).encode()


def _reason(message: str) -> str:
    for words, reason in _REASONS.items():
        if words in message:
            return reason
    return "store_refused"
