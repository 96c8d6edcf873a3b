"""Pictures of a week: what the campus says beside what a real building said, as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from core.batch import Floats

WIDTH, ROW_HEIGHT = 1040, 190
_LEFT, _TOP, _GAP, _BOTTOM = 46, 26, 58, 22
_PANEL = (WIDTH - _LEFT - _GAP - 10) / 2
_COLOURS = ("#1f6feb", "#d1661f", "#6e7781")
_STYLE = (
    "text{font:11px 'DejaVu Sans',sans-serif;fill:#24292f}.t{font-size:12px;font-weight:bold}"
    ".g{stroke:#e5e8eb}.l{fill:none;stroke-width:1.1;stroke-linejoin:round}"
)
_NO_ZERO = ("°C", "ppm")
"""What is never near zero, and means nothing there."""
_MOST_POINTS = 1400
"""A panel is some 460 pixels wide: more points than three a pixel are only bytes."""


@dataclass(frozen=True)
class Panel:
    """One diagram.

    Attributes:
        title: What and whose.
        unit: Of all its lines.
        lines: Name and values, evenly spaced; NaN breaks a line.
        days: How long all of it is.
    """

    title: str
    unit: str
    lines: Sequence[tuple[str, Floats]]
    days: int


def picture(rows: Sequence[tuple[Panel, Panel]]) -> str:
    """Rows of two panels each, the campus left, with one scale a row."""
    height = ROW_HEIGHT * len(rows)
    size = f'width="{WIDTH}" height="{height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {WIDTH} {height}">',
        f'<style>{_STYLE}</style><rect {size} fill="#fff"/>',
    ]
    for r, panels in enumerate(rows):
        for side, panel in enumerate(panels):
            left = _LEFT + side * (_PANEL + _GAP)
            parts.append(_panel(panel, left, r * ROW_HEIGHT + _TOP))
    return "".join(parts) + "</svg>\n"


def ticks(low: float, high: float) -> list[float]:
    """Three to six round numbers within a range."""
    if high <= low:
        return [low]
    rough = (high - low) / 4.0
    power = 10.0 ** np.floor(np.log10(rough))
    step = power * next(f for f in (1.0, 2.0, 5.0, 10.0) if f * power >= rough)
    first = np.ceil(low / step) * step
    return [float(v) for v in np.arange(first, high + step * 1e-6, step)]


def _panel(panel: Panel, left: float, top: float) -> str:
    tall = ROW_HEIGHT - _TOP - _BOTTOM
    finite = np.concatenate([v[np.isfinite(v)] for _, v in panel.lines])
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    low = low if panel.unit in _NO_ZERO else min(low, 0.0)
    high = high if high > low else low + 1.0
    parts = [f'<text class="t" x="{left:.0f}" y="{top - 9}">{escape(panel.title)}</text>']
    for value in ticks(low, high):
        y = top + tall * (1.0 - (value - low) / (high - low))
        parts.append(
            f'<path class="g" d="M{left:.0f} {y:.1f}h{_PANEL:.0f}"/>'
            f'<text x="{left - 5:.0f}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>'
        )
    for day in range(panel.days + 1):
        x = left + _PANEL * day / panel.days
        parts.append(f'<path class="g" d="M{x:.1f} {top}v{tall}"/>')
    parts += [
        _line(values, left, top, (low, high), _COLOURS[k % len(_COLOURS)])
        for k, (_, values) in reversed(list(enumerate(panel.lines)))
    ]
    parts.append(_legend(panel, left, top + tall + 15))
    return "".join(parts)


def _line(values: Floats, left: float, top: float, span: tuple[float, float], ink: str) -> str:
    every = max(1, -(-len(values) // _MOST_POINTS))
    shown = values[::every]
    tall = ROW_HEIGHT - _TOP - _BOTTOM
    x = left + _PANEL * np.arange(len(shown)) / max(len(shown) - 1, 1)
    y = top + tall * (1.0 - (shown - span[0]) / (span[1] - span[0]))
    steps, pen = [], "M"
    for a, b in zip(x, y, strict=True):
        if np.isfinite(b):
            steps.append(f"{pen}{a:.1f} {b:.1f}")
            pen = "L"
        else:
            pen = "M"
    return f'<path class="l" stroke="{ink}" d="{"".join(steps)}"/>'


def _legend(panel: Panel, left: float, y: float) -> str:
    parts = [f'<text x="{left:.0f}" y="{y:.0f}">{escape(panel.unit)}, {panel.days} days</text>']
    x = left + 135.0
    for k, (name, _) in enumerate(panel.lines):
        ink = _COLOURS[k % len(_COLOURS)]
        parts.append(
            f'<path stroke="{ink}" stroke-width="3" d="M{x:.0f} {y - 4:.0f}h14"/>'
            f'<text x="{x + 18:.0f}" y="{y:.0f}">{escape(name)}</text>'
        )
        x += 36.0 + 7.0 * len(name)
    return "".join(parts)
