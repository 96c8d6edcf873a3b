"""Photos that people send: what they are, how large, and nothing that the camera wrote into them.

The pictures themselves are not decoded here: a file is read block by block, every block that is
not needed to show the picture is left out (place, time, device, thumbnails, comments), and what
does not end as it should is refused. Of a JPEG only the direction in which it was held is kept.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from core.errors import Refused
from core.words import Text

MOST_BYTES = 15_000_000
"""Of one photo: more than a telephone's camera makes."""
MOST_PIXELS = 60_000_000
"""More than any telephone's camera has, and what a browser can still show."""

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_SHOWN = frozenset({
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT",
})  # fmt: skip
_WEBP_SHOWN = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ICCP", b"ANIM", b"ANMF"})
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_SOI, _EOI, _SOS, _APP0, _APP1, _APP2, _APP14 = 0xD8, 0xD9, 0xDA, 0xE0, 0xE1, 0xE2, 0xEE
_DHT, _DAC, _DQT, _DNL, _DRI, _DHP, _EXP = 0xC4, 0xCC, 0xDB, 0xDC, 0xDD, 0xDE, 0xDF
_SHOWN = _FRAMES | {_SOS, _APP14, _DHT, _DAC, _DQT, _DNL, _DRI, _DHP, _EXP}
"""Tables, frames, scans and how colours are kept: what a decoder needs (ISO/IEC 10918-1, B.1)."""
_JFIF = 12
"""Bytes before the size of a thumbnail in a JFIF block."""
_EXIF = b"Exif\0\0"
_ADOBE = 12
"""Bytes of how colours are kept."""
_ORIENTATION = 0x0112
_TURNS = range(2, 9)
_STUFFED = frozenset({0x00, *range(0xD0, 0xD8)})
"""After 0xFF in a scan: a byte of the picture, or a restart."""


class PhotoRefused(Refused):
    """A file is no photo that can be kept.

    Attributes:
        text: For the person who sent it.
    """

    def __init__(self, text: Text, *, code: str = "invalid") -> None:
        super().__init__(str(text), code=code)
        self.text = text


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A picture without metadata.

    Attributes:
        media: Its media type.
        width: [px]
        height: [px]
    """

    media: str
    width: int
    height: int
    data: bytes


def cleaned(data: bytes) -> Photo:
    """A photo as it is kept.

    Raises:
        PhotoRefused: Too large, of another kind, or broken.
    """
    if len(data) > MOST_BYTES:
        raise PhotoRefused(Text("A photo has at most {most} MB.", {"most": MOST_BYTES // 10**6}),
                           code="too_large")  # fmt: skip
    try:
        photo = _read(data)
    except (struct.error, IndexError, ValueError) as error:
        raise PhotoRefused(Text("This photo is broken; send it again.")) from error
    if photo.width < 1 or photo.height < 1:
        raise PhotoRefused(Text("This photo is broken; send it again."))
    if photo.width * photo.height > MOST_PIXELS:
        raise PhotoRefused(Text("A photo has at most {most} million pixels.",
                                {"most": MOST_PIXELS // 10**6}))  # fmt: skip
    return photo


def _read(data: bytes) -> Photo:
    if data.startswith(b"\xff\xd8\xff"):
        return _jpeg(data)
    if data.startswith(_PNG):
        return _png(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _webp(data)
    if data[4:8] == b"ftyp" and data[8:12] in {b"heic", b"heix", b"mif1", b"msf1", b"hevc"}:
        raise PhotoRefused(Text("HEIC cannot be shown everywhere; set the camera to 'most "
                                "compatible', or send a JPEG."))  # fmt: skip
    raise PhotoRefused(Text("Only photos in JPEG, PNG or WebP are kept."))


def _jpeg(data: bytes) -> Photo:
    out, turned, size = [b"\xff\xd8"], 1, (0, 0)
    for marker, body, scan in _segments(data):
        if marker == _APP1 and body.startswith(_EXIF):
            turned = _turn(body[6:])
            continue
        if not _right(marker, body) or (marker == _SOS and size == (0, 0)):
            raise ValueError("a block that is none of its kind")
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", body, 1)
            size = (width, height)
        shown = _shown(marker, body)
        if shown is not None:
            out.append(struct.pack(">BBH", 0xFF, marker, len(shown) + 2) + shown + scan)
    if turned in _TURNS:
        out.insert(1, _held(turned))
    width, height = size
    return Photo(media="image/jpeg", width=width, height=height, data=b"".join(out) + b"\xff\xd9")


def _shown(marker: int, body: bytes) -> bytes | None:
    """What is kept of a block; None where nothing is."""
    if marker == _APP0 and body.startswith(b"JFIF\0"):
        return body[:_JFIF] + b"\0\0"
    colours = marker == _APP2 and body.startswith(b"ICC_PROFILE\0")
    return body if colours or marker in _SHOWN else None


def _right(marker: int, body: bytes) -> bool:
    """Whether a block is as long as its kind must be: words do not pass for a table."""
    if marker in _FRAMES or marker == _DHP:
        return len(body) == 6 + 3 * body[5]
    if marker == _SOS:
        return len(body) == 4 + 2 * body[0] and body[0] in range(1, 5)
    if marker == _DQT:
        return _filled(body, lambda at: 65 + 64 * (body[at] >> 4))
    if marker == _DHT:
        return _filled(body, lambda at: 17 + sum(body[at + 1 : at + 17]))
    if marker == _APP14:
        return len(body) == _ADOBE and body.startswith(b"Adobe")
    fixed = {_DNL: 2, _DRI: 2, _EXP: 1}
    return len(body) == fixed.get(marker, len(body)) and (marker != _DAC or len(body) % 2 == 0)


def _filled(body: bytes, length: Callable[[int], int]) -> bool:
    """Whether tables fill a block to its end."""
    at = 0
    while at < len(body):
        at += length(at)
    return at == len(body)


def _segments(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Markers with their bodies, and of a scan the picture behind it; up to the picture's end."""
    at = 2
    while True:
        while data[at] == 0xFF and data[at + 1] == 0xFF:  # noqa: PLR2004 - filling
            at += 1
        if data[at] != 0xFF:  # noqa: PLR2004 - every marker begins so
            raise ValueError("no marker")
        marker = data[at + 1]
        if marker == _EOI:
            return
        (length,) = struct.unpack_from(">H", data, at + 2)
        body = data[at + 4 : at + 2 + length]
        if len(body) != length - 2:
            raise ValueError("cut short")
        at += 2 + length
        start = at
        if marker == _SOS:
            at = _scan_end(data, at)
        yield marker, body, data[start:at]


def _scan_end(data: bytes, at: int) -> int:
    while True:
        at = data.index(b"\xff", at)
        if data[at + 1] not in _STUFFED:
            return at
        at += 2


def _turn(exif: bytes) -> int:
    """How the camera was held; 1 where it does not say."""
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    if order is None:
        return 1
    (first,) = struct.unpack_from(order + "I", exif, 4)
    (count,) = struct.unpack_from(order + "H", exif, first)
    for entry in range(min(count, 200)):
        tag, _, _, value = struct.unpack_from(order + "HHIH", exif, first + 2 + 12 * entry)
        if tag == _ORIENTATION:
            return int(value)
    return 1


def _held(turned: int) -> bytes:
    """EXIF with nothing in it but how the camera was held."""
    exif = b"Exif\0\0MM\0*" + struct.pack(">IHHHIHHI", 8, 1, _ORIENTATION, 3, 1, turned, 0, 0)
    return struct.pack(">BBH", 0xFF, _APP1, len(exif) + 2) + exif


def _png(data: bytes) -> Photo:
    out, at, size = [_PNG], len(_PNG), (0, 0)
    while True:
        (length,) = struct.unpack_from(">I", data, at)
        name, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        (told,) = struct.unpack_from(">I", data, at + 8 + length)
        if zlib.crc32(name + body) != told:
            raise ValueError("checksum")
        if name == b"IHDR":
            size = struct.unpack_from(">II", body)
        if name in _PNG_SHOWN:
            out.append(data[at : at + 12 + length])
        if name == b"IEND":
            break
        at += 12 + length
    return Photo(media="image/png", width=size[0], height=size[1], data=b"".join(out))


def _webp(data: bytes) -> Photo:
    (whole,) = struct.unpack_from("<I", data, 4)
    if whole + 8 > len(data):
        raise ValueError("cut short")
    out, at, size = [], 12, (0, 0)
    while at < whole + 8:
        name, (length,) = data[at : at + 4], struct.unpack_from("<I", data, at + 4)
        body = data[at + 8 : at + 8 + length]
        if len(body) != length:
            raise ValueError("cut short")
        size = _WEBP_SIZE[name](body) if name in _WEBP_SIZE and size == (0, 0) else size
        if name == b"VP8X":
            body = bytes([body[0] & ~0x0C]) + body[1:]  # neither EXIF nor XMP any more
        if name in _WEBP_SHOWN:
            out.append(name + struct.pack("<I", length) + body + b"\0" * (length % 2))
        at += 8 + length + length % 2
    content = b"WEBP" + b"".join(out)
    return Photo(
        media="image/webp", width=size[0], height=size[1],
        data=b"RIFF" + struct.pack("<I", len(content)) + content,
    )  # fmt: skip


def _lossy(body: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from("<HH", body, 6)
    return width & 0x3FFF, height & 0x3FFF


def _lossless(body: bytes) -> tuple[int, int]:
    (bits,) = struct.unpack_from("<I", body, 1)
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1


def _extended(body: bytes) -> tuple[int, int]:
    width, height = (int.from_bytes(body[at : at + 3], "little") + 1 for at in (4, 7))
    return width, height


_WEBP_SIZE: dict[bytes, Callable[[bytes], tuple[int, int]]] = {
    b"VP8 ": _lossy, b"VP8L": _lossless, b"VP8X": _extended,
}  # fmt: skip
