"""visitors

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _policies()
    _visits()
    _walk_ins()


def _policies() -> None:
    op.create_table(
        "visit_policy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("approval", sa.Text(), nullable=False),
        sa.Column("free_from", sa.SmallInteger(), nullable=False),
        sa.Column("free_until", sa.SmallInteger(), nullable=False),
        sa.Column("closed_from", sa.SmallInteger(), nullable=True),
        sa.Column("closed_until", sa.SmallInteger(), nullable=True),
        sa.Column("open_visits", sa.SmallInteger(), nullable=False),
        sa.Column("visits_a_day", sa.SmallInteger(), nullable=False),
        sa.Column("longest_window_days", sa.SmallInteger(), nullable=False),
        sa.Column("longest_series_days", sa.SmallInteger(), nullable=False),
        sa.Column("courier_minutes", sa.SmallInteger(), nullable=False),
        sa.Column("answer_seconds", sa.SmallInteger(), nullable=False),
        sa.Column("ringing", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(closed_from IS NULL) = (closed_until IS NULL)", name=op.f("ck_visit_policy_closed")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_visit_policy_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_policy")),
    )
    op.create_index("ix_visit_policy_site_id_at", "visit_policy", ["site_id", "at"])


def _visits() -> None:
    op.alter_column("visit", "household_id", existing_type=sa.Uuid(), nullable=True)
    op.alter_column("visit", "resident_id", existing_type=sa.Uuid(), nullable=True)
    for column in (
        sa.Column("employee_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), server_default="guest", nullable=False),
        sa.Column("announced_by", sa.Uuid(), nullable=True),
        sa.Column("weekdays", sa.SmallInteger(), nullable=True),
        sa.Column("from_minute", sa.SmallInteger(), nullable=True),
        sa.Column("until_minute", sa.SmallInteger(), nullable=True),
        sa.Column("entries_a_day", sa.SmallInteger(), nullable=True),
        sa.Column("except_on", postgresql.ARRAY(sa.Date()), server_default=sa.text("'{}'::date[]"), nullable=False),
        sa.Column("day_entries", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("entries_on", sa.Date(), nullable=True),
        sa.Column("closed_from", sa.SmallInteger(), nullable=True),
        sa.Column("closed_until", sa.SmallInteger(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refusal", sa.Text(), nullable=True),
    ):
        op.add_column("visit", column)
    for column_name, table in (("employee_id", "employee"), ("announced_by", "staff"), ("decided_by", "staff")):
        op.create_foreign_key(op.f(f"fk_visit_{column_name}_{table}"), "visit", table, [column_name], ["id"])
    for name, rule in _VISIT_RULES.items():
        op.create_check_constraint(op.f(f"ck_visit_{name}"), "visit", rule)
    op.create_index(
        "ix_visit_employee_id", "visit", ["employee_id"], postgresql_where=sa.text("employee_id IS NOT NULL")
    )
    op.create_index(
        "ix_visit_pending", "visit", ["site_id", "valid_from"], postgresql_where=sa.text("state = 'pending'")
    )


_VISIT_RULES = {
    "host": "num_nonnulls(household_id, employee_id) = 1",
    "series": "num_nulls(weekdays, from_minute, until_minute, entries_a_day) IN (0, 4)",
    "closed": "(closed_from IS NULL) = (closed_until IS NULL)",
}


def _walk_ins() -> None:
    op.create_table(
        "walk_in",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("passage_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("phone_tail", sa.LargeBinary(), nullable=True),
        sa.Column("plate", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_backup", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("answerer", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column("opened_by", sa.Uuid(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("rung_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_walk_in_{column}_{table}"))
            for column, table in (
                *(("tenant_id", "tenant"), ("site_id", "site"), ("household_id", "household"), ("device_id", "device")),
                *(("answered_by", "resident"), ("opened_by", "staff"), ("decided_by", "staff")),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_walk_in")),
    )
    op.create_index("ix_walk_in_site_id_created_at", "walk_in", ["site_id", "created_at"])
    op.create_index("ix_walk_in_household_id_created_at", "walk_in", ["household_id", "created_at"])
    op.create_index(op.f("ix_walk_in_created_at"), "walk_in", ["created_at"])
    open_ = "passage_id IS NOT NULL AND state IN ('asking_host', 'asking_backup', 'guard_decides')"
    op.create_index(
        "uq_walk_in_open_passage", "walk_in", ["passage_id"], unique=True, postgresql_where=sa.text(open_)
    )
    op.create_table(
        "backup_contact",
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=True),
        sa.Column("named_by", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_backup_contact_{column}_{table}"))
            for column, table in (
                *(("household_id", "household"), ("site_id", "site")),
                *(("resident_id", "resident"), ("named_by", "resident")),
            )
        ),
        sa.PrimaryKeyConstraint("household_id", name=op.f("pk_backup_contact")),
    )
    op.create_index(op.f("ix_backup_contact_site_id"), "backup_contact", ["site_id"])
    op.create_index(op.f("ix_backup_contact_resident_id"), "backup_contact", ["resident_id"])
    op.add_column("notice", sa.Column("walk_in_id", sa.Uuid(), nullable=True))
    op.add_column("notice", sa.Column("resident_id", sa.Uuid(), nullable=True))
    op.drop_constraint(op.f("ck_notice_subject"), "notice")
    op.create_check_constraint(
        op.f("ck_notice_subject"), "notice", "num_nonnulls(visit_id, credential_id, walk_in_id) = 1"
    )


def downgrade() -> None:
    op.execute("DELETE FROM notice WHERE walk_in_id IS NOT NULL")
    op.drop_constraint(op.f("ck_notice_subject"), "notice")
    op.create_check_constraint(op.f("ck_notice_subject"), "notice", "num_nonnulls(visit_id, credential_id) = 1")
    op.drop_column("notice", "resident_id")
    op.drop_column("notice", "walk_in_id")
    op.drop_table("backup_contact")
    op.drop_table("walk_in")
    # What the older tables cannot say: visitors of staff, and passes that no resident announced.
    op.execute("DELETE FROM notice WHERE visit_id IN (SELECT id FROM visit WHERE resident_id IS NULL)")
    op.execute("DELETE FROM visit WHERE resident_id IS NULL")
    op.execute("UPDATE visit SET state = 'cancelled' WHERE state IN ('pending', 'refused')")
    op.drop_index("ix_visit_pending", "visit")
    op.drop_index("ix_visit_employee_id", "visit")
    for name in _VISIT_RULES:
        op.drop_constraint(op.f(f"ck_visit_{name}"), "visit")
    for column in (
        *("employee_id", "kind", "announced_by", "weekdays", "from_minute", "until_minute", "entries_a_day"),
        *("except_on", "day_entries", "entries_on", "closed_from", "closed_until"),
        *("decided_by", "decided_at", "refusal"),
    ):
        op.drop_column("visit", column)
    op.alter_column("visit", "resident_id", existing_type=sa.Uuid(), nullable=False)
    op.alter_column("visit", "household_id", existing_type=sa.Uuid(), nullable=False)
    op.drop_table("visit_policy")
