"""Shifts that follow the talks of an event, revisions of shifts, and keys of the export of shifts."""

import sqlalchemy as sa
from alembic import op

from joindin.db.base import UtcDateTime

revision = '0034'
down_revision = '0033'
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('crew_profiles') as batch:
        batch.add_column(sa.Column('shifts_key_hash', sa.String(64), nullable=True))
        batch.create_unique_constraint('uq_crew_profiles_shifts_key_hash', ['shifts_key_hash'])
    op.add_column('shifts', sa.Column('revision', sa.Integer(), nullable=False, server_default='0'))
    op.add_column('shifts', sa.Column('revised_at', UtcDateTime(), nullable=True))
    op.create_table(
        'programme_shifts',
        sa.Column('shift_id', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('kind', sa.String(20), nullable=False),
        sa.Column('track_id', sa.Integer(), nullable=True),
        sa.Column('minutes_before', sa.Integer(), nullable=False),
        sa.Column('minutes_after', sa.Integer(), nullable=False),
        sa.Column('max_gap', sa.Integer(), nullable=True),
        sa.Column('label_pattern', sa.String(255), nullable=False),
        sa.Column('label', sa.String(255), nullable=False),
        sa.Column('starts_at', UtcDateTime(), nullable=False),
        sa.Column('ends_at', UtcDateTime(), nullable=False),
        sa.Column('problem', sa.String(20), nullable=True),
        sa.ForeignKeyConstraint(['shift_id'], ['shifts.id'], ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['track_id'], ['tracks.id'], ondelete='SET NULL'),
        sa.PrimaryKeyConstraint('shift_id'),
    )
    op.create_index('ix_programme_shifts_track_id', 'programme_shifts', ['track_id'])
    op.create_table(
        'programme_shift_talks',
        sa.Column('shift_id', sa.Integer(), nullable=False),
        sa.Column('talk_id', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['shift_id'], ['programme_shifts.shift_id'], ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['talk_id'], ['talks.id'], ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('shift_id', 'talk_id'),
    )
    op.create_index('ix_programme_shift_talks_talk_id', 'programme_shift_talks', ['talk_id'])


def downgrade():
    op.drop_table('programme_shift_talks')
    op.drop_table('programme_shifts')
    op.drop_column('shifts', 'revised_at')
    op.drop_column('shifts', 'revision')
    with op.batch_alter_table('crew_profiles') as batch:
        batch.drop_constraint('uq_crew_profiles_shifts_key_hash', type_='unique')
        batch.drop_column('shifts_key_hash')
