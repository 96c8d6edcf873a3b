"""What a campus holds in memory while it is streamed: no more on a later day than on the first."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from benchmarks.memory import LIMIT_MB

ROOT = Path(__file__).parents[2]
_GROWS_MB = 25.0
"""What the first days may still allocate: buffers of the largest day."""


def test_ten_buildings_hold_no_more_day_after_day() -> None:
    """In a process of its own, whose peak is nobody else's."""
    command = [sys.executable, "-m", "benchmarks.memory", "3"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "10 buildings" in said
    days = {int(d): float(mb) for d, mb in re.findall(r"day (\d+): \d+ readings, (\d+) MB", said)}
    assert set(days) == {1, 3}
    assert days[3] < days[1] + _GROWS_MB
    # A year of what a day's rows take would be several hundred megabytes more.
    assert days[3] < 0.3 * LIMIT_MB
