"""The words of a document that this project made, by the map that goes with its font."""

from __future__ import annotations

import re
import zlib

_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_SHOWN = re.compile(rb"\((.*?)(?<!\\)\) Tj", re.DOTALL)
_MAPPED = re.compile(rb"<([0-9A-F]{4})> <([0-9A-F]{4})>")
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_SIGNS = {b"r": b"\r", b"n": b"\n"}


def words(document: bytes) -> str:
    """All that is written, one line a piece."""
    streams = [_unpacked(found[1]) for found in _STREAM.finditer(document)]
    letters = {
        int(code, 16): chr(int(letter, 16))
        for one in streams if b"beginbfchar" in one
        for code, letter in _MAPPED.findall(one)
    }  # fmt: skip
    lines = [_plain(piece) for one in streams if b" Tj" in one for piece in _SHOWN.findall(one)]
    return "\n".join(
        "".join(letters.get(int.from_bytes(line[n : n + 2]), "?") for n in range(0, len(line), 2))
        for line in lines
    )


def _unpacked(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return stream


def _plain(piece: bytes) -> bytes:
    return _ESCAPED.sub(lambda found: _SIGNS.get(found[1], found[1]), piece)
