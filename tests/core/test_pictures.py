"""Photos keep the picture and which side is up, and nothing else that a camera wrote."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.pictures import MOST_BYTES, Unfit, UnfitPicture, cleaned
from tests.core.photos import SECRET, jpeg, png


def why(data: bytes) -> Unfit:
    with pytest.raises(UnfitPicture) as caught:
        cleaned(data)
    return caught.value.why


def test_a_jpeg_loses_its_story_and_keeps_its_picture() -> None:
    plain, told = jpeg(), jpeg(exif=True, comment=True, behind=b"<script>" + SECRET)
    assert SECRET in told
    picture = cleaned(told)
    assert SECRET not in picture.content
    assert (picture.media, picture.width, picture.height) == ("image/jpeg", 320, 200)
    assert picture.content == cleaned(plain).content
    assert picture.content.endswith(b"\xff\xd9")


def test_a_jpeg_keeps_which_side_is_up() -> None:
    turned = cleaned(jpeg(exif=True, orientation=6)).content
    assert SECRET not in turned
    assert cleaned(turned).content == turned
    tag = turned.index(struct.pack(">HHI", 0x0112, 3, 1))
    assert struct.unpack_from(">H", turned, tag + 8) == (6,)
    assert b"Exif" not in cleaned(jpeg(exif=True, orientation=1)).content


def test_a_png_keeps_what_draws_it() -> None:
    picture = cleaned(png(text=SECRET, behind=SECRET))
    assert (picture.media, picture.width, picture.height) == ("image/png", 4, 3)
    assert SECRET not in picture.content
    assert picture.content == png()


def test_what_is_no_photo_is_refused_with_its_reason() -> None:
    assert why(b"<html><script>alert(1)</script>") is Unfit.NO_PHOTO
    assert why(b"") is Unfit.NO_PHOTO
    assert why(b"\0\0\0\x18ftypheic" + bytes(40)) is Unfit.OTHER_KIND
    assert why(b"GIF89a" + bytes(40)) is Unfit.OTHER_KIND
    assert why(b"\xff\xd8\xff" + bytes(MOST_BYTES)) is Unfit.TOO_LARGE
    assert why(jpeg(size=(60_000, 60_000))) is Unfit.TOO_MANY_PIXELS
    assert why(jpeg(size=(0, 0))) in {Unfit.BROKEN, Unfit.TOO_MANY_PIXELS}
    assert why(png(size=(60_000, 60_000))) is Unfit.TOO_MANY_PIXELS
    spoilt = bytearray(png())
    spoilt[20] ^= 1
    assert why(bytes(spoilt)) is Unfit.BROKEN


@given(st.data())
def test_no_damage_does_more_than_refuse(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from([jpeg(exif=True), png(text=SECRET)]))
    cut = whole[: data.draw(st.integers(0, len(whole)))]
    spoilt = bytearray(cut)
    for _ in range(data.draw(st.integers(0, 4))):
        if spoilt:
            at = data.draw(st.integers(0, len(spoilt) - 1))
            spoilt[at] = data.draw(st.integers(0, 255))
    try:
        again = cleaned(bytes(spoilt)).content
    except UnfitPicture:
        return
    assert cleaned(again).content == again


def test_the_sample_png_is_one() -> None:
    assert zlib.decompress(png()[41:-16]) == (b"\0" + bytes(12)) * 3
