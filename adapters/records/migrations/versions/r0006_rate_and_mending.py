"""Gateways that send faster than they may; entries of the quarantine that were mended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0006_rate_and_mending"
down_revision = "r0005_quarantine_points"
branch_labels = None
depends_on = None

_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("gateway_health", schema=None) as batch_op:
        batch_op.add_column(sa.Column("deferred", _INT, nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("over_at", _INT, nullable=True))
    with op.batch_alter_table("quarantine", schema=None) as batch_op:
        batch_op.add_column(sa.Column("mends", sa.JSON(), nullable=False, server_default="[]"))
