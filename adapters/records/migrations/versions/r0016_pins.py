"""Switching the person on a shared machine: PINs, full log-ins there, the end of a session."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0016_pins"
down_revision = "r0013_teaching"
branch_labels = None
depends_on = None

_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("login_session") as batch:
        batch.add_column(sa.Column("until", _INT, nullable=True))
    op.create_table(
        "pin",
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=200), nullable=False),
        sa.Column("set_at", _INT, nullable=False),
        sa.ForeignKeyConstraint(
            ["login"], ["person.login"], name=op.f("fk_pin_login_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("login", name=op.f("pk_pin")),
    )
    op.create_table(
        "desk_login",
        sa.Column("machine", sa.String(length=64), nullable=False),
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("until", _INT, nullable=False),
        sa.Column("wrong", _INT, nullable=False),
        sa.ForeignKeyConstraint(
            ["login"], ["person.login"], name=op.f("fk_desk_login_login_person"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("machine", "login", name=op.f("pk_desk_login")),
    )  # fmt: skip
