"""The quarantine as a workplace, events of registers, health of gateways."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0002_workplace"
down_revision = "r0001_first_tables"
branch_labels = None
depends_on = None

_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    _quarantine()
    _meters()
    _gateways()
    _guard("quarantine_purge")


def _quarantine() -> None:
    with op.batch_alter_table("quarantine", schema=None) as batch_op:
        batch_op.add_column(_text("state", sa.String(length=8), "open"))
        for name in ("stored", "tries"):
            batch_op.add_column(sa.Column(name, _INT, nullable=False, server_default="0"))
        batch_op.add_column(_text("said", sa.Text()))
        batch_op.add_column(_text("by", sa.String(length=64)))
        batch_op.add_column(sa.Column("at", _INT, nullable=True))
        batch_op.add_column(_text("how", sa.String(length=12)))
        batch_op.add_column(_text("note", sa.Text()))
    op.create_index("ix_quarantine_received", "quarantine", ["received"], unique=False)
    op.create_index("ix_quarantine_state", "quarantine", ["state"], unique=False)
    op.create_table(
        "quarantine_purge",
        sa.Column("id", _INT, nullable=False),
        sa.Column("at", _INT, nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("before", _INT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("entries", _INT, nullable=False),
        sa.Column("readings", _INT, nullable=False),
        sa.Column("unstored", _INT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine_purge")),
    )


def _meters() -> None:
    op.create_table(
        "meter_event",
        sa.Column("id", _INT, nullable=False),
        sa.Column("point", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("at", _INT, nullable=False),
        sa.Column("before_at", _INT, nullable=True),
        sa.Column("before", sa.Float(), nullable=True),
        sa.Column("first", sa.Float(), nullable=True),
        sa.Column("closing", sa.Float(), nullable=True),
        sa.Column("opening", sa.Float(), nullable=True),
        sa.Column("exact", sa.Boolean(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("history", sa.JSON(), nullable=False),
        sa.Column("version", _INT, nullable=False),
        sa.Column("derived", sa.Boolean(), nullable=False),
        sa.Column("building", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meter_event")),
        sa.UniqueConstraint("point", "at", name=op.f("uq_meter_event_point")),
    )
    op.create_index("ix_meter_event_building", "meter_event", ["building"], unique=False)
    op.create_index("ix_meter_event_derived", "meter_event", ["derived"], unique=False)
    op.create_index("ix_meter_event_state", "meter_event", ["state"], unique=False)


def _gateways() -> None:
    counts = ("twins", "batches", "readings", "quarantined", "duplicates", "discarded")
    op.create_table(
        "gateway_health",
        sa.Column("gateway", sa.String(length=63), nullable=False),
        sa.Column("said", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("said_at", _INT, nullable=True),
        sa.Column("clock_offset", _INT, nullable=True),
        *(sa.Column(name, _INT, nullable=False) for name in counts),
        sa.PrimaryKeyConstraint("gateway", name=op.f("pk_gateway_health")),
    )


def _text(name: str, kind: sa.types.TypeEngine[str], default: str = "") -> sa.Column[str]:
    """A column that rows of before have too."""
    return sa.Column(name, kind, nullable=False, server_default=default)


def _guard(table: str) -> None:
    """Its rows are written once: the database itself refuses to change them."""
    for verb in ("UPDATE", "DELETE"):
        name = f"{table}_{verb.lower()}"
        if op.get_bind().dialect.name == "sqlite":
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
            continue
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
        )
