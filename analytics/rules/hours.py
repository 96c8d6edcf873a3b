"""Hours looked at together: extremes over an hour and those before it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core.batch import Floats, Ints


def over(table: Floats, hours: Ints, extreme: Callable[..., Floats]) -> Floats:
    """An extreme over this and the intervals before it; NaN where one is missing."""
    result = np.full(table.shape, np.nan)
    for width in set(hours.tolist()):
        if width <= table.shape[1]:
            rows = hours == width
            windows = np.lib.stride_tricks.sliding_window_view(table[rows], width, axis=1)
            result[rows, width - 1 :] = extreme(windows, axis=-1)
    return result
