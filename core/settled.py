"""Which batches of one boot are durable: up to a mark, and the holes below the last seen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settled:
    """What ingest has settled of one boot; the body of its confirmation.

    A sequence is settled when it is ≤ ``upto``, or ≤ ``seen`` and in no hole. Above
    ``seen`` nothing is said.

    Attributes:
        upto: Everything from 1 to here is settled.
        seen: The highest settled sequence.
        holes: Closed ranges between ``upto`` and ``seen`` that are not settled.
    """

    upto: int = 0
    seen: int = 0
    holes: tuple[tuple[int, int], ...] = ()

    def covers(self, seq: int) -> bool:
        """Whether the sequence is settled."""
        if seq <= self.upto:
            return True
        return seq <= self.seen and not any(a <= seq <= b for a, b in self.holes)

    def add(self, seqs: Iterable[int]) -> Settled:
        """With these sequences settled too."""
        return self.add_ranges((seq, seq) for seq in seqs)

    def add_ranges(self, ranges: Iterable[tuple[int, int]]) -> Settled:
        """With these closed ranges settled too."""
        merged = _merge([*self._settled_ranges(), *(r for r in ranges if r[0] <= r[1])])
        if not merged:
            return Settled()
        upto = merged[0][1] if merged[0][0] <= 1 else 0
        above = merged[1:] if upto else merged
        edges = [upto, *(end for _, end in above)]
        holes = tuple((edge + 1, start - 1) for edge, (start, _) in zip(edges, above, strict=False))
        return Settled(upto=upto, seen=merged[-1][1], holes=holes)

    def _settled_ranges(self) -> list[tuple[int, int]]:
        ranges: list[tuple[int, int]] = []
        start = 1
        for a, b in self.holes:
            if start <= a - 1:
                ranges.append((start, a - 1))
            start = b + 1
        if start <= self.seen:
            ranges.append((start, self.seen))
        return ranges


def _merge(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if merged and start <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged
