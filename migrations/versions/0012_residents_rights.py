"""residents rights

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

PLACES = ("building", "gate", "zone", "boundary_segment", "door")

# As `sites.rules.room_key`: 2幢 before 10幢, 201 before 1001.
FILL_SORT_KEYS = """
    UPDATE room SET sort_key = named.key
    FROM (
        SELECT room.id,
               lpad(least(char_length(building.name), 99)::text, 2, '0') || building.name ||
               lpad(least(char_length(unit.name), 99)::text, 2, '0') || unit.name ||
               lpad(least(char_length(room.number), 99)::text, 2, '0') || room.number AS key
        FROM room JOIN unit ON unit.id = room.unit_id JOIN building ON building.id = unit.building_id
    ) AS named
    WHERE named.id = room.id
"""


def upgrade() -> None:
    op.create_table(
        "matter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("details", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_matter_tenant_id_tenant")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_matter_site_id_site")),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], name=op.f("fk_matter_household_id_household")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_matter_person_id_person")),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_matter_resident_id_resident")),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name=op.f("fk_matter_decided_by_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matter")),
    )
    op.create_index(
        "ix_matter_site_id_due_on", "matter", ["site_id", "due_on"], postgresql_where=sa.text("state = 'open'")
    )
    op.create_index("ix_matter_site_id_asked_at", "matter", ["site_id", "asked_at"])
    op.create_index("ix_matter_resident_id_asked_at", "matter", ["resident_id", "asked_at"])
    op.create_index(op.f("ix_matter_decided_at"), "matter", ["decided_at"])
    op.create_table(
        "consent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_consent_resident_id_resident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index("ix_consent_resident_id", "consent", ["resident_id", "purpose", "at"])
    op.create_index(op.f("ix_consent_at"), "consent", ["at"])
    op.create_table(
        "data_export",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("byte_count", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_data_export_resident_id_resident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_export")),
    )
    op.create_index("ix_data_export_resident_id_asked_at", "data_export", ["resident_id", "asked_at"])
    op.create_index(op.f("ix_data_export_expires_at"), "data_export", ["expires_at"])
    op.add_column("site", sa.Column("vehicles_by_approval", sa.Boolean(), server_default="true", nullable=False))
    for place in PLACES:
        op.add_column(place, sa.Column("retired_on", sa.Date(), nullable=True))
    op.add_column("room", sa.Column("sort_key", sa.Text(collation="C"), server_default="", nullable=False))
    op.execute(FILL_SORT_KEYS)
    op.create_index("ix_room_site_id_sort_key", "room", ["site_id", "sort_key", "id"])
    op.create_index(
        "ix_passage_vehicle_id",
        "passage",
        ["vehicle_id", "created_at"],
        postgresql_where=sa.text("vehicle_id IS NOT NULL"),
    )
    op.create_index(
        "ix_audit_entry_subjects",
        "audit_entry",
        [sa.text("(facts -> 'subjects')")],
        postgresql_using="gin",
        postgresql_where=sa.text("jsonb_exists(facts, 'subjects')"),
    )


def downgrade() -> None:
    op.drop_index("ix_audit_entry_subjects", table_name="audit_entry")
    op.drop_index("ix_passage_vehicle_id", table_name="passage")
    op.drop_index("ix_room_site_id_sort_key", table_name="room")
    op.drop_column("room", "sort_key")
    for place in reversed(PLACES):
        op.drop_column(place, "retired_on")
    op.drop_column("site", "vehicles_by_approval")
    op.drop_table("data_export")
    op.drop_table("consent")
    op.drop_table("matter")
