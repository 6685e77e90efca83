"""review of readings

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

JSONB = postgresql.JSONB(astext_type=sa.Text())
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("device", sa.Column("one_car_seconds", sa.SmallInteger(), server_default="8", nullable=False))
    op.add_column("passage", sa.Column("seen_until", INSTANT, server_default=sa.func.now(), nullable=False))
    op.execute("UPDATE passage SET seen_until = occurred_at")
    op.add_column("passage", sa.Column("captures", sa.Integer(), server_default="1", nullable=False))
    op.add_column("passage", sa.Column("joined_to", sa.Uuid(), nullable=True))
    op.add_column("passage", sa.Column("characters", JSONB, server_default="[]", nullable=False))
    op.add_column("passage", sa.Column("vehicle", JSONB, server_default="{}", nullable=False))
    op.create_index("ix_passage_device_id_seen_until", "passage", ["device_id", "seen_until"])
    _create_readings()
    _create_reviews()
    _create_consents()


def _create_readings() -> None:
    op.create_table(
        "plate_reading",
        sa.Column("capture_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("passage_id", sa.Uuid(), nullable=False),
        sa.Column("media_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("certain", sa.Boolean(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("characters", JSONB, nullable=False),
        sa.Column("alternatives", JSONB, nullable=False),
        sa.Column("colour", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("engine", sa.Text(), nullable=False),
        sa.Column("engine_version", sa.Text(), nullable=False),
        sa.Column("read_ms", sa.Float(), nullable=False),
        sa.Column("box", JSONB, nullable=True),
        sa.Column("occurred_at", INSTANT, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_plate_reading_site_id_site")),
        sa.PrimaryKeyConstraint("capture_id", name=op.f("pk_plate_reading")),
    )
    op.create_index("ix_plate_reading_passage_id", "plate_reading", ["passage_id"])
    op.create_index(op.f("ix_plate_reading_created_at"), "plate_reading", ["created_at"])


def _create_reviews() -> None:
    op.create_table(
        "plate_review",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("passage_id", sa.Uuid(), nullable=False),
        sa.Column("read", sa.Text(), nullable=True),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_plate_review_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plate_review")),
    )
    op.create_index("ix_plate_review_site_id_at", "plate_review", ["site_id", "at"])
    op.create_index(op.f("ix_plate_review_passage_id"), "plate_review", ["passage_id"])
    op.create_index(op.f("ix_plate_review_at"), "plate_review", ["at"])


def _create_consents() -> None:
    op.create_table(
        "training_consent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_training_consent_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_consent")),
    )
    op.create_index("ix_training_consent_site_id_at", "training_consent", ["site_id", "at"])


def downgrade() -> None:
    for table in ("training_consent", "plate_review", "plate_reading"):
        op.drop_table(table)
    op.drop_index("ix_passage_device_id_seen_until", "passage")
    for column in ("vehicle", "characters", "joined_to", "captures", "seen_until"):
        op.drop_column("passage", column)
    op.drop_column("device", "one_car_seconds")
