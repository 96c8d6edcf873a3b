"""QR codes (ISO/IEC 18004) for short addresses: text in, a square of dark and light out.

Byte mode with error correction M, versions 1 to 10: up to 213 bytes, far more than an address
of a place has. M mends 15 % of a label: paint, a scratch, a strip of tape.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

QUIET = 4
"""Light modules that must surround the code on each side."""

Square = list[list[bool]]
"""Rows of modules; true is dark."""

_BLOCKS: dict[int, tuple[int, tuple[int, ...]]] = {
    1: (10, (16,)),
    2: (16, (28,)),
    3: (26, (44,)),
    4: (18, (32, 32)),
    5: (24, (43, 43)),
    6: (16, (27, 27, 27, 27)),
    7: (18, (31, 31, 31, 31)),
    8: (22, (38, 38, 39, 39)),
    9: (22, (36, 36, 36, 37, 37)),
    10: (26, (43, 43, 43, 43, 44)),
}
"""By version: error correction bytes a block, and data bytes of each block, for level M."""

_ALIGNED: dict[int, tuple[int, ...]] = {
    1: (), 2: (6, 18), 3: (6, 22), 4: (6, 26), 5: (6, 30), 6: (6, 34),
    7: (6, 22, 38), 8: (6, 24, 42), 9: (6, 26, 46), 10: (6, 28, 50),
}  # fmt: skip
"""Centres of the alignment patterns, on both axes."""

_BYTE_MODE, _LEVEL_M = 0b0100, 0b00
_LONG_COUNT = 10
"""From this version on the length of the text takes 16 bits instead of 8."""

_FIELD = 0x11D
"""The polynomial of the field that the error correction reckons in."""
_FORMAT, _FORMAT_MASK = 0x537, 0x5412
_VERSION = 0x1F25
_WITH_VERSION = 7
"""From here on a code says its own version."""


def encode(text: str) -> Square:
    """The smallest code that holds a text.

    Raises:
        ValueError: It is longer than version 10 holds.
    """
    data = text.encode()
    version = _fitting(len(data))
    bits = _codewords(data, version)
    best: Square | None = None
    least = 0
    for mask in range(8):
        square, fixed = _frame(version)
        _fill(square, fixed, bits, mask)
        _write_format(square, mask)
        penalty = _penalty(square)
        if best is None or penalty < least:
            best, least = square, penalty
    assert best is not None  # noqa: S101 - there are eight masks
    return best


def path(square: Square) -> str:
    """The dark modules as one SVG path, a module being one unit; the quiet zone is left out."""
    parts = []
    for y, row in enumerate(square):
        x = 0
        while x < len(row):
            if not row[x]:
                x += 1
                continue
            end = x
            while end < len(row) and row[end]:
                end += 1
            parts.append(f"M{x} {y}h{end - x}v1h-{end - x}z")
            x = end
    return "".join(parts)


def _fitting(length: int) -> int:
    for version, (_, blocks) in _BLOCKS.items():
        header = 4 + (16 if version >= _LONG_COUNT else 8)
        if length * 8 + header <= sum(blocks) * 8:
            return version
    raise ValueError(f"{length} bytes are too many for a QR code of version 10")


def _codewords(data: bytes, version: int) -> list[int]:
    """The bits of the whole message, interleaved with its error correction."""
    correcting, blocks = _BLOCKS[version]
    size = sum(blocks)
    bits = [*_bits(_BYTE_MODE, 4), *_bits(len(data), 16 if version >= _LONG_COUNT else 8)]
    for byte in data:
        bits += _bits(byte, 8)
    bits += [0] * min(4, size * 8 - len(bits))
    bits += [0] * (-len(bits) % 8)
    words = [int("".join(map(str, bits[i : i + 8])), 2) for i in range(0, len(bits), 8)]
    pads = (0xEC, 0x11)
    words += [pads[i % 2] for i in range(size - len(words))]
    parts, at = [], 0
    for length in blocks:
        parts.append(words[at : at + length])
        at += length
    generator = _generator(correcting)
    checks = [_remainder(part, generator) for part in parts]
    mixed = [*_interleaved(parts), *_interleaved(checks)]
    return [bit for word in mixed for bit in _bits(word, 8)]


def _interleaved(parts: Sequence[Sequence[int]]) -> Iterator[int]:
    for i in range(max(map(len, parts))):
        yield from (part[i] for part in parts if i < len(part))


def _bits(value: int, width: int) -> list[int]:
    return [value >> (width - 1 - i) & 1 for i in range(width)]


def _times(a: int, b: int) -> int:
    product = 0
    for i in range(8):
        if b >> i & 1:
            product ^= a << i
    for i in range(14, 7, -1):
        if product >> i & 1:
            product ^= _FIELD << (i - 8)
    return product


def _generator(degree: int) -> list[int]:
    """Coefficients below the leading one, the highest first."""
    found = [*([0] * (degree - 1)), 1]
    root = 1
    for _ in range(degree):
        for i in range(degree):
            found[i] = _times(found[i], root) ^ (found[i + 1] if i + 1 < degree else 0)
        root = _times(root, 2)
    return found


def _remainder(data: Iterable[int], generator: Sequence[int]) -> list[int]:
    rest = [0] * len(generator)
    for byte in data:
        factor = byte ^ rest[0]
        rest = [*rest[1:], 0]
        rest = [r ^ _times(g, factor) for r, g in zip(rest, generator, strict=True)]
    return rest


@dataclass(frozen=True, slots=True)
class _Canvas:
    """The modules, and which of them the message may not take."""

    square: Square
    fixed: Square

    @property
    def size(self) -> int:
        return len(self.square)

    def put(self, y: int, x: int, *, dark: bool) -> None:
        """One module that stands whatever the message is."""
        self.square[y][x], self.fixed[y][x] = dark, True

    def rings(self, centre: tuple[int, int], reach: int, light: frozenset[int]) -> None:
        """Rings around a centre, as far as they are on the square."""
        cy, cx = centre
        for y in range(max(0, cy - reach), min(self.size, cy + reach + 1)):
            for x in range(max(0, cx - reach), min(self.size, cx + reach + 1)):
                self.put(y, x, dark=max(abs(y - cy), abs(x - cx)) not in light)


def _frame(version: int) -> tuple[Square, Square]:
    """Everything but the message, and which modules that takes."""
    size = 17 + 4 * version
    canvas = _Canvas([[False] * size for _ in range(size)], [[False] * size for _ in range(size)])
    for i in range(size):
        canvas.put(6, i, dark=i % 2 == 0)
        canvas.put(i, 6, dark=i % 2 == 0)
    for corner in ((3, 3), (3, size - 4), (size - 4, 3)):
        canvas.rings(corner, 4, frozenset({2, 4}))
    taken = {(6, 6), (6, size - 7), (size - 7, 6)}
    for centre in product(_ALIGNED[version], repeat=2):
        if centre not in taken:
            canvas.rings((centre[0], centre[1]), 2, frozenset({1}))
    for y, x in _format_places(size):
        canvas.fixed[y][x] = True
    canvas.put(size - 8, 8, dark=True)
    if version >= _WITH_VERSION:
        said = version << 12 | _checked(version, 12, _VERSION)
        for i in range(18):
            a, b = size - 11 + i % 3, i // 3
            canvas.put(a, b, dark=bool(said >> i & 1))
            canvas.put(b, a, dark=bool(said >> i & 1))
    return canvas.square, canvas.fixed


def _format_places(size: int) -> list[tuple[int, int]]:
    """Rows and columns of the two copies of the format, bit 0 first."""
    first = [
        *((i, 8) for i in range(6)),
        (7, 8),
        (8, 8),
        (8, 7),
        *((8, 14 - i) for i in range(9, 15)),
    ]
    second = [*((8, size - 1 - i) for i in range(8)), *((size - 15 + i, 8) for i in range(8, 15))]
    return [*first, *second]


def _write_format(square: Square, mask: int) -> None:
    said = _LEVEL_M << 3 | mask
    said = (said << 10 | _checked(said, 10, _FORMAT)) ^ _FORMAT_MASK
    for i, (y, x) in enumerate(_format_places(len(square))):
        square[y][x] = bool(said >> (i % 15) & 1)


def _checked(value: int, width: int, polynomial: int) -> int:
    """The check bits that follow a value."""
    rest = value
    for _ in range(width):
        rest = rest << 1 ^ (rest >> (width - 1)) * polynomial
    return rest & ((1 << width) - 1)


def _fill(square: Square, fixed: Square, bits: Sequence[int], mask: int) -> None:
    """The message in its zigzag from the lower right, each module turned where the mask says."""
    size = len(square)
    at = 0
    for right in range(size - 1, 0, -2):
        column = right if right > 6 else right - 1
        upward = (column + 1) & 2 == 0
        for step in range(size):
            y = size - 1 - step if upward else step
            for x in (column, column - 1):
                if fixed[y][x]:
                    continue
                bit = bits[at] if at < len(bits) else 0
                at += 1
                square[y][x] = bool(bit) != _masked(mask, y, x)


def _masked(mask: int, y: int, x: int) -> bool:
    both = x * y
    return (
        (x + y) % 2,
        y % 2,
        x % 3,
        (x + y) % 3,
        (x // 3 + y // 2) % 2,
        both % 2 + both % 3,
        (both % 2 + both % 3) % 2,
        ((x + y) % 2 + both % 3) % 2,
    )[mask] == 0


def _penalty(square: Square) -> int:
    """How hard a code is to read, by the standard's four rules."""
    size = len(square)
    lines = [*square, *([row[x] for row in square] for x in range(size))]
    total = 0
    finder = ("10111010000", "00001011101")
    for line in lines:
        text = "".join("1" if dark else "0" for dark in line)
        for run in text.replace("01", "0 1").replace("10", "1 0").split():
            total += len(run) - 2 if len(run) >= 5 else 0
        for i in range(size - 10):
            total += 40 if text[i : i + 11] in finder else 0
    for y in range(size - 1):
        for x in range(size - 1):
            if square[y][x] == square[y][x + 1] == square[y + 1][x] == square[y + 1][x + 1]:
                total += 3
    dark = sum(map(sum, square))
    return total + 10 * int(abs(dark * 20 - size * size * 10) / (size * size))
