"""Servers that messages are sent to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.workorders.notify.listener import Listener, listening


@pytest.fixture
def listener() -> Iterator[Listener]:
    """An HTTP server that takes everything until it is told otherwise."""
    with listening() as one:
        yield one
