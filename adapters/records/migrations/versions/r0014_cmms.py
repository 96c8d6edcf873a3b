"""Orders that are also tickets in a maintenance system of somebody else."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0014_cmms"
down_revision = "r0012_planned"
branch_labels = None
depends_on = None

_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "cmms_ticket",
        sa.Column("order_id", sa.String(length=24), nullable=False),
        sa.Column("system", sa.String(length=16), nullable=False),
        sa.Column("ticket", sa.String(length=64), nullable=True),
        sa.Column("sent_marking", _INT, nullable=False),
        sa.Column("sent", sa.String(length=64), nullable=False),
        sa.Column("set_status", sa.String(length=32), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("attempts", _INT, nullable=False),
        sa.Column("first_try_at", _INT, nullable=True),
        sa.Column("next_at", _INT, nullable=False),
        sa.Column("claimed_until", _INT, nullable=False),
        sa.Column("seen_at", _INT, nullable=False),
        sa.Column("error", sa.String(length=1000), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("building", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["work_order.id"], name=op.f("fk_cmms_ticket_order_id_work_order")
        ),
        sa.PrimaryKeyConstraint("order_id", "system", name=op.f("pk_cmms_ticket")),
    )
    op.create_index(op.f("ix_cmms_ticket_building"), "cmms_ticket", ["building"])
    op.create_index(op.f("ix_cmms_ticket_next_at"), "cmms_ticket", ["next_at"])
