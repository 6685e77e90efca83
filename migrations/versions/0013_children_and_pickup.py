"""children and pickup

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('school_class',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_school_class_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_school_class')),
    sa.UniqueConstraint('site_id', 'name', name=op.f('uq_school_class_site_id_name'))
    )
    op.create_table('child',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('class_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.LargeBinary(), nullable=False),
    sa.Column('born_on', sa.LargeBinary(), nullable=False),
    sa.Column('left_on', sa.Date(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['class_id'], ['school_class.id'], name=op.f('fk_child_class_id_school_class')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_child_site_id_site')),
    sa.ForeignKeyConstraint(['tenant_id'], ['tenant.id'], name=op.f('fk_child_tenant_id_tenant')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_child'))
    )
    op.create_index('ix_child_class_id', 'child', ['class_id'], unique=False)
    op.create_index(op.f('ix_child_site_id'), 'child', ['site_id'], unique=False)
    op.create_table('class_grant',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('class_id', sa.Uuid(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('approved_by', sa.Uuid(), nullable=True),
    sa.Column('from_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['approved_by'], ['staff.id'], name=op.f('fk_class_grant_approved_by_staff')),
    sa.ForeignKeyConstraint(['class_id'], ['school_class.id'], name=op.f('fk_class_grant_class_id_school_class'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_class_grant_site_id_site')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_class_grant_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_class_grant'))
    )
    op.create_index('ix_class_grant_staff_id', 'class_grant', ['staff_id', 'until_at'], unique=False)
    op.create_table('pickup_delegation',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('named_by', sa.Uuid(), nullable=False),
    sa.Column('name', sa.LargeBinary(), nullable=False),
    sa.Column('id_tail', sa.LargeBinary(), nullable=False),
    sa.Column('photo_id', sa.Uuid(), nullable=True),
    sa.Column('valid_from', sa.DateTime(timezone=True), nullable=False),
    sa.Column('valid_until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('vetoed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('vetoed_by', sa.Uuid(), nullable=True),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('used_check_id', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['named_by'], ['person.id'], name=op.f('fk_pickup_delegation_named_by_person')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_pickup_delegation_site_id_site')),
    sa.ForeignKeyConstraint(['vetoed_by'], ['person.id'], name=op.f('fk_pickup_delegation_vetoed_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pickup_delegation'))
    )
    op.create_index('ix_pickup_delegation_site_id', 'pickup_delegation', ['site_id', 'valid_until'], unique=False)
    op.create_index(op.f('ix_pickup_delegation_valid_until'), 'pickup_delegation', ['valid_until'], unique=False)
    op.create_table('custody_fact',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('child_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('ground', sa.Text(), nullable=False),
    sa.Column('document', sa.LargeBinary(), nullable=True),
    sa.Column('document_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.Uuid(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("ground = 'head_decision' OR document IS NOT NULL", name=op.f('ck_custody_fact_document')),
    sa.CheckConstraint('(document IS NULL) = (document_at IS NULL)', name=op.f('ck_custody_fact_document_at')),
    sa.ForeignKeyConstraint(['child_id'], ['child.id'], name=op.f('fk_custody_fact_child_id_child'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_custody_fact_person_id_person')),
    sa.ForeignKeyConstraint(['recorded_by'], ['staff.id'], name=op.f('fk_custody_fact_recorded_by_staff')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_custody_fact_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_custody_fact'))
    )
    op.create_index('ix_custody_fact_child_id', 'custody_fact', ['child_id', 'person_id'], unique=False)
    op.create_index('ix_custody_fact_person_id', 'custody_fact', ['person_id'], unique=False)
    op.create_table('custody_step',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('child_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('from_staff', sa.Uuid(), nullable=True),
    sa.Column('to_staff', sa.Uuid(), nullable=True),
    sa.Column('to_person', sa.Uuid(), nullable=True),
    sa.Column('to_delegation', sa.Uuid(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['child_id'], ['child.id'], name=op.f('fk_custody_step_child_id_child'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['from_staff'], ['staff.id'], name=op.f('fk_custody_step_from_staff_staff')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_custody_step_site_id_site')),
    sa.ForeignKeyConstraint(['to_staff'], ['staff.id'], name=op.f('fk_custody_step_to_staff_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_custody_step'))
    )
    op.create_index(op.f('ix_custody_step_at'), 'custody_step', ['at'], unique=False)
    op.create_index('ix_custody_step_child_id', 'custody_step', ['child_id', 'at'], unique=False)
    op.create_table('guardian',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('child_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('relation', sa.Text(), nullable=False),
    sa.Column('of_age_on', sa.Date(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['child_id'], ['child.id'], name=op.f('fk_guardian_child_id_child'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_guardian_person_id_person')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_guardian_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_guardian')),
    sa.UniqueConstraint('child_id', 'person_id', name=op.f('uq_guardian_child_id_person_id'))
    )
    op.create_index('ix_guardian_person_id', 'guardian', ['person_id'], unique=False)
    op.create_table('pickup_attendance',
    sa.Column('child_id', sa.Uuid(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('marked_by', sa.Uuid(), nullable=True),
    sa.Column('marked_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("state IN ('present', 'leave', 'absent')", name=op.f('ck_pickup_attendance_state')),
    sa.ForeignKeyConstraint(['child_id'], ['child.id'], name=op.f('fk_pickup_attendance_child_id_child'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['marked_by'], ['staff.id'], name=op.f('fk_pickup_attendance_marked_by_staff')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_pickup_attendance_site_id_site')),
    sa.PrimaryKeyConstraint('child_id', 'day', name=op.f('pk_pickup_attendance'))
    )
    op.create_index(op.f('ix_pickup_attendance_marked_at'), 'pickup_attendance', ['marked_at'], unique=False)
    op.create_table('pickup_authorisation',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('child_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('allows', sa.Boolean(), nullable=False),
    sa.Column('weekdays', sa.SmallInteger(), nullable=False),
    sa.Column('from_time', sa.Time(), nullable=False),
    sa.Column('until_time', sa.Time(), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('until_on', sa.Date(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['child_id'], ['child.id'], name=op.f('fk_pickup_authorisation_child_id_child'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_pickup_authorisation_person_id_person')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_pickup_authorisation_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pickup_authorisation'))
    )
    op.create_index('ix_pickup_authorisation_child_id', 'pickup_authorisation', ['child_id', 'person_id'], unique=False)
    op.create_table('pickup_delegation_child',
    sa.Column('delegation_id', sa.Uuid(), nullable=False),
    sa.Column('child_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['child_id'], ['child.id'], name=op.f('fk_pickup_delegation_child_child_id_child'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['delegation_id'], ['pickup_delegation.id'], name=op.f('fk_pickup_delegation_child_delegation_id_pickup_delegation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('delegation_id', 'child_id', name=op.f('pk_pickup_delegation_child'))
    )
    op.create_index(op.f('ix_pickup_delegation_child_child_id'), 'pickup_delegation_child', ['child_id'], unique=False)
    op.create_table('pickup_leave',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('child_id', sa.Uuid(), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('until_on', sa.Date(), nullable=False),
    sa.Column('asked_by', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['asked_by'], ['person.id'], name=op.f('fk_pickup_leave_asked_by_person')),
    sa.ForeignKeyConstraint(['child_id'], ['child.id'], name=op.f('fk_pickup_leave_child_id_child'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_pickup_leave_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pickup_leave'))
    )
    op.create_index('ix_pickup_leave_child_id', 'pickup_leave', ['child_id', 'until_on'], unique=False)
    op.create_index(op.f('ix_pickup_leave_until_on'), 'pickup_leave', ['until_on'], unique=False)
    op.create_table('pickup_override',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('child_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('called_back', sa.Boolean(), nullable=False),
    sa.Column('identity_checked', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.LargeBinary(), nullable=False),
    sa.Column('asked_by', sa.Uuid(), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed_by', sa.Uuid(), nullable=True),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['asked_by'], ['staff.id'], name=op.f('fk_pickup_override_asked_by_staff')),
    sa.ForeignKeyConstraint(['child_id'], ['child.id'], name=op.f('fk_pickup_override_child_id_child'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['confirmed_by'], ['staff.id'], name=op.f('fk_pickup_override_confirmed_by_staff')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_pickup_override_person_id_person')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_pickup_override_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pickup_override'))
    )
    op.create_index(op.f('ix_pickup_override_asked_at'), 'pickup_override', ['asked_at'], unique=False)
    op.create_table('pickup_check',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('device_id', sa.Uuid(), nullable=False),
    sa.Column('gate_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('credential_id', sa.Uuid(), nullable=True),
    sa.Column('delegation_id', sa.Uuid(), nullable=True),
    sa.Column('photo_id', sa.Uuid(), nullable=True),
    sa.Column('card_state', sa.Text(), nullable=False),
    sa.Column('factor', sa.Text(), nullable=False),
    sa.Column('list_age_seconds', sa.Integer(), nullable=True),
    sa.Column('occurred_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('admitted', sa.Boolean(), nullable=False),
    sa.Column('gate_admitted', sa.Boolean(), nullable=True),
    sa.Column('alerts_head', sa.Boolean(), nullable=False),
    sa.Column('acknowledged_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('acknowledged_by', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['acknowledged_by'], ['staff.id'], name=op.f('fk_pickup_check_acknowledged_by_staff')),
    sa.ForeignKeyConstraint(['device_id'], ['device.id'], name=op.f('fk_pickup_check_device_id_device')),
    sa.ForeignKeyConstraint(['gate_id'], ['gate.id'], name=op.f('fk_pickup_check_gate_id_gate')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_pickup_check_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pickup_check'))
    )
    op.create_index(op.f('ix_pickup_check_at'), 'pickup_check', ['at'], unique=False)
    op.create_index('ix_pickup_check_credential_id', 'pickup_check', ['credential_id', 'at'], unique=False)
    op.create_index('ix_pickup_check_open_alert', 'pickup_check', ['site_id', 'at'], unique=False, postgresql_where=sa.text('alerts_head AND acknowledged_at IS NULL'))
    op.create_index('ix_pickup_check_site_id', 'pickup_check', ['site_id', 'at'], unique=False)
    op.create_table('pickup_decision',
    sa.Column('check_id', sa.Uuid(), nullable=False),
    sa.Column('child_id', sa.Uuid(), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.CheckConstraint("(outcome = 'admit') = (reason IS NULL)", name=op.f('ck_pickup_decision_reason')),
    sa.CheckConstraint("outcome IN ('admit', 'ask', 'refuse')", name=op.f('ck_pickup_decision_outcome')),
    sa.ForeignKeyConstraint(['check_id'], ['pickup_check.id'], name=op.f('fk_pickup_decision_check_id_pickup_check'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['child_id'], ['child.id'], name=op.f('fk_pickup_decision_child_id_child'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('check_id', 'child_id', name=op.f('pk_pickup_decision'))
    )
    op.create_index(op.f('ix_pickup_decision_child_id'), 'pickup_decision', ['child_id'], unique=False)
    op.create_table('pickup_release',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('child_id', sa.Uuid(), nullable=False),
    sa.Column('check_id', sa.Uuid(), nullable=True),
    sa.Column('override_id', sa.Uuid(), nullable=True),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('settled', sa.Text(), nullable=True),
    sa.Column('released_by', sa.Uuid(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('num_nonnulls(check_id, override_id) = 1', name=op.f('ck_pickup_release_ground')),
    sa.ForeignKeyConstraint(['check_id'], ['pickup_check.id'], name=op.f('fk_pickup_release_check_id_pickup_check'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['child_id'], ['child.id'], name=op.f('fk_pickup_release_child_id_child'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['override_id'], ['pickup_override.id'], name=op.f('fk_pickup_release_override_id_pickup_override'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['released_by'], ['staff.id'], name=op.f('fk_pickup_release_released_by_staff')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_pickup_release_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pickup_release'))
    )
    op.create_index(op.f('ix_pickup_release_at'), 'pickup_release', ['at'], unique=False)
    op.create_index('ix_pickup_release_check_id', 'pickup_release', ['check_id'], unique=False)
    op.create_index('uq_pickup_release_day', 'pickup_release', ['child_id', 'day'], unique=True, postgresql_where=sa.text('undone_at IS NULL'))


def downgrade() -> None:
    op.drop_index('uq_pickup_release_day', table_name='pickup_release', postgresql_where=sa.text('undone_at IS NULL'))
    op.drop_index('ix_pickup_release_check_id', table_name='pickup_release')
    op.drop_index(op.f('ix_pickup_release_at'), table_name='pickup_release')
    op.drop_table('pickup_release')
    op.drop_index(op.f('ix_pickup_decision_child_id'), table_name='pickup_decision')
    op.drop_table('pickup_decision')
    op.drop_index('ix_pickup_check_site_id', table_name='pickup_check')
    op.drop_index('ix_pickup_check_open_alert', table_name='pickup_check', postgresql_where=sa.text('alerts_head AND acknowledged_at IS NULL'))
    op.drop_index('ix_pickup_check_credential_id', table_name='pickup_check')
    op.drop_index(op.f('ix_pickup_check_at'), table_name='pickup_check')
    op.drop_table('pickup_check')
    op.drop_index(op.f('ix_pickup_override_asked_at'), table_name='pickup_override')
    op.drop_table('pickup_override')
    op.drop_index(op.f('ix_pickup_leave_until_on'), table_name='pickup_leave')
    op.drop_index('ix_pickup_leave_child_id', table_name='pickup_leave')
    op.drop_table('pickup_leave')
    op.drop_index(op.f('ix_pickup_delegation_child_child_id'), table_name='pickup_delegation_child')
    op.drop_table('pickup_delegation_child')
    op.drop_index('ix_pickup_authorisation_child_id', table_name='pickup_authorisation')
    op.drop_table('pickup_authorisation')
    op.drop_index(op.f('ix_pickup_attendance_marked_at'), table_name='pickup_attendance')
    op.drop_table('pickup_attendance')
    op.drop_index('ix_guardian_person_id', table_name='guardian')
    op.drop_table('guardian')
    op.drop_index('ix_custody_step_child_id', table_name='custody_step')
    op.drop_index(op.f('ix_custody_step_at'), table_name='custody_step')
    op.drop_table('custody_step')
    op.drop_index('ix_custody_fact_person_id', table_name='custody_fact')
    op.drop_index('ix_custody_fact_child_id', table_name='custody_fact')
    op.drop_table('custody_fact')
    op.drop_index(op.f('ix_pickup_delegation_valid_until'), table_name='pickup_delegation')
    op.drop_index('ix_pickup_delegation_site_id', table_name='pickup_delegation')
    op.drop_table('pickup_delegation')
    op.drop_index('ix_class_grant_staff_id', table_name='class_grant')
    op.drop_table('class_grant')
    op.drop_index(op.f('ix_child_site_id'), table_name='child')
    op.drop_index('ix_child_class_id', table_name='child')
    op.drop_table('child')
    op.drop_table('school_class')
