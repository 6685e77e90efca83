"""registers

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('register_change',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('action', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor_kind', sa.Text(), nullable=False),
    sa.Column('actor_id', sa.Uuid(), nullable=True),
    sa.Column('fields', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_register_change'))
    )
    op.create_index(op.f('ix_register_change_at'), 'register_change', ['at'], unique=False)
    op.create_index('ix_register_change_subject_id', 'register_change', ['subject_id', 'id'], unique=False)
    op.create_table('asset',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('place', sa.Text(), nullable=False),
    sa.Column('check_interval_days', sa.Integer(), nullable=True),
    sa.Column('last_checked_on', sa.Date(), nullable=True),
    sa.Column('next_due_on', sa.Date(), sa.Computed('last_checked_on + check_interval_days'), nullable=True),
    sa.Column('retired', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('check_interval_days BETWEEN 1 AND 3660', name=op.f('ck_asset_interval')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_asset_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_asset')),
    sa.UniqueConstraint('site_id', 'code', name=op.f('uq_asset_site_id_code'))
    )
    op.create_index('ix_asset_due', 'asset', ['site_id', 'next_due_on'], unique=False)
    op.create_table('boundary_segment',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('length_cm', sa.Integer(), nullable=False),
    sa.Column('height_cm', sa.Integer(), nullable=True),
    sa.Column('protections', sa.Text(), nullable=False),
    sa.CheckConstraint('length_cm > 0 AND (height_cm IS NULL OR height_cm > 0)', name=op.f('ck_boundary_segment_size')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_boundary_segment_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_boundary_segment')),
    sa.UniqueConstraint('site_id', 'name', name=op.f('uq_boundary_segment_site_id_name'))
    )
    op.create_table('employee',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.LargeBinary(), nullable=False),
    sa.Column('phone', sa.LargeBinary(), nullable=True),
    sa.Column('phone_hash', sa.LargeBinary(), nullable=True),
    sa.Column('document_kind', sa.Text(), nullable=True),
    sa.Column('document_number', sa.LargeBinary(), nullable=True),
    sa.Column('document_hash', sa.LargeBinary(), nullable=True),
    sa.Column('duty', sa.Text(), nullable=False),
    sa.Column('employer', sa.Text(), nullable=False),
    sa.Column('joined_on', sa.Date(), nullable=True),
    sa.Column('left_on', sa.Date(), nullable=True),
    sa.Column('search_tokens', sa.ARRAY(sa.BigInteger()), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_employee_site_id_site')),
    sa.ForeignKeyConstraint(['tenant_id'], ['tenant.id'], name=op.f('fk_employee_tenant_id_tenant')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_employee'))
    )
    op.create_index('ix_employee_search_tokens', 'employee', ['search_tokens'], unique=False, postgresql_using='gin')
    op.create_index(op.f('ix_employee_site_id'), 'employee', ['site_id'], unique=False)
    op.create_index('uq_employee_document', 'employee', ['site_id', 'document_hash'], unique=True)
    op.create_table('register_import',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('register', sa.Text(), nullable=False),
    sa.Column('requested_by', sa.Uuid(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=True),
    sa.Column('row_count', sa.Integer(), nullable=False),
    sa.Column('rows_done', sa.Integer(), nullable=False),
    sa.Column('counts', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('faults', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('problem', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['requested_by'], ['staff.id'], name=op.f('fk_register_import_requested_by_staff')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_register_import_site_id_site')),
    sa.ForeignKeyConstraint(['tenant_id'], ['tenant.id'], name=op.f('fk_register_import_tenant_id_tenant')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_register_import'))
    )
    op.create_index(op.f('ix_register_import_created_at'), 'register_import', ['created_at'], unique=False)
    op.create_index(op.f('ix_register_import_site_id'), 'register_import', ['site_id'], unique=False)
    op.create_table('employee_certificate',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('employee_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('number', sa.LargeBinary(), nullable=False),
    sa.Column('number_hash', sa.LargeBinary(), nullable=False),
    sa.Column('issuer', sa.Text(), nullable=False),
    sa.Column('valid_until_on', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['employee_id'], ['employee.id'], name=op.f('fk_employee_certificate_employee_id_employee'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_employee_certificate_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_employee_certificate'))
    )
    op.create_index('uq_employee_certificate', 'employee_certificate', ['employee_id', 'kind', 'number_hash'], unique=True)
    op.create_table('employee_training',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('employee_id', sa.Uuid(), nullable=False),
    sa.Column('topic', sa.Text(), nullable=False),
    sa.Column('held_on', sa.Date(), nullable=False),
    sa.Column('hours', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['employee_id'], ['employee.id'], name=op.f('fk_employee_training_employee_id_employee'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_employee_training_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_employee_training'))
    )
    op.create_index('ix_employee_training_employee_id', 'employee_training', ['employee_id'], unique=False)
    op.create_table('employee_vetting',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('employee_id', sa.Uuid(), nullable=False),
    sa.Column('done_on', sa.Date(), nullable=False),
    sa.Column('passed', sa.Boolean(), nullable=False),
    sa.Column('checked_by', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['employee_id'], ['employee.id'], name=op.f('fk_employee_vetting_employee_id_employee'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_employee_vetting_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_employee_vetting'))
    )
    op.create_index('uq_employee_vetting', 'employee_vetting', ['employee_id', 'done_on', 'checked_by'], unique=True)
    op.create_table('zone',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('building_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['building_id'], ['building.id'], name=op.f('fk_zone_building_id_building')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_zone_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_zone')),
    sa.UniqueConstraint('site_id', 'name', name=op.f('uq_zone_site_id_name'))
    )
    op.create_table('door',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('building_id', sa.Uuid(), nullable=True),
    sa.Column('unit_id', sa.Uuid(), nullable=True),
    sa.Column('zone_id', sa.Uuid(), nullable=True),
    sa.CheckConstraint('num_nonnulls(building_id, unit_id, zone_id) = 1', name=op.f('ck_door_place')),
    sa.ForeignKeyConstraint(['building_id'], ['building.id'], name=op.f('fk_door_building_id_building')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_door_site_id_site')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_door_unit_id_unit')),
    sa.ForeignKeyConstraint(['zone_id'], ['zone.id'], name=op.f('fk_door_zone_id_zone')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_door')),
    sa.UniqueConstraint('site_id', 'name', name=op.f('uq_door_site_id_name'))
    )
    op.create_index(op.f('ix_door_unit_id'), 'door', ['unit_id'], unique=False)
    op.add_column('household_member', sa.Column('is_floating', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.add_column('household_member', sa.Column('stay_until_on', sa.Date(), nullable=True))
    op.create_index('ix_household_member_stay', 'household_member', ['site_id', 'stay_until_on'], unique=False, postgresql_where=sa.text('until_on IS NULL'))
    op.add_column('person', sa.Column('document_kind', sa.Text(), nullable=True))
    op.add_column('person', sa.Column('document_number', sa.LargeBinary(), nullable=True))
    op.add_column('person', sa.Column('document_hash', sa.LargeBinary(), nullable=True))
    op.add_column('person', sa.Column('registered_home', sa.LargeBinary(), nullable=True))
    op.add_column('person', sa.Column('search_tokens', sa.ARRAY(sa.BigInteger()), server_default=sa.text("'{}'::bigint[]"), nullable=False))
    op.create_index('ix_person_search_tokens', 'person', ['search_tokens'], unique=False, postgresql_using='gin')
    op.create_index('uq_person_document', 'person', ['site_id', 'document_hash'], unique=True)
    op.create_check_constraint(op.f('ck_person_document'), 'person', '(document_kind IS NULL) = (document_number IS NULL)')


def downgrade() -> None:
    op.drop_constraint(op.f('ck_person_document'), 'person')
    op.drop_index('uq_person_document', table_name='person')
    op.drop_index('ix_person_search_tokens', table_name='person', postgresql_using='gin')
    op.drop_column('person', 'search_tokens')
    op.drop_column('person', 'registered_home')
    op.drop_column('person', 'document_hash')
    op.drop_column('person', 'document_number')
    op.drop_column('person', 'document_kind')
    op.drop_index('ix_household_member_stay', table_name='household_member', postgresql_where=sa.text('until_on IS NULL'))
    op.drop_column('household_member', 'stay_until_on')
    op.drop_column('household_member', 'is_floating')
    op.drop_index(op.f('ix_door_unit_id'), table_name='door')
    op.drop_table('door')
    op.drop_table('zone')
    op.drop_index('uq_employee_vetting', table_name='employee_vetting')
    op.drop_table('employee_vetting')
    op.drop_index('ix_employee_training_employee_id', table_name='employee_training')
    op.drop_table('employee_training')
    op.drop_index('uq_employee_certificate', table_name='employee_certificate')
    op.drop_table('employee_certificate')
    op.drop_index(op.f('ix_register_import_site_id'), table_name='register_import')
    op.drop_index(op.f('ix_register_import_created_at'), table_name='register_import')
    op.drop_table('register_import')
    op.drop_index('uq_employee_document', table_name='employee')
    op.drop_index(op.f('ix_employee_site_id'), table_name='employee')
    op.drop_index('ix_employee_search_tokens', table_name='employee', postgresql_using='gin')
    op.drop_table('employee')
    op.drop_table('boundary_segment')
    op.drop_index('ix_asset_due', table_name='asset')
    op.drop_table('asset')
    op.drop_index('ix_register_change_subject_id', table_name='register_change')
    op.drop_index(op.f('ix_register_change_at'), table_name='register_change')
    op.drop_table('register_change')
