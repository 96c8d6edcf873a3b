"""What gateways' clocks said."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0004_gateway_clock"
down_revision = "r0003_hand_readings"
branch_labels = None
depends_on = None

_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "gateway_clock",
        sa.Column("gateway", sa.String(length=63), nullable=False),
        sa.Column("since", _INT, nullable=False),
        sa.Column("until", _INT, nullable=False),
        sa.Column("ahead", _INT, nullable=False),
        sa.PrimaryKeyConstraint("gateway", "since", name=op.f("pk_gateway_clock")),
    )
    op.create_index(op.f("ix_gateway_clock_until"), "gateway_clock", ["until"], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_index(op.f("ix_gateway_clock_until"), table_name="gateway_clock")
    op.drop_table("gateway_clock")
