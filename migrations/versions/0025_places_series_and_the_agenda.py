"""The community agenda: places, series, flyers, collections, moderation, settings and texts of the site."""

import warnings
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

from joindin.db.base import UtcDateTime

revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None

POPULARITY = 'attendee_count + comment_count'
IS_VISIBLE = 'is_active AND NOT coalesce(is_pending, false) AND NOT is_private'
AUTOINCREMENT = {'sqlite_autoincrement': True}


def event_columns():
    return (
        sa.Column('place_id', sa.Integer(), nullable=True),
        sa.Column('parent_id', sa.Integer(), nullable=True),
        sa.Column('is_series', sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column('description_html', sa.Text(), nullable=True),
        sa.Column('online_locations', sa.JSON(), server_default='[]', nullable=False),
        sa.Column('is_end_known', sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column('is_multidate', sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column('occurrence_at', UtcDateTime(), nullable=True),
        sa.Column('state', sa.String(length=20), server_default='scheduled', nullable=False),
        sa.Column('revision', sa.Integer(), server_default='0', nullable=False),
        sa.Column('revised_at', UtcDateTime(), nullable=True),
    )


def upgrade():
    create_table('places',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=255), nullable=False),
    sa.Column('lookup_key', sa.String(length=510), nullable=True),
    sa.Column('name_key', sa.String(length=510), nullable=False),
    sa.Column('address', sa.String(length=500), server_default='', nullable=False),
    sa.Column('latitude', sa.Float(), nullable=True),
    sa.Column('longitude', sa.Float(), nullable=True),
    sa.Column('timezone', sa.String(length=100), nullable=True),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('updated_at', UtcDateTime(), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_places')),
    sa.UniqueConstraint('lookup_key', name=op.f('uq_places_lookup_key')),
    )
    op.create_index('ix_places_name_key', 'places', ['name_key'])
    with change_events(f'{IS_VISIBLE} AND NOT is_series') as events:
        for column in event_columns():
            events.add_column(column)
        events.create_foreign_key(op.f('fk_events_place_id_places'), 'places', ['place_id'], ['id'], ondelete='SET NULL')
        events.create_foreign_key(op.f('fk_events_parent_id_events'), 'events', ['parent_id'], ['id'], ondelete='SET NULL')
    op.create_index('ix_events_place_id', 'events', ['place_id', 'starts_at', 'id'])
    op.create_index('ix_events_parent_id', 'events', ['parent_id', 'occurrence_at'], unique=True)
    create_table('event_series',
    sa.Column('event_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('rrule', sa.String(length=500), nullable=True),
    sa.Column('recurrence', sa.JSON(), server_default='{}', nullable=False),
    sa.Column('excluded_starts', sa.JSON(), server_default='[]', nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['events.id'], name=op.f('fk_event_series_event_id_events'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('event_id', name=op.f('pk_event_series')),
    )
    create_table('event_flyers',
    sa.Column('event_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('file', sa.String(length=100), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.Column('byte_size', sa.Integer(), nullable=False),
    sa.Column('alt_text', sa.String(length=500), server_default='', nullable=False),
    sa.Column('focal_x', sa.Float(), server_default='0', nullable=False),
    sa.Column('focal_y', sa.Float(), server_default='0', nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['events.id'], name=op.f('fk_event_flyers_event_id_events'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('event_id', name=op.f('pk_event_flyers')),
    )
    op.create_index('ix_event_flyers_file', 'event_flyers', ['file'])
    create_table('collections',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=255), nullable=False),
    sa.Column('is_pinned', sa.Boolean(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_collections')),
    sa.UniqueConstraint('name', name=op.f('uq_collections_name')),
    )
    create_table('collection_filters',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('collection_id', sa.Integer(), nullable=False),
    sa.Column('tags', sa.JSON(), nullable=False),
    sa.Column('place_ids', sa.JSON(), nullable=False),
    sa.Column('actors', sa.JSON(), nullable=False),
    sa.Column('is_negated', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['collection_id'], ['collections.id'], name=op.f('fk_collection_filters_collection_id_collections'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_collection_filters')),
    )
    op.create_index('ix_collection_filters_collection_id', 'collection_filters', ['collection_id'])
    create_table('moderation_messages',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('message', sa.Text(), nullable=False),
    sa.Column('author', sa.String(length=10), nullable=False),
    sa.Column('is_author_visible', sa.Boolean(), nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('updated_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['events.id'], name=op.f('fk_moderation_messages_event_id_events'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_moderation_messages')),
    )
    op.create_index('ix_moderation_messages_event_id', 'moderation_messages', ['event_id'])
    create_table('anonymous_submissions',
    sa.Column('event_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('secret_hash', sa.String(length=64), nullable=False),
    sa.Column('email', sa.String(length=200), nullable=True),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['events.id'], name=op.f('fk_anonymous_submissions_event_id_events'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('event_id', name=op.f('pk_anonymous_submissions')),
    sa.UniqueConstraint('secret_hash', name=op.f('uq_anonymous_submissions_secret_hash')),
    )
    create_table('site_settings',
    sa.Column('key', sa.String(length=100), nullable=False),
    sa.Column('value', sa.JSON(), nullable=False),
    sa.Column('is_secret', sa.Boolean(), nullable=False),
    sa.Column('updated_at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_site_settings')),
    )
    create_table('announcements',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=255), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('is_visible', sa.Boolean(), nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('updated_at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_announcements')),
    )
    create_table('site_pages',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=255), nullable=False),
    sa.Column('slug', sa.String(length=255), nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('is_visible', sa.Boolean(), nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('updated_at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_site_pages')),
    sa.UniqueConstraint('slug', name=op.f('uq_site_pages_slug')),
    )
    # As submissions of several days set it (docs/one-event.md).
    longer_than_a_day = "julianday(ends_at) - julianday(starts_at) > 1"
    if op.get_bind().dialect.name == 'postgresql':
        longer_than_a_day = "ends_at - starts_at > interval '1 day'"
    op.execute(f'UPDATE events SET is_multidate = true WHERE {longer_than_a_day}')


@contextmanager
def change_events(is_visible):
    """Change the table of events; ``is_visible`` is the new expression of that column.

    Alembic changes SQLite's tables by copying them, which fails with generated columns: they are removed before. The copy
    also loses the index on an expression, and the highest id that was ever used.
    """
    is_sqlite = op.get_bind().dialect.name == 'sqlite'
    last_id = is_sqlite and op.get_bind().scalar(sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'events'"))
    op.drop_column('events', 'is_visible')
    op.drop_column('events', 'popularity')
    with warnings.catch_warnings(), op.batch_alter_table('events', table_kwargs=AUTOINCREMENT) as events:
        warnings.filterwarnings('ignore', 'Skipped unsupported reflection of expression-based index')
        yield events
        events.add_column(sa.Column('is_visible', sa.Boolean(), sa.Computed(is_visible, persisted=True), nullable=False))
        events.add_column(sa.Column('popularity', sa.Integer(), sa.Computed(POPULARITY, persisted=True), nullable=False))
    if last_id:
        op.execute("DELETE FROM sqlite_sequence WHERE name = 'events'")
        op.execute(f"INSERT INTO sqlite_sequence (name, seq) VALUES ('events', {last_id})")
    op.execute('CREATE UNIQUE INDEX IF NOT EXISTS ix_events_stub ON events (lower(stub))')


def create_table(name, *items):
    # SQLite reuses the id of a deleted last row otherwise.
    has_id = any(getattr(item, 'name', '') == 'id' for item in items)
    op.create_table(name, *items, sqlite_autoincrement=has_id)


def downgrade():
    for table in (
        'site_pages', 'announcements', 'site_settings', 'anonymous_submissions', 'moderation_messages', 'collection_filters',
        'collections', 'event_flyers', 'event_series',
    ):
        op.drop_table(table)
    op.drop_index('ix_events_parent_id', 'events')
    op.drop_index('ix_events_place_id', 'events')
    op.execute('DELETE FROM events WHERE is_series')
    with change_events(IS_VISIBLE) as events:
        events.drop_constraint('fk_events_parent_id_events', type_='foreignkey')
        events.drop_constraint('fk_events_place_id_places', type_='foreignkey')
        for column in event_columns():
            events.drop_column(column.name)
    op.drop_table('places')
