"""find waiting jobs by urgency and queue

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

WAITING = sa.text("state IN ('pending', 'uncertain') AND hinted_at IS NULL")


def upgrade() -> None:
    replace(["urgent", "queue", "not_before"])


def downgrade() -> None:
    replace(["not_before"])


def replace(columns: list[str]) -> None:
    op.drop_index("ix_outbox_job_waiting", "outbox_job")
    op.create_index("ix_outbox_job_waiting", "outbox_job", columns, postgresql_where=WAITING)
