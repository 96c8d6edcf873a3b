"""Small photos for tests, with a camera's story in them or without."""

from __future__ import annotations

import struct
import zlib

SECRET = b"Lat 31.2304 Lon 121.4737 serial 0042"
"""What a camera wrote, and nobody else is to read."""


def segment(marker: int, body: bytes) -> bytes:
    """A part of a JPEG."""
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def jpeg(
    *, exif: bool = False, orientation: int = 1, comment: bool = False, behind: bytes = b"",
    size: tuple[int, int] = (320, 200),
) -> bytes:  # fmt: skip
    """The parts of a JPEG as a phone writes them; nothing here has to be drawn."""
    parts = [segment(0xE0, b"JFIF\0" + bytes(9))]
    if exif:
        tags = struct.pack("<HHHIHH", 1, 0x0112, 3, 1, orientation, 0) + bytes(4)
        parts.append(segment(0xE1, b"Exif\0\0II*\0" + struct.pack("<I", 8) + tags + SECRET))
        parts.append(segment(0xE2, b"MPF\0" + SECRET))
    if comment:
        parts.append(segment(0xFE, SECRET))
    parts.append(segment(0xDB, bytes(65)))
    sof = struct.pack(">BHHB", 8, size[1], size[0], 3) + bytes(9)
    parts.append(segment(0xC0, sof))
    parts.append(segment(0xC4, bytes([0, 13]) + bytes(15 + 13)))
    scan = segment(0xDA, bytes([3]) + bytes(9)) + b"\x12\xff\x00\x34\xff\xd0\x56"
    return b"\xff\xd8" + b"".join(parts) + scan + b"\xff\xd9" + behind


def png(*, text: bytes = b"", behind: bytes = b"", size: tuple[int, int] = (4, 3)) -> bytes:
    """A black picture of four by three; the size may be a lie."""
    header = struct.pack(">IIBBBBB", *size, 8, 2, 0, 0, 0)
    lines = zlib.compress((b"\0" + bytes(12)) * 3, 9)
    more = _chunk(b"tEXt", b"Comment\0" + text) + _chunk(b"eXIf", text) if text else b""
    body = _chunk(b"IHDR", header) + more + _chunk(b"IDAT", lines) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body + behind


def _chunk(kind: bytes, body: bytes) -> bytes:
    check = zlib.crc32(kind + body)
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", check)
