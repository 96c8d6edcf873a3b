"""What is sealed is read by its key alone, by whom it belongs to, and only as it was."""

from __future__ import annotations

import pytest

from core.sealing import MOST_BYTES, Seal

SEAL = Seal(b"k" * 32)
SECRET = b"12345678901234567890"


@pytest.mark.parametrize("length", [1, len(SECRET), MOST_BYTES])
def test_what_is_sealed_is_opened_again(length: int) -> None:
    secret = bytes(range(length))
    assert SEAL.opened("wang.fang", SEAL.sealed("wang.fang", secret)) == secret


def test_the_same_secret_never_looks_the_same() -> None:
    assert len({SEAL.sealed("wang.fang", SECRET) for _ in range(50)}) == 50
    assert len(SEAL.sealed("wang.fang", SECRET)) == 64, "as long as its column"


def test_nobody_else_opens_it() -> None:
    kept = SEAL.sealed("wang.fang", SECRET)
    assert Seal(b"x" * 32).opened("wang.fang", kept) is None
    assert SEAL.opened("wang.fan", kept) is None
    assert SEAL.opened("he.ping", kept) is None


def test_every_changed_character_is_seen() -> None:
    kept = SEAL.sealed("wang.fang", SECRET)
    for n, old in enumerate(kept):
        new = kept[:n] + ("A" if old != "A" else "B") + kept[n + 1 :]
        assert SEAL.opened("wang.fang", new) is None, n


@pytest.mark.parametrize("kept", ["", "A" * 32, "not of base 64!", "AAAA" * 7])
def test_what_was_never_sealed_opens_nothing(kept: str) -> None:
    assert SEAL.opened("wang.fang", kept) is None


def test_what_is_longer_than_a_block_is_refused() -> None:
    with pytest.raises(ValueError, match="33 bytes"):
        SEAL.sealed("wang.fang", b"x" * (MOST_BYTES + 1))


def test_a_seal_does_not_say_its_key() -> None:
    assert "k" * 8 not in repr(SEAL)
