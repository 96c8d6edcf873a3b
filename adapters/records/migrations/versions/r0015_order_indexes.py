"""Indexes for a hundred thousand orders: the queue, the closed, what dashboards have not heard."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0015_order_indexes"
down_revision = "r0014_cmms"
branch_labels = None
depends_on = None

_SORTED = ("priority", "score", "opened_at", "id", "assignee")


def upgrade() -> None:
    """Apply."""
    for name, table, columns, where in (
        ("ix_work_order_closed", "work_order", ["closed_at", *_SORTED, "building"], ""),
        ("ix_work_order_rule_closed", "work_order", ["rule", "closed_at"], ""),
        ("ix_work_order_family", "work_order", ["family", "opened_at"], ""),
        ("ix_work_order_tally", "work_order", ["building", "state", "outcome", "refusals"], ""),
        ("ix_work_order_building_closed", "work_order", ["building", "closed_at", *_SORTED], ""),
        ("ix_work_order_building_opened", "work_order", ["building", "opened_at"], ""),
        ("ix_work_order_unmarked", "work_order", ["id"], "marked < marking"),
        ("ix_order_finding_untold", "order_finding", ["finding_id"], "marked < revision"),
        ("ix_order_clock_running", "order_clock", ["order_id"], "met_at IS NULL"),
    ):
        only = sa.text(where) if where else None
        op.create_index(
            name, table, columns, unique=False, sqlite_where=only, postgresql_where=only
        )
