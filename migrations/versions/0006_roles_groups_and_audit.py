"""Editors, groups and what they may, reasons for rejecting, and who did what."""

import sqlalchemy as sa
from alembic import op
from joindin.db.base import UtcDateTime

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('users', sa.Column('is_editor', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table('groups',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('name_key', sa.String(length=200), nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_groups')),
    sa.UniqueConstraint('name_key', name=op.f('uq_groups_name_key')),
    sqlite_autoincrement=True
    )
    op.create_table('rejection_reasons',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=100), nullable=False),
    sa.Column('title_key', sa.String(length=200), nullable=False),
    sa.Column('text', sa.String(length=200), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rejection_reasons')),
    sa.UniqueConstraint('title_key', name=op.f('uq_rejection_reasons_title_key')),
    sqlite_autoincrement=True
    )
    op.create_table('audit_entries',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=True),
    sa.Column('actor_name', sa.String(length=100), nullable=True),
    sa.Column('action', sa.String(length=50), nullable=False),
    sa.Column('subject_kind', sa.String(length=20), nullable=False),
    sa.Column('subject_id', sa.Integer(), nullable=True),
    sa.Column('subject_name', sa.String(length=255), nullable=True),
    sa.Column('surface', sa.String(length=20), nullable=False),
    sa.Column('client_name', sa.String(length=255), nullable=True),
    sa.Column('address', sa.String(length=45), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('changes', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['actor_id'], ['users.id'], name=op.f('fk_audit_entries_actor_id_users'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_entries')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_audit_entries_action', 'audit_entries', ['action', 'id'], unique=False)
    op.create_index('ix_audit_entries_actor_id', 'audit_entries', ['actor_id', 'id'], unique=False)
    op.create_index(op.f('ix_audit_entries_at'), 'audit_entries', ['at'], unique=False)
    op.create_index('ix_audit_entries_subject', 'audit_entries', ['subject_kind', 'subject_id', 'id'], unique=False)
    op.create_table('group_members',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['group_id'], ['groups.id'], name=op.f('fk_group_members_group_id_groups'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_group_members_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_group_members')),
    sa.UniqueConstraint('group_id', 'user_id', name=op.f('uq_group_members_group_id_user_id')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_group_members_user_id', 'group_members', ['user_id', 'group_id'], unique=False)
    op.create_table('permits',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('permission', sa.String(length=40), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('group_id', sa.Integer(), nullable=True),
    sa.Column('on_event_id', sa.Integer(), nullable=True),
    sa.Column('on_user_id', sa.Integer(), nullable=True),
    sa.Column('on_group_id', sa.Integer(), nullable=True),
    sa.Column('permit_key', sa.String(length=120), nullable=False),
    sa.CheckConstraint('(CASE WHEN on_event_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN on_user_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN on_group_id IS NULL THEN 0 ELSE 1 END) <= 1', name=op.f('ck_permits_one_thing')),
    sa.CheckConstraint('(user_id IS NULL) <> (group_id IS NULL)', name=op.f('ck_permits_one_holder')),
    sa.ForeignKeyConstraint(['group_id'], ['groups.id'], name=op.f('fk_permits_group_id_groups'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['on_event_id'], ['events.id'], name=op.f('fk_permits_on_event_id_events'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['on_group_id'], ['groups.id'], name=op.f('fk_permits_on_group_id_groups'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['on_user_id'], ['users.id'], name=op.f('fk_permits_on_user_id_users'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_permits_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_permits')),
    sa.UniqueConstraint('permit_key', name=op.f('uq_permits_permit_key')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_permits_group_id'), 'permits', ['group_id'], unique=False)
    op.create_index(op.f('ix_permits_on_event_id'), 'permits', ['on_event_id'], unique=False)
    op.create_index(op.f('ix_permits_on_group_id'), 'permits', ['on_group_id'], unique=False)
    op.create_index(op.f('ix_permits_on_user_id'), 'permits', ['on_user_id'], unique=False)
    op.create_index(op.f('ix_permits_user_id'), 'permits', ['user_id'], unique=False)


def downgrade():
    op.drop_table('permits')
    op.drop_table('group_members')
    op.drop_table('audit_entries')
    op.drop_table('rejection_reasons')
    op.drop_table('groups')
    # Not in batch mode: SQLite would recreate the table of users and delete the rows that refer to it.
    op.drop_column('users', 'is_editor')
