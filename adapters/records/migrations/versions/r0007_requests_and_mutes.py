"""Orders folded into others, what is muted, and what people report."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0007_requests_and_mutes"
down_revision = "r0006_rate_and_mending"
branch_labels = None
depends_on = None

_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply; nothing that is there changes."""
    op.create_table(
        "mute",
        sa.Column("id", _INT, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("scope", sa.String(length=120), nullable=False),
        sa.Column("family", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("start", _INT, nullable=False),
        sa.Column("until", _INT, nullable=False),
        sa.Column("made_at", _INT, nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("ended_at", _INT, nullable=True),
        sa.Column("ended_by", sa.String(length=64), nullable=True),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("building", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mute")),
    )
    op.create_index(op.f("ix_mute_building"), "mute", ["building"], unique=False)
    op.create_index("ix_mute_settled_until", "mute", ["settled", "until"], unique=False)
    op.create_table(
        "order_fold",
        sa.Column("order_id", sa.String(length=24), nullable=False),
        sa.Column("into_id", sa.String(length=24), nullable=False),
        sa.Column("cause", sa.String(length=200), nullable=False),
        sa.Column("why", sa.String(length=16), nullable=False),
        sa.Column("at", _INT, nullable=False),
        sa.Column("building", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_order_fold")),
    )
    op.create_index(op.f("ix_order_fold_building"), "order_fold", ["building"], unique=False)
    op.create_index(op.f("ix_order_fold_cause"), "order_fold", ["cause"], unique=False)
    op.create_index(op.f("ix_order_fold_into_id"), "order_fold", ["into_id"], unique=False)
    op.create_table(
        "site_key",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_site_key")),
    )
    op.create_table(
        "muted_finding",
        sa.Column("finding_id", sa.String(length=32), nullable=False),
        sa.Column("mute_id", _INT, nullable=False),
        sa.Column("rule", sa.String(length=16), nullable=False),
        sa.Column("target", sa.String(length=120), nullable=False),
        sa.Column("title", sa.String(length=1000), nullable=False),
        sa.Column("severity", _INT, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("revision", _INT, nullable=False),
        sa.Column("opened", _INT, nullable=False),
        sa.Column("last", _INT, nullable=False),
        sa.Column("muted_at", _INT, nullable=False),
        sa.Column("released_at", _INT, nullable=True),
        sa.Column("building", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["mute_id"], ["mute.id"], name=op.f("fk_muted_finding_mute_id_mute")
        ),
        sa.PrimaryKeyConstraint("finding_id", name=op.f("pk_muted_finding")),
    )
    op.create_index(op.f("ix_muted_finding_building"), "muted_finding", ["building"], unique=False)
    op.create_index(op.f("ix_muted_finding_mute_id"), "muted_finding", ["mute_id"], unique=False)
    op.create_table(
        "service_request",
        sa.Column("id", _INT, nullable=False),
        sa.Column("order_id", sa.String(length=24), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=False),
        sa.Column("phone_mark", sa.String(length=64), nullable=False),
        sa.Column("network", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("entered_by", sa.String(length=64), nullable=True),
        sa.Column("joined", sa.Boolean(), nullable=False),
        sa.Column("said_at", _INT, nullable=False),
        sa.Column("received_at", _INT, nullable=False),
        sa.Column("mended", sa.Boolean(), nullable=True),
        sa.Column("answered_at", _INT, nullable=True),
        sa.Column("stars", _INT, nullable=True),
        sa.Column("remark", sa.String(length=1000), nullable=False),
        sa.Column("rated_at", _INT, nullable=True),
        sa.Column("left_out", sa.String(length=16), nullable=False),
        sa.Column("building", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["work_order.id"], name=op.f("fk_service_request_order_id_work_order")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_request")),
        sa.UniqueConstraint("secret", name=op.f("uq_service_request_secret")),
    )
    op.create_index(
        op.f("ix_service_request_building"), "service_request", ["building"], unique=False
    )
    op.create_index(
        op.f("ix_service_request_network"), "service_request", ["network"], unique=False
    )
    op.create_index(
        op.f("ix_service_request_order_id"), "service_request", ["order_id"], unique=False
    )
    op.create_index(
        op.f("ix_service_request_phone_mark"), "service_request", ["phone_mark"], unique=False
    )
    op.create_index(op.f("ix_service_request_place"), "service_request", ["place"], unique=False)
    op.create_index(
        op.f("ix_service_request_received_at"), "service_request", ["received_at"], unique=False
    )
    op.create_table(
        "request_photo",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("request_id", _INT, nullable=False),
        sa.Column("media", sa.String(length=24), nullable=False),
        sa.Column("width", _INT, nullable=False),
        sa.Column("height", _INT, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("building", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["service_request.id"],
            name=op.f("fk_request_photo_request_id_service_request"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_photo")),
    )
    op.create_index(op.f("ix_request_photo_building"), "request_photo", ["building"], unique=False)
    op.create_index(
        op.f("ix_request_photo_request_id"), "request_photo", ["request_id"], unique=False
    )
