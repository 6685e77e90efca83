"""presence and identity

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('identity_record',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('name', sa.LargeBinary(), nullable=True),
    sa.Column('number', sa.LargeBinary(), nullable=True),
    sa.Column('number_hash', sa.LargeBinary(), nullable=True),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.Column('doubts', postgresql.JSONB(astext_type=sa.Text()), server_default='{}', nullable=False),
    sa.Column('problem', sa.Text(), nullable=True),
    sa.Column('subject_kind', sa.Text(), nullable=True),
    sa.Column('subject_id', sa.Uuid(), nullable=True),
    sa.Column('fingerprint_reference', sa.LargeBinary(), nullable=True),
    sa.Column('consent', sa.Text(), nullable=True),
    sa.Column('device_id', sa.Uuid(), nullable=True),
    sa.Column('taken_by', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed_by', sa.Uuid(), nullable=True),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('kept_until', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("source IN ('reader', 'photo', 'typed', 'none')", name=op.f('ck_identity_record_source')),
    sa.CheckConstraint("(state = 'confirmed') = (confirmed_at IS NOT NULL)", name=op.f('ck_identity_record_confirmed')),
    sa.CheckConstraint("state <> 'confirmed' OR kept_until IS NOT NULL", name=op.f('ck_identity_record_term')),
    sa.CheckConstraint("state <> 'confirmed' OR source = 'none' OR consent IS NOT NULL", name=op.f('ck_identity_record_consent')),
    sa.CheckConstraint("source <> 'none' OR (name IS NULL AND number IS NULL)", name=op.f('ck_identity_record_none')),
    sa.CheckConstraint("num_nonnulls(subject_kind, subject_id) <> 1", name=op.f('ck_identity_record_subject')),
    sa.ForeignKeyConstraint(['tenant_id'], ['tenant.id'], name=op.f('fk_identity_record_tenant_id_tenant')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_identity_record_site_id_site')),
    sa.ForeignKeyConstraint(['device_id'], ['device.id'], name=op.f('fk_identity_record_device_id_device')),
    sa.ForeignKeyConstraint(['taken_by'], ['staff.id'], name=op.f('fk_identity_record_taken_by_staff')),
    sa.ForeignKeyConstraint(['confirmed_by'], ['staff.id'], name=op.f('fk_identity_record_confirmed_by_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_identity_record'))
    )
    op.create_index('ix_identity_record_site_id_created_at', 'identity_record', ['site_id', 'created_at', 'id'], unique=False)
    op.create_index('ix_identity_record_number_hash', 'identity_record', ['number_hash', 'site_id'], unique=False, postgresql_where=sa.text('number_hash IS NOT NULL'))
    op.create_index('ix_identity_record_subject_id', 'identity_record', ['subject_id'], unique=False, postgresql_where=sa.text('subject_id IS NOT NULL'))
    op.create_index(op.f('ix_identity_record_created_at'), 'identity_record', ['created_at'], unique=False)
    op.create_index(op.f('ix_identity_record_kept_until'), 'identity_record', ['kept_until'], unique=False)
    op.create_table('identity_photo',
    sa.Column('record_id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['record_id'], ['identity_record.id'], name=op.f('fk_identity_photo_record_id_identity_record'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_identity_photo_site_id_site')),
    sa.PrimaryKeyConstraint('record_id', name=op.f('pk_identity_photo'))
    )
    op.create_index(op.f('ix_identity_photo_created_at'), 'identity_photo', ['created_at'], unique=False)
    op.create_table('identity_policy',
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('keep_days', sa.SmallInteger(), nullable=False),
    sa.Column('basis_document', sa.Text(), nullable=True),
    sa.Column('basis_recorded_by', sa.Uuid(), nullable=True),
    sa.Column('basis_recorded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('keep_days BETWEEN 1 AND 90', name=op.f('ck_identity_policy_keep_days')),
    sa.CheckConstraint('num_nonnulls(basis_document, basis_recorded_by, basis_recorded_at) IN (0, 3)', name=op.f('ck_identity_policy_basis')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_identity_policy_site_id_site')),
    sa.ForeignKeyConstraint(['basis_recorded_by'], ['staff.id'], name=op.f('fk_identity_policy_basis_recorded_by_staff')),
    sa.PrimaryKeyConstraint('site_id', name=op.f('pk_identity_policy'))
    )
    op.create_table('departure',
    sa.Column('passage_id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('marked_by', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_departure_site_id_site')),
    sa.ForeignKeyConstraint(['marked_by'], ['staff.id'], name=op.f('fk_departure_marked_by_staff')),
    sa.PrimaryKeyConstraint('passage_id', name=op.f('pk_departure'))
    )
    op.create_index('ix_departure_site_id_at', 'departure', ['site_id', 'at'], unique=False)
    op.create_index(op.f('ix_departure_at'), 'departure', ['at'], unique=False)
    op.create_table('evacuation_tick',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('passage_id', sa.Uuid(), nullable=False),
    sa.Column('safe', sa.Boolean(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('marked_by', sa.Uuid(), nullable=True),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_evacuation_tick_site_id_site')),
    sa.ForeignKeyConstraint(['marked_by'], ['staff.id'], name=op.f('fk_evacuation_tick_marked_by_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evacuation_tick'))
    )
    op.create_index('ix_evacuation_tick_site_id_received_at', 'evacuation_tick', ['site_id', 'received_at'], unique=False)
    op.create_index(op.f('ix_evacuation_tick_received_at'), 'evacuation_tick', ['received_at'], unique=False)


def downgrade() -> None:
    op.execute("DELETE FROM door_event WHERE kind = 'tailgated'")
    op.drop_table('evacuation_tick')
    op.drop_table('departure')
    op.drop_table('identity_policy')
    op.drop_table('identity_photo')
    op.drop_table('identity_record')
