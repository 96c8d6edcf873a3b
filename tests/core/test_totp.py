"""Codes that change with time, by the vectors of the RFCs."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from core import totp

RFC = b"12345678901234567890"
"""The key of both RFCs' vectors."""


@pytest.mark.parametrize(
    ("counter", "said"),
    list(enumerate(
        ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583",
         "399871", "520489"]
    )),
)  # fmt: skip
def test_vectors_of_rfc_4226(counter: int, said: str) -> None:
    assert totp.code(RFC, counter) == said


@pytest.mark.parametrize(
    ("at_s", "said"),
    [(59, "94287082"), (1111111109, "07081804"), (1111111111, "14050471"),
     (1234567890, "89005924"), (2000000000, "69279037"), (20000000000, "65353130")],
)  # fmt: skip
def test_vectors_of_rfc_6238(at_s: int, said: str) -> None:
    assert totp.code(RFC, at_s // totp.STEP_S, digits=8) == said
    assert totp.step_of(RFC, said[2:], at_s * 1000) == at_s // totp.STEP_S


def test_half_a_minute_either_way_counts_and_no_more() -> None:
    now = 1_000_000_000_000
    step = now // 1000 // totp.STEP_S
    near = [totp.step_of(RFC, totp.code(RFC, step + n), now) for n in range(-3, 4)]
    assert near == [None, None, step - 1, step, step + 1, None, None]


@pytest.mark.parametrize("said", ["", "12345", "1234567", "12345a", "１２３４５６", "-12345"])
def test_what_is_no_code_is_none(said: str) -> None:
    assert totp.step_of(RFC, said, 59_000) is None


def test_a_secret_is_read_back_and_another_is_not() -> None:
    secret = totp.new_secret()
    assert len(totp.key_of(secret) or b"") == totp.SECRET_BYTES
    assert totp.new_secret() != secret
    assert totp.key_of("x") is None
    assert totp.key_of(secret[:-8]) is None
    assert totp.key_of("é" * 32) is None


def test_the_address_names_house_person_and_secret() -> None:
    secret = totp.new_secret()
    parts = urlsplit(totp.address("Plantroom Wu Shan", "li.wei", secret))
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert parts.path == "/Plantroom%20Wu%20Shan:li.wei"
    assert parse_qs(parts.query) == {"secret": [secret], "issuer": ["Plantroom Wu Shan"]}
