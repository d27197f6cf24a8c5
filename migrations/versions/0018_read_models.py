"""Rename the counts and the score of the read models; keep counts on two levels and no index of popular events.

The tables hold no primary data and are filled after the last migration.
"""

import sqlalchemy as sa
from alembic import op

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None

IS_POPULAR = 'CASE WHEN is_begun THEN -5 * start_day ELSE 5 * start_day END - heat > 320'


def upgrade():
    for name in ('tally_changes', 'tallies', 'hot_events'):
        op.drop_table(name)
    create_hot_events('has_started', 'sort_score')
    op.create_index('ix_hot_events_sort_score', 'hot_events', ['has_started', 'sort_score', 'event_id', 'start_day'])
    op.create_index('ix_hot_events_start_day', 'hot_events', ['has_started', 'start_day', 'sort_score', 'event_id'])
    create_counts('bucket_counts', 'counter', 'bucket', 'count')
    create_changes('pending_bucket_counts', 'counter', 'bucket')
    op.create_index('ix_pending_bucket_counts_counter', 'pending_bucket_counts', ['counter', 'bucket'])


def downgrade():
    for name in ('pending_bucket_counts', 'bucket_counts', 'hot_events'):
        op.drop_table(name)
    create_hot_events('is_begun', 'heat')
    op.create_index('ix_hot_events_heat', 'hot_events', ['is_begun', 'heat', 'event_id', 'start_day'])
    op.create_index('ix_hot_events_start_day', 'hot_events', ['is_begun', 'start_day', 'heat', 'event_id'])
    op.create_index('ix_hot_events_popular', 'hot_events', ['is_begun', 'start_day', 'heat'],
                    sqlite_where=sa.text(IS_POPULAR), postgresql_where=sa.text(IS_POPULAR))
    create_counts('tallies', 'subject', 'stretch', 'number')
    create_changes('tally_changes', 'subject', 'place')
    op.create_index('ix_tally_changes_subject', 'tally_changes', ['subject', 'place'])


def create_hot_events(flag, score):
    op.create_table('hot_events',
    sa.Column('event_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column(flag, sa.Boolean(), nullable=False),
    sa.Column('start_day', sa.Integer(), nullable=False),
    sa.Column(score, sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['listed_events.event_id'], name=op.f('fk_hot_events_event_id_listed_events'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('event_id', name=op.f('pk_hot_events'))
    )


def create_counts(table, counter, bucket, count):
    op.create_table(table,
    sa.Column(counter, sa.String(length=30), nullable=False),
    sa.Column('level', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column(bucket, sa.Integer(), autoincrement=False, nullable=False),
    sa.Column(count, sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint(counter, 'level', bucket, name=op.f(f'pk_{table}')),
    sqlite_with_rowid=False
    )


def create_changes(table, counter, bucket):
    op.create_table(table,
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column(counter, sa.String(length=30), nullable=False),
    sa.Column(bucket, sa.Integer(), nullable=False),
    sa.Column('change', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f(f'pk_{table}')),
    sqlite_autoincrement=True
    )
