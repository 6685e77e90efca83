"""intercom and desk

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('intercom_call',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('device_id', sa.Uuid(), nullable=False),
    sa.Column('household_id', sa.Uuid(), nullable=True),
    sa.Column('media_id', sa.Uuid(), nullable=True),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('guard_from', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answered_by', sa.Uuid(), nullable=True),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    sa.Column('guard_id', sa.Uuid(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('command_id', sa.Uuid(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('words', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['tenant_id'], ['tenant.id'], name=op.f('fk_intercom_call_tenant_id_tenant')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_intercom_call_site_id_site')),
    sa.ForeignKeyConstraint(['device_id'], ['device.id'], name=op.f('fk_intercom_call_device_id_device')),
    sa.ForeignKeyConstraint(['household_id'], ['household.id'], name=op.f('fk_intercom_call_household_id_household')),
    sa.ForeignKeyConstraint(['guard_id'], ['staff.id'], name=op.f('fk_intercom_call_guard_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_intercom_call'))
    )
    op.create_index(op.f('ix_intercom_call_started_at'), 'intercom_call', ['started_at'], unique=False)
    op.create_index('ix_intercom_call_household_id', 'intercom_call', ['household_id', 'started_at', 'id'], unique=False)
    op.create_index('ix_intercom_call_device_id', 'intercom_call', ['device_id', 'started_at'], unique=False)
    op.create_index('ix_intercom_call_open', 'intercom_call', ['site_id', 'guard_from'], unique=False, postgresql_where=sa.text("state IN ('ringing', 'answered', 'missed')"))
    op.create_table('intercom_ring',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('call_id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('way', sa.Text(), nullable=False),
    sa.Column('resident_id', sa.Uuid(), nullable=True),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('provider_id', sa.Text(), nullable=True),
    sa.Column('error', sa.Text(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_intercom_ring_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_intercom_ring'))
    )
    op.create_index(op.f('ix_intercom_ring_at'), 'intercom_ring', ['at'], unique=False)
    op.create_index('ix_intercom_ring_call_id', 'intercom_ring', ['call_id'], unique=False)
    op.create_table('intercom_event',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('call_id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('what', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('resident_id', sa.Uuid(), nullable=True),
    sa.Column('staff_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_intercom_event_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_intercom_event'))
    )
    op.create_index(op.f('ix_intercom_event_at'), 'intercom_event', ['at'], unique=False)
    op.create_index('ix_intercom_event_call_id', 'intercom_event', ['call_id', 'at'], unique=False)
    op.create_table('desk_terminal',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('portal', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('shift_starts', sa.ARRAY(sa.SmallInteger()), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(), nullable=False),
    sa.Column('registered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('registered_by', sa.Uuid(), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['tenant_id'], ['tenant.id'], name=op.f('fk_desk_terminal_tenant_id_tenant')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_desk_terminal_site_id_site')),
    sa.ForeignKeyConstraint(['registered_by'], ['staff.id'], name=op.f('fk_desk_terminal_registered_by_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_desk_terminal')),
    sa.UniqueConstraint('site_id', 'name', name=op.f('uq_desk_terminal_site_id_name')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_desk_terminal_token_hash'))
    )
    op.create_table('desk_access',
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('employee_id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('pin_hash', sa.LargeBinary(), nullable=False),
    sa.Column('failed_count', sa.Integer(), nullable=False),
    sa.Column('locked_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_desk_access_staff_id_staff')),
    sa.ForeignKeyConstraint(['employee_id'], ['employee.id'], name=op.f('fk_desk_access_employee_id_employee')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_desk_access_site_id_site')),
    sa.PrimaryKeyConstraint('staff_id', name=op.f('pk_desk_access')),
    sa.UniqueConstraint('employee_id', name=op.f('uq_desk_access_employee_id'))
    )
    op.create_index(op.f('ix_desk_access_site_id'), 'desk_access', ['site_id'], unique=False)
    op.add_column('staff_session', sa.Column('desk_hash', sa.LargeBinary(), nullable=True))
    op.add_column('staff_session', sa.Column('desk_site_id', sa.Uuid(), nullable=True))
    op.create_index(op.f('ix_staff_session_desk_hash'), 'staff_session', ['desk_hash'], unique=False)
    op.create_foreign_key(op.f('fk_staff_session_desk_site_id_site'), 'staff_session', 'site', ['desk_site_id'], ['id'])
    op.add_column('passage', sa.Column('hand_words', sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column('passage', 'hand_words')
    op.drop_constraint(op.f('fk_staff_session_desk_site_id_site'), 'staff_session')
    op.drop_column('staff_session', 'desk_site_id')
    op.drop_column('staff_session', 'desk_hash')
    op.drop_table('desk_access')
    op.drop_table('desk_terminal')
    op.drop_table('intercom_event')
    op.drop_table('intercom_ring')
    op.drop_table('intercom_call')
