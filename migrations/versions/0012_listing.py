"""Read models of lists: copies of public columns, and counts.

They are filled after the last migration.
"""

import sqlalchemy as sa
from alembic import op

from joindin.db.base import UtcDateTime

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

VISIBLE = {'sqlite_where': sa.text('is_visible = 1'), 'postgresql_where': sa.text('is_visible = true')}
HIDDEN = {'sqlite_where': sa.text('is_visible = 0'), 'postgresql_where': sa.text('is_visible = false')}

# Nothing asks by these any more; each of them cost every attendance a write.
NO_LONGER = {
    'ix_events_starts_at': (['starts_at', 'id'], VISIBLE),
    'ix_events_start_day': (['start_day', 'id'], VISIBLE),
    'ix_events_popularity': (['popularity'], VISIBLE),
    'ix_events_cfp_ends_at': (['cfp_ends_at', 'id'], VISIBLE),
    'ix_events_hidden': (['id'], HIDDEN),
    'ix_events_name_key': (['name_key'], {}),
}

# With what a list leaves out in front of the order, so that its rows can be counted in the index.
COMMENTS = {
    ('event_comments', 'ix_event_comments_event_id'): ('event_id', ['is_hidden']),
    ('talk_comments', 'ix_talk_comments_talk_id'): ('talk_id', ['is_private', 'is_hidden']),
    ('talk_comments', 'ix_talk_comments_event_id'): ('event_id', ['is_private', 'is_hidden']),
    ('talk_comments', 'ix_talk_comments_user_id'): ('user_id', ['is_private', 'is_hidden']),
}


def upgrade():
    op.create_table('listed_events',
    sa.Column('event_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('starts_at', UtcDateTime(), nullable=False),
    sa.Column('start_day', sa.Integer(), nullable=False),
    sa.Column('cfp_starts_at', UtcDateTime(), nullable=True),
    sa.Column('cfp_ends_at', UtcDateTime(), nullable=True),
    sa.Column('name_key', sa.String(length=400), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['events.id'], name=op.f('fk_listed_events_event_id_events'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('event_id', name=op.f('pk_listed_events'))
    )
    op.create_table('hot_events',
    sa.Column('event_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('is_begun', sa.Boolean(), nullable=False),
    sa.Column('start_day', sa.Integer(), nullable=False),
    sa.Column('heat', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['listed_events.event_id'], name=op.f('fk_hot_events_event_id_listed_events'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('event_id', name=op.f('pk_hot_events'))
    )
    op.create_table('listed_tags',
    sa.Column('tag_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('starts_at', UtcDateTime(), nullable=False),
    sa.Column('event_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('start_day', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['listed_events.event_id'], name=op.f('fk_listed_tags_event_id_listed_events'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['tag_id'], ['tags.id'], name=op.f('fk_listed_tags_tag_id_tags'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('tag_id', 'starts_at', 'event_id', name=op.f('pk_listed_tags')),
    sqlite_with_rowid=False
    )
    op.create_table('tallies',
    sa.Column('subject', sa.String(length=30), nullable=False),
    sa.Column('level', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('stretch', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('subject', 'level', 'stretch', name=op.f('pk_tallies')),
    sqlite_with_rowid=False
    )
    op.create_table('tally_changes',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('subject', sa.String(length=30), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('change', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tally_changes')),
    sqlite_autoincrement=True
    )
    # A name that is not there comes first, as in the original; PostgreSQL would put it last.
    op.execute("UPDATE users SET full_name_key = '' WHERE full_name_key IS NULL")
    op.create_index('ix_listed_events_starts_at', 'listed_events', ['starts_at', 'event_id'])
    op.create_index('ix_listed_events_cfp_ends_at', 'listed_events', ['cfp_ends_at', 'event_id', 'cfp_starts_at'],
                    sqlite_where=sa.text('cfp_ends_at IS NOT NULL'), postgresql_where=sa.text('cfp_ends_at IS NOT NULL'))
    op.create_index('ix_hot_events_heat', 'hot_events', ['is_begun', 'heat', 'event_id', 'start_day'])
    op.create_index('ix_hot_events_start_day', 'hot_events', ['is_begun', 'start_day'])
    op.create_index('ix_listed_tags_event_id', 'listed_tags', ['event_id'])
    op.create_index('ix_tally_changes_subject', 'tally_changes', ['subject', 'place'])
    for name, (_columns, _where) in NO_LONGER.items():
        op.drop_index(name, table_name='events')
    for (table, name), (parent, left_out) in COMMENTS.items():
        op.drop_index(name, table_name=table)
        op.create_index(name, table, [parent, *left_out, 'created_at', 'id'])


def downgrade():
    for (table, name), (parent, _left_out) in COMMENTS.items():
        op.drop_index(name, table_name=table)
        op.create_index(name, table, [parent, 'created_at', 'id'])
    for name, (columns, where) in NO_LONGER.items():
        op.create_index(name, 'events', columns, **where)
    op.execute("UPDATE users SET full_name_key = NULL WHERE full_name IS NULL")
    for name in ('tally_changes', 'tallies', 'listed_tags', 'hot_events', 'listed_events'):
        op.drop_table(name)
