"""Planned work: occurrences, hours, checklists, calendar keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0012_planned"
down_revision = "r0011_assessment"
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
    _plans()
    _checklists()
    _keys()
    guard = _GUARDS.get(op.get_bind().dialect.name, "")
    for table in ("planned_order", "planned_answer") if guard else ():
        for verb in ("update", "delete"):
            op.execute(guard.format(table=table, verb=verb, VERB=verb.upper()))


def _plans() -> None:
    op.create_table(
        "planned_asset",
        sa.Column("plan", sa.String(length=40), nullable=False),
        sa.Column("asset", sa.String(length=120), nullable=False),
        sa.Column("since", _INT, nullable=False),
        sa.Column("judged", _INT, nullable=False),
        sa.Column("left_at", _INT, nullable=True),
        sa.Column("building", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("plan", "asset", name=op.f("pk_planned_asset")),
    )
    op.create_index(op.f("ix_planned_asset_building"), "planned_asset", ["building"])
    op.create_table(
        "planned_occurrence",
        sa.Column("id", _INT, nullable=False),
        sa.Column("plan", sa.String(length=40), nullable=False),
        sa.Column("asset", sa.String(length=120), nullable=False),
        sa.Column("occurrence", sa.String(length=40), nullable=False),
        sa.Column("trigger", sa.String(length=12), nullable=False),
        sa.Column("trade", sa.String(length=1), nullable=False),
        sa.Column("due_at", _INT, nullable=False),
        sa.Column("miss_at", _INT, nullable=False),
        sa.Column("made_at", _INT, nullable=False),
        sa.Column("order_id", sa.String(length=24), nullable=True),
        sa.Column("absorbed", sa.Boolean(), nullable=False),
        sa.Column("done_at", _INT, nullable=True),
        sa.Column("missed_at", _INT, nullable=True),
        sa.Column("note", sa.String(length=16), nullable=False),
        sa.Column("hours", sa.Double(), nullable=True),
        sa.Column("unknown", sa.Double(), nullable=True),
        sa.Column("building", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["work_order.id"], name=op.f("fk_planned_occurrence_order_id_work_order")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planned_occurrence")),
        sa.UniqueConstraint("plan", "asset", "occurrence", name=op.f("uq_planned_occurrence_plan")),
    )
    op.create_index(op.f("ix_planned_occurrence_building"), "planned_occurrence", ["building"])
    op.create_index("ix_planned_occurrence_due", "planned_occurrence", ["due_at"])
    op.create_index("ix_planned_occurrence_order", "planned_occurrence", ["order_id"])
    op.create_index("ix_planned_occurrence_open", "planned_occurrence", ["done_at", "missed_at"])
    op.create_table(
        "planned_day",
        sa.Column("plan", sa.String(length=40), nullable=False),
        sa.Column("asset", sa.String(length=120), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("ran_ms", _INT, nullable=False),
        sa.Column("unknown_ms", _INT, nullable=False),
        sa.Column("crossed_at", _INT, nullable=True),
        sa.Column("building", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("plan", "asset", "day", name=op.f("pk_planned_day")),
    )
    op.create_index(op.f("ix_planned_day_building"), "planned_day", ["building"])


def _checklists() -> None:
    op.create_table(
        "planned_order",
        sa.Column("order_id", sa.String(length=24), nullable=False),
        sa.Column("plan", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("building", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["work_order.id"], name=op.f("fk_planned_order_order_id_work_order")
        ),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_planned_order")),
    )
    op.create_index(op.f("ix_planned_order_building"), "planned_order", ["building"])
    op.create_index(op.f("ix_planned_order_plan"), "planned_order", ["plan"])
    op.create_table(
        "planned_answer",
        sa.Column("id", _INT, nullable=False),
        sa.Column("order_id", sa.String(length=24), nullable=False),
        sa.Column("attempt", _INT, nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("at", _INT, nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Double(), nullable=True),
        sa.Column("photo", sa.String(length=32), nullable=False),
        sa.Column("within", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("building", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["work_order.id"], name=op.f("fk_planned_answer_order_id_work_order")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planned_answer")),
    )
    op.create_index(op.f("ix_planned_answer_building"), "planned_answer", ["building"])
    op.create_index("ix_planned_answer_order", "planned_answer", ["order_id", "attempt"])


def _keys() -> None:
    op.create_table(
        "feed_key",
        sa.Column("id", _INT, nullable=False),
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("trade", sa.String(length=1), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("made_at", _INT, nullable=False),
        sa.Column("revoked_at", _INT, nullable=True),
        sa.ForeignKeyConstraint(
            ["login"], ["person.login"], name=op.f("fk_feed_key_login_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_key")),
        sa.UniqueConstraint("secret", name=op.f("uq_feed_key_secret")),
    )
    op.create_index(op.f("ix_feed_key_login"), "feed_key", ["login"])
