"""Events beside repairs, what people said of them, meters above without them; switchbacks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0020_ledger_events"
down_revision = "r0019_came_back"
branch_labels = None
depends_on = None

_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_GUARDS = {
    "sqlite": (
        "CREATE TRIGGER {table}_{verb} BEFORE {VERB} ON {table} "
        "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    ),
    "postgresql": "CREATE RULE {table}_{verb} AS ON {VERB} TO {table} DO INSTEAD NOTHING",
}


def upgrade() -> None:
    """Apply."""
    _events()
    _steps()
    _switchbacks()
    with op.batch_alter_table("mv_node") as batch:
        batch.add_column(sa.Column("adjusted_booked", sa.Double(), nullable=True))
        batch.add_column(sa.Column("adjusted_drop", sa.Double(), nullable=True))
        batch.add_column(sa.Column("adjusted_u", sa.Double(), nullable=True))
        batch.add_column(sa.Column("adjusted_excess", sa.Double(), nullable=True))
    guard = _GUARDS.get(op.get_bind().dialect.name, "")
    for table in ("mv_event", "mv_event_step", "mv_switchback") if guard else ():
        for verb in ("update", "delete"):
            op.execute(guard.format(table=table, verb=verb, VERB=verb.upper()))


def _events() -> None:
    op.create_table(
        "mv_event",
        sa.Column("id", _INT, nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("carrier", sa.String(length=16), nullable=False),
        sa.Column("first", sa.String(length=10), nullable=False),
        sa.Column("last", sa.String(length=10), nullable=False),
        sa.Column("per_day", sa.Double(), nullable=False),
        sa.Column("u", sa.Double(), nullable=False),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", _INT, nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("building", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mv_event")),
        sa.UniqueConstraint("digest", name=op.f("uq_mv_event_digest")),
    )
    op.create_index(op.f("ix_mv_event_building"), "mv_event", ["building"], unique=False)


def _steps() -> None:
    op.create_table(
        "mv_event_step",
        sa.Column("id", _INT, nullable=False),
        sa.Column("event_id", _INT, nullable=False),
        sa.Column("event_digest", sa.String(length=64), nullable=False),
        sa.Column("seq", _INT, nullable=False),
        sa.Column("what", sa.String(length=12), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", _INT, nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("building", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["mv_event.id"], name=op.f("fk_mv_event_step_event_id_mv_event")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mv_event_step")),
        sa.UniqueConstraint("event_id", "seq", name=op.f("uq_mv_event_step_event_id")),
        sa.UniqueConstraint("digest", name=op.f("uq_mv_event_step_digest")),
    )
    op.create_index(op.f("ix_mv_event_step_building"), "mv_event_step", ["building"], unique=False)


def _switchbacks() -> None:
    op.create_table(
        "mv_switchback",
        sa.Column("id", _INT, nullable=False),
        sa.Column("order_id", sa.String(length=24), nullable=False),
        sa.Column("seq", _INT, nullable=False),
        sa.Column("what", sa.String(length=12), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", _INT, nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("mute", _INT, nullable=True),
        sa.Column("building", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["work_order.id"], name=op.f("fk_mv_switchback_order_id_work_order")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mv_switchback")),
        sa.UniqueConstraint("order_id", "seq", name=op.f("uq_mv_switchback_order_id")),
    )
    op.create_index(op.f("ix_mv_switchback_building"), "mv_switchback", ["building"], unique=False)
