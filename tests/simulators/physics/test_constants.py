"""Constants that are arrays reckon as plain numbers do, and stay what they are."""

from __future__ import annotations

import numpy as np
import pytest

from simulators.physics.constants import constant, singly


@pytest.mark.parametrize("value", [0.1, 1.0 / 3.0, -0.6, 1e-9, 15.5])
def test_a_constant_gives_the_bits_that_a_plain_number_gives(value: float) -> None:
    some = np.random.default_rng(1).standard_normal(64) * 30.0
    number = constant(value)
    for plain, made in (
        (some * value, some * number), (some + value, some + number),
        (value - some, number - some), (some / value, some / number),
        (np.abs(some) ** value, np.abs(some) ** number),
        (np.maximum(some, value), np.maximum(some, number)),
    ):  # fmt: skip
        assert plain.tobytes() == made.tobytes()


def test_nobody_can_change_a_constant() -> None:
    number = constant(2.5)
    with pytest.raises(ValueError, match="read-only"):
        number += 1.0
    assert float(constant(2.5)) == 2.5


def test_a_series_is_taken_apart() -> None:
    values = np.array([1.5, -2.25])
    each = singly(values)
    assert [one.shape for one in each] == [(), ()]
    assert [float(one) for one in each] == values.tolist()
