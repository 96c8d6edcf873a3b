"""Which points the entries of the quarantine are of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0005_quarantine_points"
down_revision = "r0004_gateway_clock"
branch_labels = None
depends_on = None

_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply; what is all of one point is known already."""
    op.create_table(
        "quarantine_point",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("point", sa.String(length=200), nullable=False),
        sa.Column("readings", _INT, nullable=False),
        sa.PrimaryKeyConstraint("key", "point", name=op.f("pk_quarantine_point")),
    )
    op.create_index(op.f("ix_quarantine_point_point"), "quarantine_point", ["point"], unique=False)
    op.execute(
        "INSERT INTO quarantine_point (key, point, readings) "
        "SELECT key, substr(point, 1, 200), readings FROM quarantine WHERE point IS NOT NULL"
    )
