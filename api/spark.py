"""Small plots of months: a line with gaps where there is nothing, and what is asked of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, EDGE = 150, 36, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Spark:
    """SVG of one figure's months, in a box of 150 × 36, zero at the bottom.

    Attributes:
        line: Path through the months; a month without a value is a gap.
        dots: Centres of months that stand alone, and of the last one.
        targets: Heights of what is asked.
    """

    line: str
    dots: tuple[tuple[float, float], ...]
    targets: tuple[float, ...]


def spark(values: Sequence[float | None], bounds: Sequence[float | None]) -> Spark | None:
    """A plot of what there is; None of fewer than two months that have a value."""
    known = [value for value in values if value is not None]
    if len(known) < 2:  # noqa: PLR2004 - one month is no course
        return None
    asked = [bound for bound in bounds if bound is not None]
    top, bottom = max([*known, *asked, 0.0]), min([*known, 0.0])
    scale = (HEIGHT - 2 * EDGE) / ((top - bottom) or 1.0)
    step = (WIDTH - 2 * EDGE) / max(len(values) - 1, 1)

    def y(value: float) -> float:
        return round(HEIGHT - EDGE - (value - bottom) * scale, 1)

    spots = [None if v is None else (round(EDGE + n * step, 1), y(v))
             for n, v in enumerate(values)]  # fmt: skip
    return Spark(line=_path(spots), dots=_dots(spots), targets=tuple(y(one) for one in asked))


def _path(spots: Sequence[tuple[float, float] | None]) -> str:
    parts, pen = [], "M"
    for spot in spots:
        if spot is None:
            pen = "M"
            continue
        parts.append(f"{pen}{spot[0]},{spot[1]}")
        pen = "L"
    return "".join(parts)


def _dots(spots: Sequence[tuple[float, float] | None]) -> tuple[tuple[float, float], ...]:
    padded = [None, *spots, None]
    alone = [
        spot for before, spot, after in zip(padded, spots, padded[2:], strict=False)
        if spot is not None and before is None and after is None
    ]  # fmt: skip
    last = [spot for spot in spots if spot is not None][-1:]
    return tuple(dict.fromkeys([*alone, *last]))
