"""partitions of captures, and what the application's role may do

Revision ID: 0002
Revises: 0001
"""

from datetime import UTC, datetime

from alembic import context, op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# The application may not create tables; it may ask the owner's function for one more month.
ENSURE_PARTITION = """
CREATE FUNCTION ensure_capture_partition(month date) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    first date := date_trunc('month', month)::date;
    name text := 'capture_' || to_char(first, 'YYYY_MM');
BEGIN
    IF first > (now() + interval '14 months')::date OR first < date '2020-01-01' THEN
        RAISE EXCEPTION 'month out of range';
    END IF;
    IF to_regclass('public.' || name) IS NULL THEN
        EXECUTE format('CREATE TABLE %I PARTITION OF capture FOR VALUES FROM (%L) TO (%L)',
                       name, first::timestamp AT TIME ZONE 'UTC',
                       (first + interval '1 month')::timestamp AT TIME ZONE 'UTC');
    END IF;
    RETURN name;
END $$
"""


def upgrade() -> None:
    # A hot row is updated four times in its short life: room on its page keeps those updates in place.
    op.execute("ALTER TABLE outbox_job SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05)")
    op.execute(ENSURE_PARTITION)
    op.execute("CREATE TABLE capture_default PARTITION OF capture DEFAULT")
    year, month = datetime.now(UTC).year, datetime.now(UTC).month
    for ahead in range(3):
        y, m = divmod(year * 12 + month - 1 + ahead, 12)
        op.execute(f"SELECT ensure_capture_partition(date '{y:04d}-{m + 1:02d}-01')")
    role = context.config.attributes.get("app_role")
    if role:
        grant(role)


def grant(role: str) -> None:
    """Everything on the tables but changing what was audited; nothing on their shape."""
    quoted = '"' + role.replace('"', '""') + '"'
    op.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    op.execute("REVOKE ALL ON FUNCTION ensure_capture_partition(date) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION ensure_capture_partition(date) TO {quoted}")
    op.execute(f"GRANT USAGE ON SCHEMA public TO {quoted}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {quoted}")
    op.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {quoted}")
    op.execute(f"REVOKE UPDATE, DELETE ON audit_entry, audit_checkpoint FROM {quoted}")
    op.execute(f"REVOKE DELETE ON audit_head FROM {quoted}")
    op.execute(f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {quoted}")


def downgrade() -> None:
    op.execute("DROP TABLE capture_default")
    op.execute("DROP FUNCTION ensure_capture_partition(date)")
