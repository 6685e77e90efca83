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

# Whole months go at once: the newest capture of a partition decides.
DROP_EXPIRED = """
CREATE FUNCTION drop_expired_captures(before timestamptz) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    part record;
    dropped int := 0;
BEGIN
    IF before > now() - interval '30 days' THEN
        RAISE EXCEPTION 'captures are kept for 30 days at least';
    END IF;
    FOR part IN SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                WHERE i.inhparent = 'capture'::regclass AND c.relname ~ '^capture_[0-9]{4}_[0-9]{2}$'
    LOOP
        IF (to_date(right(part.name, 7), 'YYYY_MM') + interval '1 month') <= before THEN
            EXECUTE format('DROP TABLE %I', part.name);
            dropped := dropped + 1;
        END IF;
    END LOOP;
    RETURN dropped;
END $$
"""


def upgrade() -> None:
    # A hot row is updated four times in its short life: room on its page keeps those updates in place.
    op.execute("ALTER TABLE outbox_job SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05)")
    op.execute(ENSURE_PARTITION)
    op.execute(DROP_EXPIRED)
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
    for function in ("ensure_capture_partition(date)", "drop_expired_captures(timestamptz)"):
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {quoted}")
    op.execute(f"GRANT USAGE ON SCHEMA public TO {quoted}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {quoted}")
    op.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {quoted}")
    op.execute(f"REVOKE UPDATE, DELETE ON audit_entry, audit_checkpoint FROM {quoted}")
    op.execute(f"REVOKE DELETE ON audit_head FROM {quoted}")
    op.execute(f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {quoted}")


def downgrade() -> None:
    op.execute("DROP TABLE capture_default")
    op.execute("DROP FUNCTION ensure_capture_partition(date)")
    op.execute("DROP FUNCTION drop_expired_captures(timestamptz)")
