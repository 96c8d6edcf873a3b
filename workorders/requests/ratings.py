"""How content reporters are, said only where enough of them spoke. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

LEAST_RATINGS = 30
"""Below this an average says more of who happened to answer than of the work (crews.md)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Satisfaction:
    """What is known of how content reporters are.

    Attributes:
        mean: Stars, 1…5; None where fewer than 30 ratings count.
        ratings: That count.
        left_out: Given by people who work here.
        asked: Reports whose order has closed: silence stays unrated, and in here.
    """

    mean: float | None
    ratings: int
    left_out: int
    asked: int

    @property
    def response_rate(self) -> float | None:
        """Share of those asked whose rating counts, 0…1; None where nobody was asked."""
        return self.ratings / self.asked if self.asked else None


def satisfaction(ratings: Sequence[tuple[int | None, str]]) -> Satisfaction:
    """Of reports whose order has closed: stars, and why they are left out."""
    counted = [stars for stars, left_out in ratings if stars is not None and not left_out]
    return Satisfaction(
        mean=fmean(counted) if len(counted) >= LEAST_RATINGS else None,
        ratings=len(counted),
        left_out=sum(1 for stars, left_out in ratings if stars is not None and left_out),
        asked=len(ratings),
    )
