"""Revisions of talks, which go on from the version of the programme that calendars had, and traces of removed talks."""

import sqlalchemy as sa
from alembic import op

from joindin.db.base import UtcDateTime

revision = '0051'
down_revision = '0050'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('talks', sa.Column('revision', sa.Integer(), nullable=False, server_default='0'))
    op.add_column('talks', sa.Column('revised_at', UtcDateTime(), nullable=True))
    op.execute(
        """UPDATE talks SET
            revision = (SELECT programme_version FROM events WHERE events.id = talks.event_id),
            revised_at = (SELECT programme_changed_at FROM events WHERE events.id = talks.event_id)"""
    )
    op.create_table(
        'departed_talks',
        sa.Column('talk_id', sa.Integer(), nullable=False, autoincrement=False),
        sa.Column('event_id', sa.Integer(), nullable=False),
        sa.Column('stub', sa.String(5), nullable=False),
        sa.Column('room_id', sa.Integer(), nullable=True),
        sa.Column('type_id', sa.Integer(), nullable=False),
        sa.Column('language_id', sa.Integer(), nullable=False),
        sa.Column('track_ids', sa.JSON(), nullable=False),
        sa.Column('starts_at', UtcDateTime(), nullable=False),
        sa.Column('duration', sa.Integer(), nullable=False),
        sa.Column('timezone', sa.String(100), nullable=True),
        sa.Column('sequence', sa.Integer(), nullable=False),
        sa.Column('gone_at', UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint('talk_id'),
    )
    for column in ('event_id', 'stub', 'gone_at'):
        op.create_index(f'ix_departed_talks_{column}', 'departed_talks', [column])
    op.create_table(
        'departed_talk_readers',
        sa.Column('relation', sa.String(10), nullable=False),
        sa.Column('reader_id', sa.Integer(), nullable=False),
        sa.Column('talk_id', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['talk_id'], ['departed_talks.talk_id'], ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('relation', 'reader_id', 'talk_id'),
    )
    op.create_index('ix_departed_talk_readers_talk_id', 'departed_talk_readers', ['talk_id'])


def downgrade():
    op.drop_table('departed_talk_readers')
    op.drop_table('departed_talks')
    op.drop_column('talks', 'revised_at')
    op.drop_column('talks', 'revision')
