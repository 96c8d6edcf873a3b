"""Gateways that send faster than they may."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0006_gateway_rate"
down_revision = "r0005_quarantine_points"
branch_labels = None
depends_on = None

_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("gateway_health", schema=None) as batch_op:
        batch_op.add_column(sa.Column("deferred", _INT, nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("over_at", _INT, nullable=True))
