"""QR codes: bit by bit what two other programs make, and always of the shape readers look for."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.qr import encode, path

KNOWN = {
    "https://plantroom.example/r/a.meet3.0123456789": (33, "b403654ce25e5dd8"),
    "HELLO": (21, "956b61f34d0cde4d"),
    "校园报修 https://plantroom.example/r/c.ahu1.9f8e7d6c5b?from=label&floor=roof&x="
    "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijk": (49, "511f8e15668db29f"),
}
"""Size and digest of the modules, row by row, as the Python package qrcode 8 makes them with the
mask that was chosen here; OpenCV reads the first two."""


def digest(text: str) -> str:
    rows = "\n".join("".join("#" if dark else "." for dark in row) for row in encode(text))
    return hashlib.sha256(rows.encode()).hexdigest()[:16]


@pytest.mark.parametrize("text", KNOWN)
def test_the_modules_are_those_that_others_make(text: str) -> None:
    assert (len(encode(text)), digest(text)) == KNOWN[text]


@given(st.text(max_size=50))
def test_every_code_has_its_three_eyes_and_a_clear_rim_of_them(text: str) -> None:
    square = encode(text)
    size = len(square)
    assert size == len(square[0])
    for y, x in ((0, 0), (0, size - 7), (size - 7, 0)):
        eye = [
            "".join("#" if dark else "." for dark in row[x : x + 7]) for row in square[y : y + 7]
        ]
        assert eye == ["#######", "#.....#", "#.###.#", "#.###.#", "#.###.#", "#.....#", "#######"]
    assert [square[6][i] for i in range(8, size - 8)] == [i % 2 == 0 for i in range(8, size - 8)]


def test_the_path_draws_every_dark_module_once() -> None:
    square = encode("HELLO")
    drawn = path(square)
    assert drawn.count("M") == drawn.count("z")
    lengths = [int(part.split("v")[0]) for part in drawn.split("h")[1::2]]
    assert sum(lengths) == sum(map(sum, square))


def test_what_does_not_fit_is_refused() -> None:
    encode("x" * 213)
    with pytest.raises(ValueError, match="too many"):
        encode("x" * 214)
