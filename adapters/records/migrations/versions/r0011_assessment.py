"""Who came when, read off an index: assessment of a year does not read a million events."""

from __future__ import annotations

from alembic import op

revision = "r0011_assessment"
down_revision = "r0010_ledger"
branch_labels = None
depends_on = None

_NAME = "ix_order_event_command_at"


def upgrade() -> None:
    """Apply."""
    op.create_index(_NAME, "order_event", ["command", "at", "order_id"], unique=False)
