"""What the ports of this folder need of the records: sessions and the dialect."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy import Engine

from adapters.records.base import Scope
from adapters.records.scoping import ScopedSession


class Source(Protocol):
    """Opens sessions; implemented by :class:`adapters.records.database.Records`."""

    engine: Engine

    def session(
        self, scope: Scope, *, reading: bool = False
    ) -> AbstractContextManager[ScopedSession]:
        """One transaction."""
        ...
