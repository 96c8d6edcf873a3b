"""The ledger of savings: plans, accounts, days, cells, nodes, placebo."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0010_ledger"
down_revision = "r0009_notifying"
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
    _accounts()
    _days()
    _cells()
    guard = _GUARDS.get(op.get_bind().dialect.name, "")
    for table in ("mv_plan", "mv_day") if guard else ():
        for verb in ("update", "delete"):
            op.execute(guard.format(table=table, verb=verb, VERB=verb.upper()))


def _plans() -> None:
    op.create_table(
        "mv_plan",
        sa.Column("id", _INT, nullable=False),
        sa.Column("order_id", sa.String(length=24), nullable=False),
        sa.Column("seq", _INT, nullable=False),
        sa.Column("rule", sa.String(length=16), nullable=False),
        sa.Column("target", sa.String(length=120), nullable=False),
        sa.Column("family", sa.String(length=64), nullable=False),
        sa.Column("option", sa.String(length=1), nullable=False),
        sa.Column("onset", _INT, nullable=False),
        sa.Column("carriers", sa.JSON(), nullable=False),
        sa.Column("boundary", sa.JSON(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("why", sa.String(length=40), nullable=False),
        sa.Column("scene", sa.String(length=64), nullable=False),
        sa.Column("frozen_at", _INT, nullable=False),
        sa.Column("expected", sa.JSON(), nullable=False),
        sa.Column("building", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["work_order.id"], name=op.f("fk_mv_plan_order_id_work_order")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mv_plan")),
        sa.UniqueConstraint("order_id", "seq", name=op.f("uq_mv_plan_order_id")),
    )
    op.create_index(op.f("ix_mv_plan_building"), "mv_plan", ["building"], unique=False)


def _accounts() -> None:
    op.create_table(
        "mv_account",
        sa.Column("id", _INT, nullable=False),
        sa.Column("order_id", sa.String(length=24), nullable=False),
        sa.Column("plan_id", _INT, nullable=True),
        sa.Column("done_at", _INT, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("first", sa.String(length=10), nullable=False),
        sa.Column("until", sa.String(length=10), nullable=False),
        sa.Column("until_why", sa.String(length=24), nullable=False),
        sa.Column("next", sa.String(length=10), nullable=False),
        sa.Column("ended_why", sa.String(length=40), nullable=False),
        sa.Column("lost", _INT, nullable=False),
        sa.Column("building", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["work_order.id"], name=op.f("fk_mv_account_order_id_work_order")
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["mv_plan.id"], name=op.f("fk_mv_account_plan_id_mv_plan")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mv_account")),
        sa.UniqueConstraint("order_id", "done_at", name=op.f("uq_mv_account_order_id")),
    )
    op.create_index(op.f("ix_mv_account_building"), "mv_account", ["building"], unique=False)


def _days() -> None:
    op.create_table(
        "mv_day",
        sa.Column("id", _INT, nullable=False),
        sa.Column("account_id", _INT, nullable=False),
        sa.Column("order_id", sa.String(length=24), nullable=False),
        sa.Column("at", _INT, nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("carrier", sa.String(length=16), nullable=False),
        sa.Column("cell", sa.String(length=120), nullable=False),
        sa.Column("counterfactual", sa.Double(), nullable=False),
        sa.Column("actual", sa.Double(), nullable=False),
        sa.Column("saving", sa.Double(), nullable=False),
        sa.Column("hours", sa.Double(), nullable=False),
        sa.Column("u", sa.Double(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("why", sa.String(length=40), nullable=False),
        sa.Column("price", sa.Double(), nullable=True),
        sa.Column("price_from", _INT, nullable=True),
        sa.Column("factor", sa.Double(), nullable=True),
        sa.Column("factor_from", _INT, nullable=True),
        sa.Column("revision", _INT, nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("building", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["mv_account.id"], name=op.f("fk_mv_day_account_id_mv_account")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["work_order.id"], name=op.f("fk_mv_day_order_id_work_order")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mv_day")),
        sa.UniqueConstraint("digest", name=op.f("uq_mv_day_digest")),
    )
    op.create_index(op.f("ix_mv_day_building"), "mv_day", ["building"], unique=False)
    op.create_index(op.f("ix_mv_day_order_id"), "mv_day", ["order_id"], unique=False)
    op.create_index("ix_mv_day_account_day", "mv_day", ["account_id", "day"], unique=False)
    op.create_index("ix_mv_day_state_day", "mv_day", ["state", "day"], unique=False)


def _cells() -> None:
    op.create_table(
        "cell_day",
        sa.Column("cell", sa.String(length=120), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("carrier", sa.String(length=16), nullable=False),
        sa.Column("booked", sa.Double(), nullable=False),
        sa.Column("counterfactual", sa.Double(), nullable=False),
        sa.Column("building", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "booked <= counterfactual", name=op.f("ck_cell_day_never_more_than_used")
        ),
        sa.PrimaryKeyConstraint("cell", "day", "carrier", name=op.f("pk_cell_day")),
    )
    op.create_index(op.f("ix_cell_day_building"), "cell_day", ["building"], unique=False)
    op.create_table(
        "mv_node",
        sa.Column("meter", sa.String(length=120), nullable=False),
        sa.Column("carrier", sa.String(length=16), nullable=False),
        sa.Column("since", sa.String(length=10), nullable=False),
        sa.Column("upto", sa.String(length=10), nullable=False),
        sa.Column("booked", sa.Double(), nullable=False),
        sa.Column("drop", sa.Double(), nullable=False),
        sa.Column("u", sa.Double(), nullable=False),
        sa.Column("excess", sa.Double(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("building", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("meter", "carrier", name=op.f("pk_mv_node")),
    )
    op.create_index(op.f("ix_mv_node_building"), "mv_node", ["building"], unique=False)
    op.create_table(
        "mv_placebo",
        sa.Column("id", _INT, nullable=False),
        sa.Column("at", _INT, nullable=False),
        sa.Column("carrier", sa.String(length=16), nullable=False),
        sa.Column("runs", _INT, nullable=False),
        sa.Column("mean", sa.Double(), nullable=False),
        sa.Column("coverage", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mv_placebo")),
    )
