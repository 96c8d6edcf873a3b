"""The second factor at log-in, and where those who work here do so."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "r0017_factors"
down_revision = "r0016_pins"
branch_labels = None
depends_on = None

_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("login_session") as batch:
        batch.add_column(sa.Column("half", sa.Boolean(), nullable=False, server_default=sa.false()))
    _of_person("second_factor", sa.Column("secret", sa.String(length=64), nullable=False),
               sa.Column("step", _INT, nullable=False), sa.Column("set_at", _INT, nullable=False))  # fmt: skip
    _of_person("recovery_code", key=sa.Column("hash", sa.String(length=64), nullable=False))
    _of_person("factor_machine", sa.Column("until", _INT, nullable=False),
               key=sa.Column("machine", sa.String(length=64), nullable=False))  # fmt: skip
    _of_person("work_network", sa.Column("seen", _INT, nullable=False),
               key=sa.Column("mark", sa.String(length=64), nullable=False))  # fmt: skip


def _of_person(name: str, *columns: sa.Column[Any], key: sa.Column[Any] | None = None) -> None:
    """A table of somebody, by their log-in and what else tells its rows apart."""
    keys = [] if key is None else [key]
    op.create_table(
        name,
        sa.Column("login", sa.String(length=64), nullable=False),
        *keys,
        *columns,
        sa.ForeignKeyConstraint(
            ["login"], ["person.login"], name=op.f(f"fk_{name}_login_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("login", *(k.name for k in keys), name=op.f(f"pk_{name}")),
    )
