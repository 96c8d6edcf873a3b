"""People at work: licences, substitutes, permits, helpers, reports, photos, contractors."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0008_crew"
down_revision = "r0007_requests_and_mutes"
branch_labels = None
depends_on = None

_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    _people()
    _work()
    _given_back()
    _contractors()


def _people() -> None:
    with op.batch_alter_table("person") as batch:
        batch.add_column(sa.Column("firm", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("leave") as batch:
        batch.add_column(
            sa.Column("substitute", sa.String(length=64), nullable=False, server_default="")
        )
    op.create_table(
        "licence",
        _id(),
        _text("login", 64),
        _text("kind", 16),
        _text("number", 80),
        sa.Column("valid_from", _INT, nullable=False),
        sa.Column("valid_until", _INT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_licence")),
        sa.ForeignKeyConstraint(
            ["login"], ["person.login"], name=op.f("fk_licence_login_person"), ondelete="CASCADE"
        ),
    )
    op.create_index(op.f("ix_licence_login"), "licence", ["login"])
    op.create_table(
        "handover",
        _id(),
        sa.Column("at", _INT, nullable=False),
        _text("from_login", 64),
        _text("to_login", 64),
        _text("note", 4000),
        sa.Column("orders", sa.JSON(), nullable=False),
        sa.Column("taken_at", _INT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
    )
    op.create_index(op.f("ix_handover_at"), "handover", ["at"])
    op.create_index("ix_handover_to_taken", "handover", ["to_login", "taken_at"])
    op.create_table(
        "shift_log",
        _id(),
        sa.Column("at", _INT, nullable=False),
        _text("login", 64),
        _text("text", 4000),
        _text("building", 64),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_log")),
    )
    op.create_index(op.f("ix_shift_log_at"), "shift_log", ["at"])
    op.create_index(op.f("ix_shift_log_building"), "shift_log", ["building"])
    _guard("shift_log")


def _work() -> None:
    # Not in a batch: that would make the table of orders anew, and its partial index with it.
    op.add_column("work_order", sa.Column("lowered_from", _INT, nullable=True))
    _of_order(
        "order_permit",
        _text("kind", 16),
        _text("number", 80),
        _text("issued_by", 64),
        sa.Column("issued_at", _INT, nullable=False),
        sa.Column("valid_until", _INT, nullable=False),
        sa.Column("ended_at", _INT, nullable=True),
    )
    _of_order(
        "order_helper",
        _text("login", 64),
        sa.Column("since", _INT, nullable=False),
        sa.Column("until", _INT, nullable=True),
    )
    op.create_table(
        "order_need",
        _text("order_id", 24),
        _text("kind", 8),
        _text("what", 16),
        _text("by", 64),
        sa.Column("at", _INT, nullable=False),
        _text("building", 64),
        sa.PrimaryKeyConstraint("order_id", "kind", "what", name=op.f("pk_order_need")),
        _belongs("order_need"),
    )
    op.create_index(op.f("ix_order_need_building"), "order_need", ["building"])


def _given_back() -> None:
    _of_order(
        "order_report",
        sa.Column("attempt", _INT, nullable=False),
        sa.Column("done_at", _INT, nullable=False),
        _text("done_by", 64),
        sa.Column("entered_at", _INT, nullable=False),
        _text("entered_by", 64),
        sa.Column("declared", sa.Boolean(), nullable=False),
        _text("cause", 64),
        _text("action", 64),
        sa.Column("alarm", sa.Boolean(), nullable=True),
        sa.Column("minutes", _INT, nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
    )
    _of_order(
        "order_photo",
        _text("name", 32),
        _text("media", 16),
        *(sa.Column(name, _INT, nullable=False) for name in ("width", "height", "size")),
        _text("sha256", 64),
        sa.Column("at", _INT, nullable=False),
        _text("by", 64),
        _text("note", 200),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.UniqueConstraint("name", name=op.f("uq_order_photo_name")),
    )


def _contractors() -> None:
    _of_order(
        "contractor_link",
        _text("login", 64),
        _text("secret", 64),
        _text("code", 64),
        sa.Column("bound", sa.String(length=64), nullable=True),
        sa.Column("bound_at", _INT, nullable=True),
        _text("person", 120),
        sa.Column("failures", _INT, nullable=False),
        _text("made_by", 64),
        sa.Column("made_at", _INT, nullable=False),
        sa.Column("expires_at", _INT, nullable=False),
        sa.Column("revoked_at", _INT, nullable=True),
        sa.UniqueConstraint("secret", name=op.f("uq_contractor_link_secret")),
        sa.UniqueConstraint("bound", name=op.f("uq_contractor_link_bound")),
    )


def _of_order(table: str, *columns: sa.schema.SchemaItem) -> None:
    """A table whose rows have an id and belong to an order and its building."""
    op.create_table(
        table,
        _id(),
        _text("order_id", 24),
        *columns,
        _text("building", 64),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        _belongs(table),
    )
    op.create_index(op.f(f"ix_{table}_order_id"), table, ["order_id"])
    op.create_index(op.f(f"ix_{table}_building"), table, ["building"])


def _belongs(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_order_id_work_order")
    return sa.ForeignKeyConstraint(["order_id"], ["work_order.id"], name=name)


def _id() -> sa.Column[int]:
    return sa.Column("id", _INT, nullable=False)


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=False)


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
