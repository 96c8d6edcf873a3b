"""Readings of people that stand over what devices send, and what the devices said."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0018_corrections"
down_revision = "r0017_factors"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("hand_reading") as batch:
        batch.add_column(sa.Column("undone", _NUMBER, nullable=True))
        batch.add_column(
            sa.Column("undone_by", sa.String(length=64), nullable=False, server_default="")
        )
        batch.add_column(sa.Column("given_back", _NUMBER, nullable=True))
    op.create_table(
        "device_said",
        sa.Column("point", sa.String(length=63), nullable=False),
        sa.Column("at", _NUMBER, nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("quality", _NUMBER, nullable=False),
        sa.Column("received", _NUMBER, nullable=True),
        sa.PrimaryKeyConstraint("point", "at", name=op.f("pk_device_said")),
    )
