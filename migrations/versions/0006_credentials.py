"""credentials

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('credential',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('employee_id', sa.Uuid(), nullable=True),
    sa.Column('number', sa.LargeBinary(), nullable=True),
    sa.Column('number_hash', sa.LargeBinary(), nullable=True),
    sa.Column('tail', sa.Text(), nullable=False),
    sa.Column('pin_hash', sa.LargeBinary(), nullable=True),
    sa.Column('assurance', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('asker', sa.Text(), nullable=True),
    sa.Column('account', sa.LargeBinary(), nullable=True),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('card', 'pin')", name=op.f('ck_credential_kind')),
    sa.CheckConstraint('num_nonnulls(person_id, employee_id) = 1', name=op.f('ck_credential_holder')),
    sa.CheckConstraint("(kind = 'card') = (number IS NOT NULL AND number_hash IS NOT NULL)", name=op.f('ck_credential_card')),
    sa.CheckConstraint("(kind = 'pin') = (pin_hash IS NOT NULL)", name=op.f('ck_credential_pin')),
    sa.ForeignKeyConstraint(['tenant_id'], ['tenant.id'], name=op.f('fk_credential_tenant_id_tenant')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_credential_site_id_site')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_credential_person_id_person')),
    sa.ForeignKeyConstraint(['employee_id'], ['employee.id'], name=op.f('fk_credential_employee_id_employee')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_credential'))
    )
    op.create_index('uq_credential_active_person', 'credential', ['person_id', 'kind'], unique=True, postgresql_where=sa.text("state = 'issued' AND person_id IS NOT NULL"))
    op.create_index('uq_credential_active_employee', 'credential', ['employee_id', 'kind'], unique=True, postgresql_where=sa.text("state = 'issued' AND employee_id IS NOT NULL"))
    op.create_index('uq_credential_number', 'credential', ['site_id', 'number_hash'], unique=True, postgresql_where=sa.text("state IN ('issued', 'suspended', 'lost')"))
    op.create_index('ix_credential_number_hash', 'credential', ['number_hash', 'site_id'], unique=False)
    op.create_index('ix_credential_person_id', 'credential', ['person_id'], unique=False)
    op.create_index('ix_credential_employee_id', 'credential', ['employee_id'], unique=False)
    op.create_table('door_event',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('device_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('credential_id', sa.Uuid(), nullable=True),
    sa.Column('denial', sa.Text(), nullable=True),
    sa.Column('occurred_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('acknowledged_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('acknowledged_by', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_door_event_site_id_site')),
    sa.ForeignKeyConstraint(['device_id'], ['device.id'], name=op.f('fk_door_event_device_id_device')),
    sa.ForeignKeyConstraint(['acknowledged_by'], ['staff.id'], name=op.f('fk_door_event_acknowledged_by_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_door_event'))
    )
    op.create_index(op.f('ix_door_event_at'), 'door_event', ['at'], unique=False)
    op.create_index('ix_door_event_device_id', 'door_event', ['device_id', 'at'], unique=False)
    op.create_index('ix_door_event_credential_id', 'door_event', ['credential_id', 'at'], unique=False)
    op.create_index('ix_door_event_open_alarm', 'door_event', ['site_id', 'at'], unique=False, postgresql_where=sa.text("kind <> 'check' AND acknowledged_at IS NULL"))
    op.add_column('device', sa.Column('door_id', sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f('fk_device_door_id_door'), 'device', 'door', ['door_id'], ['id'])
    op.add_column('notice', sa.Column('credential_id', sa.Uuid(), nullable=True))
    op.alter_column('notice', 'visit_id', existing_type=sa.Uuid(), nullable=True)
    op.create_check_constraint(op.f('ck_notice_subject'), 'notice', 'num_nonnulls(visit_id, credential_id) = 1')


def downgrade() -> None:
    op.drop_constraint(op.f('ck_notice_subject'), 'notice')
    op.execute("DELETE FROM notice WHERE visit_id IS NULL")
    op.alter_column('notice', 'visit_id', existing_type=sa.Uuid(), nullable=False)
    op.drop_column('notice', 'credential_id')
    op.drop_constraint(op.f('fk_device_door_id_door'), 'device')
    op.drop_column('device', 'door_id')
    op.drop_table('door_event')
    op.drop_table('credential')
