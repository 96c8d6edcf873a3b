"""Decimal digits, two a byte, the lowest byte first. A digit above 9 is no digit."""

from __future__ import annotations


def number(data: bytes) -> int | None:
    """The number, or None where a digit is above 9: the meter has no value."""
    text = data[::-1].hex()
    return int(text) if text.isdecimal() else None


def number_sign_bit(data: bytes) -> int | None:
    """The number with its sign in the top bit of the highest byte (DL/T 645, signed items)."""
    if not data:
        return None
    size = number(data[:-1] + bytes([data[-1] & 0x7F]))
    return -size if size is not None and data[-1] & 0x80 else size


def number_leading_f(data: bytes) -> int | None:
    """The number where a highest digit F stands for the minus (M-Bus)."""
    if data and data[-1] >> 4 == 0xF:
        size = number(data[:-1] + bytes([data[-1] & 0x0F]))
        return None if size is None else -size
    return number(data)


def digits(value: int, size: int) -> bytes:
    """A number ≥ 0 as ``size`` bytes.

    Raises:
        ValueError: It has more digits than that, or is below zero.
    """
    text = str(value).rjust(2 * size, "0")
    if value < 0 or len(text) > 2 * size:
        msg = f"{value} does not fit {2 * size} digits"
        raise ValueError(msg)
    return bytes.fromhex(text)[::-1]


def scaled(whole: int, exponent: int) -> float:
    """``whole`` · 10 ** ``exponent``, rounded once: 123456 and −2 are 1234.56."""
    return float(whole * 10**exponent) if exponent >= 0 else whole / 10**-exponent
