"""Readings that people enter."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0003_hand_readings"
down_revision = "r0002_workplace"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "hand_reading",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("point", sa.String(length=63), nullable=False),
        sa.Column("at", _NUMBER, nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("entered", _NUMBER, nullable=False),
        sa.Column("via", sa.String(length=16), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("taken", _NUMBER, nullable=True),
        sa.Column("building", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_reading")),
    )
    with op.batch_alter_table("hand_reading", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hand_reading_building"), ["building"], unique=False)
        batch_op.create_index("ix_hand_reading_point_at", ["point", "at"], unique=False)
        batch_op.create_index("ix_hand_reading_taken", ["taken"], unique=False)
