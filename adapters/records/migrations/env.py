"""Runs migrations on the connection that :meth:`adapters.records.Records.upgrade` hands over."""

from __future__ import annotations

from alembic import context

import adapters.records.checks
import adapters.records.cmms
import adapters.records.crew
import adapters.records.factors
import adapters.records.folds
import adapters.records.ledger
import adapters.records.mutes
import adapters.records.networks
import adapters.records.notifying
import adapters.records.orders
import adapters.records.pins
import adapters.records.planned
import adapters.records.requests
import adapters.records.tables
import adapters.records.teaching
import adapters.records.work  # noqa: F401 - they fill the metadata
from adapters.records.base import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite changes a table by making it anew
    compare_type=True,
    transactional_ddl=True,  # the connection begins and ends its transaction itself
)
with context.begin_transaction():
    context.run_migrations()
