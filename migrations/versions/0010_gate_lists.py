"""gate lists

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('gate_terminal',
    sa.Column('device_id', sa.Uuid(), nullable=False),
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('public_key', sa.LargeBinary(), nullable=False),
    sa.Column('enrolled_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('key_change_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('stamp', sa.Text(), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=True),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sealed', sa.LargeBinary(), nullable=True),
    sa.Column('row_count', sa.Integer(), nullable=False),
    sa.Column('held_version', sa.BigInteger(), nullable=True),
    sa.Column('held_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['device_id'], ['device.id'], name=op.f('fk_gate_terminal_device_id_device')),
    sa.ForeignKeyConstraint(['tenant_id'], ['tenant.id'], name=op.f('fk_gate_terminal_tenant_id_tenant')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_gate_terminal_site_id_site')),
    sa.PrimaryKeyConstraint('device_id', name=op.f('pk_gate_terminal'))
    )
    op.create_index(op.f('ix_gate_terminal_site_id'), 'gate_terminal', ['site_id'], unique=False)
    op.create_table('gate_list_issue',
    sa.Column('device_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['device_id'], ['device.id'], name=op.f('fk_gate_list_issue_device_id_device')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_gate_list_issue_site_id_site')),
    sa.PrimaryKeyConstraint('device_id', 'version', name=op.f('pk_gate_list_issue'))
    )
    op.create_index(op.f('ix_gate_list_issue_issued_at'), 'gate_list_issue', ['issued_at'], unique=False)
    op.create_table('gate_list_revocation',
    sa.Column('pass_id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_gate_list_revocation_site_id_site')),
    sa.PrimaryKeyConstraint('pass_id', name=op.f('pk_gate_list_revocation'))
    )
    op.create_index(op.f('ix_gate_list_revocation_seen_at'), 'gate_list_revocation', ['seen_at'], unique=False)
    op.create_table('offline_decision',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('device_id', sa.Uuid(), nullable=False),
    sa.Column('event_id', sa.Uuid(), nullable=False),
    sa.Column('boot_id', sa.Uuid(), nullable=False),
    sa.Column('counter', sa.BigInteger(), nullable=False),
    sa.Column('unanswered', sa.BigInteger(), nullable=True),
    sa.Column('list_version', sa.BigInteger(), nullable=True),
    sa.Column('credential', sa.Text(), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('passage_id', sa.Uuid(), nullable=True),
    sa.Column('visit_id', sa.Uuid(), nullable=True),
    sa.Column('vehicle_id', sa.Uuid(), nullable=True),
    sa.Column('credential_id', sa.Uuid(), nullable=True),
    sa.Column('occurred_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_offline_decision_site_id_site')),
    sa.ForeignKeyConstraint(['device_id'], ['device.id'], name=op.f('fk_offline_decision_device_id_device')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_offline_decision'))
    )
    op.create_index('uq_offline_decision_event', 'offline_decision', ['device_id', 'event_id'], unique=True)
    op.create_index('ix_offline_decision_device_boot', 'offline_decision', ['device_id', 'boot_id', 'unanswered'], unique=False)
    op.create_index('ix_offline_decision_site_id_received_at', 'offline_decision', ['site_id', 'received_at'], unique=False)
    op.create_index(op.f('ix_offline_decision_received_at'), 'offline_decision', ['received_at'], unique=False)
    op.create_table('offline_finding',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('device_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('decision_id', sa.Uuid(), nullable=True),
    sa.Column('fault', sa.Text(), nullable=True),
    sa.Column('boot_id', sa.Uuid(), nullable=True),
    sa.Column('from_counter', sa.BigInteger(), nullable=True),
    sa.Column('to_counter', sa.BigInteger(), nullable=True),
    sa.Column('found_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_by', sa.Uuid(), nullable=True),
    sa.Column('ack_reason', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_offline_finding_site_id_site')),
    sa.ForeignKeyConstraint(['device_id'], ['device.id'], name=op.f('fk_offline_finding_device_id_device')),
    sa.ForeignKeyConstraint(['closed_by'], ['staff.id'], name=op.f('fk_offline_finding_closed_by_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_offline_finding'))
    )
    op.create_index('uq_offline_finding_key', 'offline_finding', ['key'], unique=True)
    op.create_index('ix_offline_finding_site_id_id', 'offline_finding', ['site_id', 'id'], unique=False)
    op.create_index('ix_offline_finding_open', 'offline_finding', ['site_id', 'id'], unique=False, postgresql_where=sa.text("closed_at IS NULL"))
    op.create_index(op.f('ix_offline_finding_found_at'), 'offline_finding', ['found_at'], unique=False)
    op.create_index('ix_device_event_device_id_boot_id_counter', 'device_event', ['device_id', 'boot_id', 'counter'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_device_event_device_id_boot_id_counter', table_name='device_event')
    op.drop_table('offline_finding')
    op.drop_table('offline_decision')
    op.drop_table('gate_list_revocation')
    op.drop_table('gate_list_issue')
    op.drop_table('gate_terminal')
