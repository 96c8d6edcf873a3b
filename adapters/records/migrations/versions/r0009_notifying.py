"""Ways to reach people, when they want to be reached, and how each way is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0009_notifying"
down_revision = "r0008_crew"
branch_labels = None
depends_on = None

_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply; what waits in the outbox has gone its own way already and is copied to nobody."""
    op.create_table(
        "notify_way",
        sa.Column("id", _INT, nullable=False),
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("rank", _INT, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["login"], ["person.login"], name=op.f("fk_notify_way_login_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notify_way")),
        sa.UniqueConstraint("login", "rank", name=op.f("uq_notify_way_login")),
    )
    op.create_table(
        "notify_wish",
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("quiet_start", _INT, nullable=False),
        sa.Column("quiet_end", _INT, nullable=False),
        sa.Column("quiet_from", _INT, nullable=False),
        sa.Column("digest_from", _INT, nullable=False),
        sa.Column("digest_at", _INT, nullable=False),
        sa.ForeignKeyConstraint(
            ["login"],
            ["person.login"],
            name=op.f("fk_notify_wish_login_person"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("login", name=op.f("pk_notify_wish")),
    )
    op.create_table(
        "notify_channel",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("failures", _INT, nullable=False),
        sa.Column("failing_since", _INT, nullable=True),
        sa.Column("taken_at", _INT, nullable=True),
        sa.Column("tried_at", _INT, nullable=True),
        sa.Column("next_at", _INT, nullable=False),
        sa.Column("error", sa.String(length=1000), nullable=True),
        sa.Column("reported", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_notify_channel")),
    )
    with op.batch_alter_table("notification") as table:
        table.alter_column("order_id", existing_type=sa.String(length=24), nullable=True)
        table.add_column(sa.Column("way", sa.String(length=8), nullable=False, server_default=""))
        table.add_column(
            sa.Column("copied", sa.Boolean(), nullable=False, server_default=sa.true())
        )
        table.add_column(sa.Column("held", sa.String(length=8), nullable=True))
