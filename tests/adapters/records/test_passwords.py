"""Passwords are kept as Argon2id, and an account that is none takes as long to refuse."""

from __future__ import annotations

import time

import pytest

from adapters.records.passwords import LEAST, MOST, hashed, verified
from core.errors import Refused


def test_only_the_password_itself_is_right() -> None:
    kept = hashed("correct horse battery")
    assert kept.startswith("$argon2id$")
    assert verified("correct horse battery", kept)
    assert not verified("correct horse batterz", kept)
    assert hashed("correct horse battery") != kept


@pytest.mark.parametrize("password", ["x" * (LEAST - 1), "x" * (MOST + 1), ""])
def test_too_short_and_too_long_are_refused(password: str) -> None:
    with pytest.raises(Refused):
        hashed(password)


def test_a_longer_one_that_begins_like_the_longest_is_wrong() -> None:
    kept = hashed("x" * MOST)
    assert verified("x" * MOST, kept)
    assert not verified("x" * MOST + "y", kept)


def test_nobody_is_verified_and_it_takes_a_hash() -> None:
    kept = hashed("correct horse battery")
    verified("warm", None)

    def took(against: str | None) -> float:
        """Processor time: what others do meanwhile is not in it. [s]"""
        begun = time.process_time()
        assert not verified("wrong horse battery", against)
        return time.process_time() - begun

    # Without the dummy it would be a thousandth.
    assert took(None) > took(kept) / 3
