"""find jobs that were lost with their worker

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

LOST = sa.text("state IN ('pending', 'uncertain') AND hinted_at IS NULL AND lease_until IS NOT NULL AND NOT urgent")


def upgrade() -> None:
    op.create_index("ix_outbox_job_lost", "outbox_job", ["not_before"], postgresql_where=LOST)


def downgrade() -> None:
    op.drop_index("ix_outbox_job_lost", "outbox_job")
