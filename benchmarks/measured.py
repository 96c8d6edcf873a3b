"""What a measurement gives: figures of several rounds, ours beside the baseline's."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One measurement.

    Attributes:
        name: What was measured.
        unit: Of ``ours`` and ``plain``.
        ours: A figure a round.
        plain: Of the baseline, in the same rounds.
        baseline: What the baseline does.
        note: What else must be known to read the figures.
    """

    name: str
    unit: str
    ours: Sequence[float]
    plain: Sequence[float]
    baseline: str
    note: str = ""

    @property
    def ratio(self) -> float:
        """Ours over the baseline's, medians of all rounds."""
        return statistics.median(self.ours) / statistics.median(self.plain)

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return {
            "name": self.name, "unit": self.unit, "ours": list(self.ours),
            "plain": list(self.plain), "ratio": round(self.ratio, 4), "baseline": self.baseline,
            "note": self.note,
        }  # fmt: skip

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> Result:
        """The same, from JSON."""
        return cls(**{key: row[key] for key in cls.__slots__})


def cpu_s(work: Callable[[], object]) -> float:
    """Processor time of this process, all its threads, while something is done. [s]"""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def span(values: Sequence[float]) -> str:
    """Least to most of all rounds, in digits that such figures bear."""
    low, high = _digits(min(values)), _digits(max(values))
    return low if low == high else f"{low} … {high}"


def _digits(value: float) -> str:
    hundred, ten = 100, 10
    if value >= hundred:
        return f"{float(f'{value:.3g}'):,.0f}"
    return f"{value:.1f}" if value >= ten else f"{value:.3g}"
