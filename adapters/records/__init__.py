"""The records database: everything that is not telemetry."""

from __future__ import annotations

from adapters.records.base import ALL, Scope, scope_of
from adapters.records.database import Records

__all__ = ["ALL", "Records", "Scope", "scope_of"]
