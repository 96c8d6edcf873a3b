"""An index for faults that came back: an assessment reads those orders and no others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0019_came_back"
down_revision = "r0018_corrections"
branch_labels = None
depends_on = None

_CAME_BACK = sa.text("recurrence_of IS NOT NULL")


def upgrade() -> None:
    """Apply."""
    op.create_index(
        "ix_work_order_came_back", "work_order", ["recurrence_of", "opened_at"], unique=False,
        sqlite_where=_CAME_BACK, postgresql_where=_CAME_BACK,
    )  # fmt: skip
