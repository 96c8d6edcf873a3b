"""Time to detect, with the faults that nobody had found when the run ended."""

from __future__ import annotations

from collections.abc import Sequence


def quantile(times: Sequence[tuple[float, bool]], share: float) -> float | None:
    """When this share has been found; None where so many never were.

    The product-limit estimate: Kaplan and Meier, J. Am. Stat. Assoc. 53 (1958) 457. A median
    over found faults alone would reward whoever skips the hard ones.

    Args:
        times: Of each fault, from when it could be seen until it was found or the watching
            ended, and whether it was found. [any unit]
        share: 0…1, such as 0.5 for the median.
    """
    left = 1.0
    for time in sorted({t for t, found in times if found}):
        at_risk = sum(t >= time for t, _ in times)
        found = sum(t == time and found for t, found in times)
        left *= 1.0 - found / at_risk
        if left <= 1.0 - share + 1e-12:
            return time
    return None
