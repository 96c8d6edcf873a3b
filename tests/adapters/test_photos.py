"""Photos: what the camera wrote goes, the picture stays, what is none is refused."""

from __future__ import annotations

import base64
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.photos import MOST_BYTES, PhotoRefused, cleaned
from core.errors import Refused

SECRET = b"31.2304N 121.4737E Li's phone"
TINY_WEBP = base64.b64decode("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA")


def jpeg(*extra: bytes, scan: bytes = b"\x12\xff\x00\x34\xff\xd0\x56") -> bytes:
    """The blocks of a JPEG of 40 by 30 pixels, with more of them in front."""
    frame = struct.pack(">BHHB", 8, 30, 40, 1) + b"\x01\x11\x00"
    blocks = [_block(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"), *extra, _block(0xC0, frame),
              _block(0xDA, b"\x01\x01\0\0\x3f\0") + scan]  # fmt: skip
    return b"\xff\xd8" + b"".join(blocks) + b"\xff\xd9"


def png(*extra: bytes, size: tuple[int, int] = (4, 3)) -> bytes:
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", *size, 8, 0, 0, 0, 0))
    pixels = _chunk(b"IDAT", zlib.compress(b"\0" * (size[0] + 1) * 3))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(extra) + pixels + _chunk(b"IEND", b"")


def exif(turned: int = 1) -> bytes:
    entries = struct.pack("<HHIHH", 0x0112, 3, 1, turned, 0) + struct.pack("<HHII", 2, 2, 9, 40)
    return _block(0xE1, b"Exif\0\0II*\0\x08\0\0\0\x02\0" + entries + b"\0\0\0\0" + SECRET)


def _block(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def test_a_jpeg_loses_what_the_camera_wrote_and_keeps_its_picture() -> None:
    sent = jpeg(exif(), _block(0xFE, SECRET), _block(0xED, b"Photoshop" + SECRET),
                _block(0xE2, b"MPF\0" + SECRET), _block(0xE2, b"ICC_PROFILE\0abc"))  # fmt: skip
    kept = cleaned(sent + b"appended " + SECRET)
    assert (kept.media, kept.width, kept.height) == ("image/jpeg", 40, 30)
    assert SECRET not in kept.data
    assert b"\x12\xff\x00\x34\xff\xd0\x56\xff\xd9" in kept.data
    assert b"ICC_PROFILE\0abc" in kept.data
    assert cleaned(kept.data) == kept, "what was cleaned is clean"


@pytest.mark.parametrize("turned", range(1, 9))
def test_how_the_camera_was_held_is_kept(turned: int) -> None:
    kept = cleaned(jpeg(exif(turned)))
    assert SECRET not in kept.data
    assert (b"Exif" in kept.data) is (turned != 1)
    again = cleaned(kept.data)
    assert again.data == kept.data


def test_a_png_and_a_webp_lose_their_texts() -> None:
    kept = cleaned(png(_chunk(b"tEXt", b"Comment\0" + SECRET), _chunk(b"eXIf", SECRET)))
    assert (kept.media, kept.width, kept.height) == ("image/png", 4, 3)
    assert kept.data == png()
    extra = b"EXIF" + struct.pack("<I", len(SECRET)) + SECRET + b"\0" * (len(SECRET) % 2)
    body = TINY_WEBP[8:] + extra
    webp = cleaned(b"RIFF" + struct.pack("<I", len(body)) + body)
    assert (webp.media, webp.width, webp.height) == ("image/webp", 1, 1)
    assert SECRET not in webp.data
    assert webp.data == TINY_WEBP


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "Only photos"),
        (b"<svg onload=alert(1)>", "Only photos"),
        (b"GIF89a" + b"\0" * 40, "Only photos"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC"),
        (jpeg()[:-9], "broken"),
        (jpeg()[:30], "broken"),
        (png()[:-4] + b"\0\0\0\0", "broken"),
        (png()[:40], "broken"),
        (png(size=(60_000, 60_000)), "million pixels"),
        (TINY_WEBP[:-6], "broken"),
        (b"\xff\xd8\xff" + b"\0" * MOST_BYTES, "15 MB"),
    ],
)
def test_what_is_no_photo_is_refused_in_words(data: bytes, why: str) -> None:
    with pytest.raises(PhotoRefused, match=why):
        cleaned(data)


@settings(max_examples=300, deadline=None)
@given(
    base=st.sampled_from([jpeg(exif(6)), png(), TINY_WEBP]),
    cuts=st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), max_size=6),
    length=st.integers(0, 300),
)
def test_no_bytes_do_more_than_be_refused(
    base: bytes, cuts: list[tuple[int, int]], length: int
) -> None:
    data = bytearray(base)
    for at, value in cuts:
        data[at % len(data)] = value
    try:
        kept = cleaned(bytes(data[: max(12, length)]))
    except Refused:
        return
    assert SECRET not in kept.data
