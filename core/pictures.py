"""Photos from strangers' phones, checked and written anew without what their cameras added.

Nothing is decoded: a picture is taken apart into its parts, those that draw it are kept, and all
others are dropped: places, times, serial numbers, thumbnails, and whatever hides behind the end.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from enum import StrEnum

MOST_BYTES = 8 * 1024**2
"""Phones make photos of 2 to 6 MB."""
MOST_PIXELS = 60_000_000
"""More than phones take; a small file may claim more, and fill the memory of who opens it."""


class Unfit(StrEnum):
    """Why a photo is not taken."""

    TOO_LARGE = "too_large"
    TOO_MANY_PIXELS = "too_many_pixels"
    OTHER_KIND = "other_kind"
    """A photo, but not one that every browser draws."""
    NO_PHOTO = "no_photo"
    BROKEN = "broken"


class UnfitPicture(Exception):
    """A photo that is not taken.

    Attributes:
        why: For the words that a person reads.
    """

    def __init__(self, why: Unfit) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A photo with nothing in it but the picture.

    Attributes:
        media: ``image/jpeg`` or ``image/png``.
        width: As stored; a JPEG may say that it is to be turned. [pixels]
    """

    media: str
    width: int
    height: int
    content: bytes


def cleaned(data: bytes) -> Picture:
    """The picture alone.

    Raises:
        UnfitPicture: It is none, or too large, or cannot be read to its end.
    """
    if len(data) > MOST_BYTES:
        raise UnfitPicture(Unfit.TOO_LARGE)
    if data.startswith(b"\xff\xd8\xff"):
        picture = _jpeg(data)
    elif data.startswith(_PNG):
        picture = _png(data)
    elif data[4:8] == b"ftyp" or data[:4] in {b"RIFF", b"GIF8", b"II*\0", b"MM\0*"}:
        raise UnfitPicture(Unfit.OTHER_KIND)
    else:
        raise UnfitPicture(Unfit.NO_PHOTO)
    if not 0 < picture.width * picture.height <= MOST_PIXELS:
        raise UnfitPicture(Unfit.TOO_MANY_PIXELS)
    return picture


_SOI, _EOI, _SOS, _APP0, _EXIF, _ADOBE, _COMMENT = 0xD8, 0xD9, 0xDA, 0xE0, 0xE1, 0xEE, 0xFE
_SIZED = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
"""Markers that tell the size of a picture."""
_DRAWING = _SIZED | {0xC4, 0xCC, 0xDB, 0xDD}
"""With the tables and the interval that drawing it needs."""
_ADOBE_BYTES = 12
"""Of the part that says how colours are turned; without it some photos turn blue."""


def _jpeg(data: bytes) -> Picture:
    out = bytearray(b"\xff\xd8")
    size, turned, at = (0, 0), 1, 2
    while True:
        at, marker = _marker(data, at)
        if marker == _EOI:
            break
        length = _length(data, at)
        body = data[at + 2 : at + length]
        at += length
        if marker == _EXIF:
            turned = _orientation(body) or turned
        elif marker == _ADOBE and body.startswith(b"Adobe") and len(body) == _ADOBE_BYTES:
            out += _segment(marker, body)
        elif marker in _DRAWING:
            if marker in _SIZED:
                size = _jpeg_size(body)
            out += _segment(marker, body)
        elif marker == _SOS:
            end = _scan_end(data, at)
            out += _segment(marker, body) + data[at:end]
            at = end
    if size == (0, 0):
        raise UnfitPicture(Unfit.BROKEN)
    if turned != 1:
        out[2:2] = _segment(_EXIF, _turned(turned))
    out += b"\xff\xd9"
    return Picture(media="image/jpeg", width=size[0], height=size[1], content=bytes(out))


def _marker(data: bytes, at: int) -> tuple[int, int]:
    """Where the part after a marker begins, and which it is; it may be filled up with FF."""
    while at + 1 < len(data) and data[at] == 0xFF and data[at + 1] == 0xFF:
        at += 1
    if at + 1 >= len(data) or data[at] != 0xFF or data[at + 1] < 0xC0:
        raise UnfitPicture(Unfit.BROKEN)
    return at + 2, data[at + 1]


def _length(data: bytes, at: int) -> int:
    if at + 2 > len(data):
        raise UnfitPicture(Unfit.BROKEN)
    (length,) = struct.unpack_from(">H", data, at)
    if length < 2 or at + length > len(data):
        raise UnfitPicture(Unfit.BROKEN)
    return int(length)


def _scan_end(data: bytes, at: int) -> int:
    """Where the drawn bytes end: at the first marker that is no restart and no escaped FF."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            raise UnfitPicture(Unfit.BROKEN)
        follows = data[at + 1]
        if follows == 0 or 0xD0 <= follows <= 0xD7:
            at += 2
        elif follows == 0xFF:
            at += 1
        else:
            return at


def _jpeg_size(body: bytes) -> tuple[int, int]:
    if len(body) < 5:
        raise UnfitPicture(Unfit.BROKEN)
    height, width = struct.unpack_from(">HH", body, 1)
    return int(width), int(height)


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


_ORIENTATION, _SHORT = 0x0112, 3


def _orientation(body: bytes) -> int:
    """How a phone was held, 1…8; 0 where it does not say, or not in a way that can be read."""
    if not body.startswith(b"Exif\0\0"):
        return 0
    tiff = body[6:]
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    try:
        if order is None:
            return 0
        (first,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, first)
        for entry in range(min(count, 200)):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, first + 2 + 12 * entry)
            if tag == _ORIENTATION and kind == _SHORT:
                return int(value) if 1 <= value <= 8 else 0
    except struct.error:
        return 0
    return 0


def _turned(orientation: int) -> bytes:
    """The one thing of a photo's own story that is kept: which side is up."""
    entry = struct.pack(">HHIHH", _ORIENTATION, _SHORT, 1, orientation, 0)
    return b"Exif\0\0MM\0*" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 0)


_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_DRAWING = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})


def _png(data: bytes) -> Picture:
    out = bytearray(_PNG)
    size, at = (0, 0), len(_PNG)
    while True:
        if at + 12 > len(data):
            raise UnfitPicture(Unfit.BROKEN)
        (length,) = struct.unpack_from(">I", data, at)
        kind = data[at + 4 : at + 8]
        end = at + 12 + length
        if end > len(data) or zlib.crc32(data[at + 4 : end - 4]) != int.from_bytes(
            data[end - 4 : end], "big"
        ):
            raise UnfitPicture(Unfit.BROKEN)
        if kind == b"IHDR" and length >= 8:
            width, height = struct.unpack_from(">II", data, at + 8)
            size = (int(width), int(height))
        if kind in _PNG_DRAWING:
            out += data[at:end]
        at = end
        if kind == b"IEND":
            break
    return Picture(media="image/png", width=size[0], height=size[1], content=bytes(out))
