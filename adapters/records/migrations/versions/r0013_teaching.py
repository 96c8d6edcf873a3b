"""What false alarms teach, second looks at closed orders, contractors' quotes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0013_teaching"
down_revision = "r0015_order_indexes"
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
_TABLES = (
    "lesson", "lesson_step", "rule_advice", "order_check", "order_check_result", "lot", "order_quote",
    "order_quote_said",
)  # fmt: skip


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("mute") as mute:
        mute.add_column(sa.Column("rule", sa.String(length=16), nullable=False, server_default=""))
    _lessons()
    _advice()
    _checks()
    _quotes()
    guard = _GUARDS.get(op.get_bind().dialect.name, "")
    for table in _TABLES if guard else ():
        for verb in ("update", "delete"):
            op.execute(guard.format(table=table, verb=verb, VERB=verb.upper()))


def _building() -> sa.Column[str]:
    return sa.Column("building", sa.String(length=64), nullable=False)


def _index(table: str, *columns: str) -> None:
    for column in ("building", *columns):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)


def _lessons() -> None:
    op.create_table(
        "lesson",
        sa.Column("id", _INT, nullable=False),
        sa.Column("rule", sa.String(length=16), nullable=False),
        sa.Column("target", sa.String(length=120), nullable=False),
        sa.Column("number", _INT, nullable=False),
        sa.Column("asset", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("made_at", _INT, nullable=False),
        _building(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson")),
        sa.UniqueConstraint("rule", "target", "number", name=op.f("uq_lesson_rule")),
    )
    _index("lesson")
    op.create_table(
        "lesson_step",
        sa.Column("id", _INT, nullable=False),
        sa.Column("lesson_id", _INT, nullable=False),
        sa.Column("seq", _INT, nullable=False),
        sa.Column("what", sa.String(length=12), nullable=False),
        sa.Column("at", _INT, nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("until", _INT, nullable=True),
        sa.Column("mute", _INT, nullable=True),
        _building(),
        sa.ForeignKeyConstraint(
            ["lesson_id"], ["lesson.id"], name=op.f("fk_lesson_step_lesson_id_lesson")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson_step")),
        sa.UniqueConstraint("lesson_id", "seq", name=op.f("uq_lesson_step_lesson_id")),
    )
    _index("lesson_step")


def _advice() -> None:
    op.create_table(
        "rule_advice",
        sa.Column("id", _INT, nullable=False),
        sa.Column("rule", sa.String(length=16), nullable=False),
        sa.Column("seq", _INT, nullable=False),
        sa.Column("what", sa.String(length=12), nullable=False),
        sa.Column("at", _INT, nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("judged", _INT, nullable=False),
        sa.Column("right", _INT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_advice")),
        sa.UniqueConstraint("rule", "seq", name=op.f("uq_rule_advice_rule")),
    )


def _checks() -> None:
    op.create_table(
        "order_check",
        sa.Column("id", _INT, nullable=False),
        sa.Column("order_id", sa.String(length=24), nullable=False),
        sa.Column("attempt", _INT, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("why", sa.String(length=8), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("at", _INT, nullable=False),
        _building(),
        sa.ForeignKeyConstraint(
            ["order_id"], ["work_order.id"], name=op.f("fk_order_check_order_id_work_order")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_check")),
        sa.UniqueConstraint("order_id", "attempt", "kind", name=op.f("uq_order_check_order_id")),
    )
    _index("order_check", "subject")
    op.create_table(
        "order_check_result",
        sa.Column("id", _INT, nullable=False),
        sa.Column("check_id", _INT, nullable=False),
        sa.Column("at", _INT, nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=False),
        _building(),
        sa.ForeignKeyConstraint(
            ["check_id"],
            ["order_check.id"],
            name=op.f("fk_order_check_result_check_id_order_check"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_check_result")),
        sa.UniqueConstraint("check_id", name=op.f("uq_order_check_result_check_id")),
    )
    _index("order_check_result")
    op.create_table(
        "lot",
        sa.Column("id", _INT, autoincrement=False, nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot")),
    )


def _quotes() -> None:
    op.create_table(
        "order_quote",
        sa.Column("id", _INT, nullable=False),
        sa.Column("order_id", sa.String(length=24), nullable=False),
        sa.Column("firm", sa.String(length=64), nullable=False),
        sa.Column("amount", sa.Double(), nullable=False),
        sa.Column("words", sa.String(length=2000), nullable=False),
        sa.Column("entered_by", sa.String(length=64), nullable=False),
        sa.Column("at", _INT, nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("media", sa.String(length=40), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        _building(),
        sa.ForeignKeyConstraint(
            ["order_id"], ["work_order.id"], name=op.f("fk_order_quote_order_id_work_order")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_quote")),
    )
    _index("order_quote", "order_id")
    op.create_table(
        "order_quote_said",
        sa.Column("id", _INT, nullable=False),
        sa.Column("quote_id", _INT, nullable=False),
        sa.Column("approved", sa.Boolean(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", _INT, nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("total", sa.Double(), nullable=False),
        _building(),
        sa.ForeignKeyConstraint(
            ["quote_id"], ["order_quote.id"], name=op.f("fk_order_quote_said_quote_id_order_quote")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_quote_said")),
        sa.UniqueConstraint("quote_id", name=op.f("uq_order_quote_said_quote_id")),
    )
    _index("order_quote_said")
