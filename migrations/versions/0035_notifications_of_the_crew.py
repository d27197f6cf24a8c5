"""Notifications of the crew, reminders of shifts and of expiring qualifications."""

import sqlalchemy as sa
from alembic import op

from joindin.db.base import UtcDateTime

revision = '0035'
down_revision = '0034'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        'crew_notifications',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('user_id', sa.Integer(), nullable=False),
        sa.Column('slug', sa.String(100), nullable=False),
        sa.Column('data', sa.JSON(), nullable=False),
        sa.Column('is_listed', sa.Boolean(), nullable=False),
        sa.Column('created_at', UtcDateTime(), nullable=False),
        sa.Column('read_at', UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(['user_id'], ['users.id'], ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id'),
    )
    op.create_index('ix_crew_notifications_user_id', 'crew_notifications', ['user_id', 'id'])
    op.create_index('ix_crew_notifications_created_at', 'crew_notifications', ['created_at'])
    op.add_column('crew_profiles', sa.Column('reminder_hours', sa.Integer(), nullable=True, server_default='24'))
    op.add_column('participations', sa.Column('reminded_at', UtcDateTime(), nullable=True))
    op.create_index(
        'ix_participations_unfinished',
        'participations',
        ['shift_id'],
        sqlite_where=sa.text('state = 1 AND is_finished = 0'),
        postgresql_where=sa.text('state = 1 AND is_finished = false'),
    )
    op.add_column('qualification_grants', sa.Column('announced_expiry_at', UtcDateTime(), nullable=True))
    op.add_column('crew_guests', sa.Column('mail_settings', sa.JSON(), nullable=True))


def downgrade():
    op.drop_column('crew_guests', 'mail_settings')
    op.drop_column('qualification_grants', 'announced_expiry_at')
    op.drop_index('ix_participations_unfinished', 'participations')
    op.drop_column('participations', 'reminded_at')
    op.drop_column('crew_profiles', 'reminder_hours')
    op.drop_table('crew_notifications')
