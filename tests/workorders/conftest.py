"""A house of its own for each test of orders."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.workorders.house import House, make_house


@pytest.fixture
def house(tmp_path: Path, sites_dir: Path) -> Iterator[House]:
    """Orders over an empty database, with the sample site's people."""
    with make_house(tmp_path, sites_dir) as made:
        yield made
