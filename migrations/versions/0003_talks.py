"""Talks, tracks, talk comments, claims, languages and talk types."""

import sqlalchemy as sa
from alembic import op
from joindin.db.base import UtcDateTime

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('languages',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('code', sa.String(length=20), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_languages')),
    sa.UniqueConstraint('name', name=op.f('uq_languages_name')),
    sqlite_autoincrement=True
    )
    op.create_table('talk_types',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('description', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_talk_types')),
    sa.UniqueConstraint('title', name=op.f('uq_talk_types_title')),
    sqlite_autoincrement=True
    )
    op.create_table('talks',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('title_key', sa.Text(), nullable=False),
    sa.Column('slug', sa.String(length=255), nullable=True),
    sa.Column('stub', sa.String(length=5), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('starts_at', UtcDateTime(), nullable=False),
    sa.Column('duration', sa.Integer(), nullable=False, comment='minutes'),
    sa.Column('type_id', sa.Integer(), nullable=False),
    sa.Column('language_id', sa.Integer(), nullable=False),
    sa.Column('slides_url', sa.Text(), nullable=True, comment='shown where no link is of type slides_link'),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.Column('comment_count', sa.Integer(), nullable=False),
    sa.Column('all_comment_count', sa.Integer(), nullable=False),
    sa.Column('rating_sum', sa.Integer(), nullable=False),
    sa.Column('rating_count', sa.Integer(), nullable=False),
    sa.Column('star_count', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['events.id'], name=op.f('fk_talks_event_id_events'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['language_id'], ['languages.id'], name=op.f('fk_talks_language_id_languages')),
    sa.ForeignKeyConstraint(['type_id'], ['talk_types.id'], name=op.f('fk_talks_type_id_talk_types')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_talks')),
    sa.UniqueConstraint('event_id', 'slug', name=op.f('uq_talks_event_id_slug')),
    sa.UniqueConstraint('stub', name=op.f('uq_talks_stub')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('talks', schema=None) as batch_op:
        batch_op.create_index('ix_talks_event_id', ['event_id', 'starts_at', 'id'], unique=False)
        batch_op.create_index('ix_talks_starts_at', ['starts_at', 'id'], unique=False, sqlite_where=sa.text('is_active = 1'), postgresql_where=sa.text('is_active = true'))

    op.create_table('tracks',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=300), nullable=False),
    sa.Column('name_key', sa.String(length=600), nullable=False),
    sa.Column('description', sa.Text(), nullable=True),
    sa.Column('talk_count', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['events.id'], name=op.f('fk_tracks_event_id_events'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tracks')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('tracks', schema=None) as batch_op:
        batch_op.create_index('ix_tracks_event_id', ['event_id', 'name_key', 'id'], unique=False)

    op.create_table('talk_comments',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('talk_id', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('rating', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('source', sa.String(length=255), nullable=True),
    sa.Column('is_private', sa.Boolean(), nullable=False),
    sa.Column('is_hidden', sa.Boolean(), nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['events.id'], name=op.f('fk_talk_comments_event_id_events'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['talk_id'], ['talks.id'], name=op.f('fk_talk_comments_talk_id_talks'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_talk_comments_user_id_users'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_talk_comments')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('talk_comments', schema=None) as batch_op:
        batch_op.create_index('ix_talk_comments_event_id', ['event_id', 'created_at', 'id'], unique=False)
        batch_op.create_index('ix_talk_comments_talk_id', ['talk_id', 'created_at', 'id'], unique=False)
        batch_op.create_index('ix_talk_comments_user_id', ['user_id', 'created_at', 'id'], unique=False)
        batch_op.create_index('ix_talk_comments_user_id_talk_id', ['user_id', 'talk_id'], unique=False)

    op.create_table('talk_links',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('talk_id', sa.Integer(), nullable=False),
    sa.Column('type', sa.String(length=20), nullable=False),
    sa.Column('url', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['talk_id'], ['talks.id'], name=op.f('fk_talk_links_talk_id_talks'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_talk_links')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('talk_links', schema=None) as batch_op:
        batch_op.create_index('ix_talk_links_talk_id', ['talk_id', 'id'], unique=False)

    op.create_table('talk_speakers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('talk_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['talk_id'], ['talks.id'], name=op.f('fk_talk_speakers_talk_id_talks'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_talk_speakers_user_id_users'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_talk_speakers')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('talk_speakers', schema=None) as batch_op:
        batch_op.create_index('ix_talk_speakers_talk_id', ['talk_id', 'id'], unique=False)
        batch_op.create_index('ix_talk_speakers_user_id', ['user_id', 'talk_id'], unique=False)

    op.create_table('talk_stars',
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('talk_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['talk_id'], ['talks.id'], name=op.f('fk_talk_stars_talk_id_talks'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_talk_stars_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('user_id', 'talk_id', name=op.f('pk_talk_stars')),
    sqlite_autoincrement=False
    )
    with op.batch_alter_table('talk_stars', schema=None) as batch_op:
        batch_op.create_index('ix_talk_stars_talk_id', ['talk_id'], unique=False)

    op.create_table('talk_tracks',
    sa.Column('talk_id', sa.Integer(), nullable=False),
    sa.Column('track_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['talk_id'], ['talks.id'], name=op.f('fk_talk_tracks_talk_id_talks'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['track_id'], ['tracks.id'], name=op.f('fk_talk_tracks_track_id_tracks'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('talk_id', 'track_id', name=op.f('pk_talk_tracks')),
    sqlite_autoincrement=False
    )
    with op.batch_alter_table('talk_tracks', schema=None) as batch_op:
        batch_op.create_index('ix_talk_tracks_track_id', ['track_id', 'talk_id'], unique=False)

    op.create_table('talk_claims',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('talk_id', sa.Integer(), nullable=False),
    sa.Column('speaker_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('claimed_at', UtcDateTime(), nullable=False),
    sa.Column('user_approved_at', UtcDateTime(), nullable=True),
    sa.Column('host_approved_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['speaker_id'], ['talk_speakers.id'], name=op.f('fk_talk_claims_speaker_id_talk_speakers'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['talk_id'], ['talks.id'], name=op.f('fk_talk_claims_talk_id_talks'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_talk_claims_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_talk_claims')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('talk_claims', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_talk_claims_speaker_id'), ['speaker_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_talk_claims_talk_id'), ['talk_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_talk_claims_user_id'), ['user_id'], unique=False)
        batch_op.create_index('uq_talk_claims_open', ['speaker_id', 'user_id'], unique=True, sqlite_where=sa.text('user_approved_at IS NULL OR host_approved_at IS NULL'), postgresql_where=sa.text('user_approved_at IS NULL OR host_approved_at IS NULL'))

    op.create_table('talk_comment_reports',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('comment_id', sa.Integer(), nullable=False),
    sa.Column('reporter_id', sa.Integer(), nullable=True),
    sa.Column('reported_at', UtcDateTime(), nullable=False),
    sa.Column('decision', sa.String(length=20), nullable=True),
    sa.Column('decider_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['comment_id'], ['talk_comments.id'], name=op.f('fk_talk_comment_reports_comment_id_talk_comments'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['decider_id'], ['users.id'], name=op.f('fk_talk_comment_reports_decider_id_users'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['reporter_id'], ['users.id'], name=op.f('fk_talk_comment_reports_reporter_id_users'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_talk_comment_reports')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('talk_comment_reports', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_talk_comment_reports_comment_id'), ['comment_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_talk_comment_reports_decider_id'), ['decider_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_talk_comment_reports_reporter_id'), ['reporter_id'], unique=False)



def downgrade():
    with op.batch_alter_table('talk_comment_reports', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_talk_comment_reports_reporter_id'))
        batch_op.drop_index(batch_op.f('ix_talk_comment_reports_decider_id'))
        batch_op.drop_index(batch_op.f('ix_talk_comment_reports_comment_id'))

    op.drop_table('talk_comment_reports')
    with op.batch_alter_table('talk_claims', schema=None) as batch_op:
        batch_op.drop_index('uq_talk_claims_open', sqlite_where=sa.text('user_approved_at IS NULL OR host_approved_at IS NULL'), postgresql_where=sa.text('user_approved_at IS NULL OR host_approved_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_talk_claims_user_id'))
        batch_op.drop_index(batch_op.f('ix_talk_claims_talk_id'))
        batch_op.drop_index(batch_op.f('ix_talk_claims_speaker_id'))

    op.drop_table('talk_claims')
    with op.batch_alter_table('talk_tracks', schema=None) as batch_op:
        batch_op.drop_index('ix_talk_tracks_track_id')

    op.drop_table('talk_tracks')
    with op.batch_alter_table('talk_stars', schema=None) as batch_op:
        batch_op.drop_index('ix_talk_stars_talk_id')

    op.drop_table('talk_stars')
    with op.batch_alter_table('talk_speakers', schema=None) as batch_op:
        batch_op.drop_index('ix_talk_speakers_user_id')
        batch_op.drop_index('ix_talk_speakers_talk_id')

    op.drop_table('talk_speakers')
    with op.batch_alter_table('talk_links', schema=None) as batch_op:
        batch_op.drop_index('ix_talk_links_talk_id')

    op.drop_table('talk_links')
    with op.batch_alter_table('talk_comments', schema=None) as batch_op:
        batch_op.drop_index('ix_talk_comments_user_id_talk_id')
        batch_op.drop_index('ix_talk_comments_user_id')
        batch_op.drop_index('ix_talk_comments_talk_id')
        batch_op.drop_index('ix_talk_comments_event_id')

    op.drop_table('talk_comments')
    with op.batch_alter_table('tracks', schema=None) as batch_op:
        batch_op.drop_index('ix_tracks_event_id')

    op.drop_table('tracks')
    with op.batch_alter_table('talks', schema=None) as batch_op:
        batch_op.drop_index('ix_talks_starts_at', sqlite_where=sa.text('is_active = 1'), postgresql_where=sa.text('is_active = true'))
        batch_op.drop_index('ix_talks_event_id')

    op.drop_table('talks')
    op.drop_table('talk_types')
    op.drop_table('languages')
