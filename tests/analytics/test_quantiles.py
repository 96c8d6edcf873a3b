"""Medians of rows with holes."""

from __future__ import annotations

import warnings

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from analytics.quantiles import medians
from core.batch import Floats

VALUES = st.one_of(st.just(np.nan), st.floats(-1e6, 1e6))


@given(arrays(np.float64, array_shapes(min_dims=2, max_dims=2, max_side=9), elements=VALUES))
def test_medians_are_numpys_to_the_bit(table: Floats) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a row without a value
        expected = np.nanmedian(table, axis=1)
    assert np.array_equal(medians(table), expected, equal_nan=True)
