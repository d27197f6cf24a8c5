"""Events, people, tokens and the outbox."""

import sqlalchemy as sa
from alembic import op
from joindin.db.base import UtcDateTime

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('outbox',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=50), nullable=False),
    sa.Column('recipient', sa.String(length=200), nullable=False),
    sa.Column('reply_to', sa.String(length=500), nullable=True),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('due_at', UtcDateTime(), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('sent_at', UtcDateTime(), nullable=True),
    sa.Column('last_error', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.create_index('ix_outbox_due_at', ['due_at', 'id'], unique=False)

    op.create_table('tags',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('name_key', sa.String(length=400), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tags')),
    sa.UniqueConstraint('name_key', name=op.f('uq_tags_name_key')),
    sqlite_autoincrement=True
    )
    op.create_table('users',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('username', sa.String(length=100), nullable=False),
    sa.Column('username_key', sa.String(length=200), nullable=False),
    sa.Column('email', sa.String(length=200), nullable=True),
    sa.Column('email_key', sa.String(length=400), nullable=True),
    sa.Column('full_name', sa.String(length=200), nullable=True),
    sa.Column('full_name_key', sa.String(length=400), nullable=True),
    sa.Column('password_hash', sa.String(length=200), nullable=True),
    sa.Column('twitter_username', sa.String(length=50), nullable=True),
    sa.Column('biography', sa.Text(), nullable=True),
    sa.Column('is_verified', sa.Boolean(), nullable=False),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.Column('is_admin', sa.Boolean(), nullable=False),
    sa.Column('is_trusted', sa.Boolean(), nullable=False),
    sa.Column('registered_at', UtcDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_users')),
    sa.UniqueConstraint('email_key', name=op.f('uq_users_email_key')),
    sa.UniqueConstraint('username_key', name=op.f('uq_users_username_key')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('users', schema=None) as batch_op:
        batch_op.create_index('ix_users_full_name_key', ['full_name_key', 'id'], unique=False)
        batch_op.create_index('ix_users_is_admin', ['is_admin'], unique=False, sqlite_where=sa.text('is_admin = 1'), postgresql_where=sa.text('is_admin = true'))

    op.create_table('clients',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=100), nullable=False),
    sa.Column('secret_hash', sa.String(length=64), nullable=True),
    sa.Column('name', sa.String(length=255), nullable=True),
    sa.Column('description', sa.Text(), nullable=True),
    sa.Column('callback_url', sa.String(length=500), nullable=True),
    sa.Column('owner_id', sa.Integer(), nullable=True),
    sa.Column('is_trusted', sa.Boolean(), nullable=False),
    sa.Column('can_be_revoked', sa.Boolean(), nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['owner_id'], ['users.id'], name=op.f('fk_clients_owner_id_users'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_clients')),
    sa.UniqueConstraint('key', name=op.f('uq_clients_key')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('clients', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_clients_owner_id'), ['owner_id'], unique=False)

    op.create_table('email_verifications',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_email_verifications_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_email_verifications')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_email_verifications_token_hash')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('email_verifications', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_email_verifications_user_id'), ['user_id'], unique=False)

    op.create_table('events',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('name_key', sa.String(length=400), nullable=False),
    sa.Column('slug', sa.String(length=255), nullable=True),
    sa.Column('stub', sa.String(length=30), nullable=True),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('location', sa.Text(), nullable=True),
    sa.Column('latitude', sa.Float(), nullable=True),
    sa.Column('longitude', sa.Float(), nullable=True),
    sa.Column('starts_at', UtcDateTime(), nullable=False),
    sa.Column('ends_at', UtcDateTime(), nullable=False),
    sa.Column('start_day', sa.Integer(), nullable=False, comment='UTC day of the start, counted from 1970-01-01'),
    sa.Column('timezone', sa.String(length=100), nullable=True),
    sa.Column('href', sa.String(length=600), nullable=True),
    sa.Column('hashtag', sa.String(length=100), nullable=True),
    sa.Column('contact_name', sa.String(length=200), nullable=True),
    sa.Column('icon', sa.String(length=100), nullable=True),
    sa.Column('image_generation', sa.Integer(), nullable=False),
    sa.Column('cfp_starts_at', UtcDateTime(), nullable=True),
    sa.Column('cfp_ends_at', UtcDateTime(), nullable=True),
    sa.Column('cfp_url', sa.String(length=600), nullable=True),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.Column('is_pending', sa.Boolean(), nullable=True),
    sa.Column('is_private', sa.Boolean(), nullable=False),
    sa.Column('is_visible', sa.Boolean(), sa.Computed('is_active AND NOT coalesce(is_pending, false) AND NOT is_private', persisted=True), nullable=False),
    sa.Column('reviewer_id', sa.Integer(), nullable=True),
    sa.Column('rejection_reason', sa.String(length=200), nullable=True),
    sa.Column('submitted_at', UtcDateTime(), nullable=True),
    sa.Column('attendee_count', sa.Integer(), nullable=False),
    sa.Column('comment_count', sa.Integer(), nullable=False),
    sa.Column('talk_count', sa.Integer(), nullable=False),
    sa.Column('talk_comment_count', sa.Integer(), nullable=False),
    sa.Column('track_count', sa.Integer(), nullable=False),
    sa.Column('rating_sum', sa.Integer(), nullable=False),
    sa.Column('rating_count', sa.Integer(), nullable=False),
    sa.Column('popularity', sa.Integer(), sa.Computed('attendee_count + comment_count', persisted=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['reviewer_id'], ['users.id'], name=op.f('fk_events_reviewer_id_users'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_events')),
    sa.UniqueConstraint('slug', name=op.f('uq_events_slug')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_events_stub', 'events', [sa.text('lower(stub)')], unique=True)
    with op.batch_alter_table('events', schema=None) as batch_op:
        batch_op.create_index('ix_events_cfp_ends_at', ['cfp_ends_at', 'id'], unique=False, sqlite_where=sa.text('is_visible = 1'), postgresql_where=sa.text('is_visible = true'))
        batch_op.create_index('ix_events_is_pending', ['starts_at', 'id'], unique=False, sqlite_where=sa.text('is_pending = 1'), postgresql_where=sa.text('is_pending = true'))
        batch_op.create_index('ix_events_name_key', ['name_key'], unique=False)
        batch_op.create_index('ix_events_popularity', ['popularity'], unique=False, sqlite_where=sa.text('is_visible = 1'), postgresql_where=sa.text('is_visible = true'))
        batch_op.create_index('ix_events_hidden', ['id'], unique=False, sqlite_where=sa.text('is_visible = 0'), postgresql_where=sa.text('is_visible = false'))
        batch_op.create_index('ix_events_start_day', ['start_day', 'id'], unique=False, sqlite_where=sa.text('is_visible = 1'), postgresql_where=sa.text('is_visible = true'))
        batch_op.create_index(batch_op.f('ix_events_reviewer_id'), ['reviewer_id'], unique=False)
        batch_op.create_index('ix_events_starts_at', ['starts_at', 'id'], unique=False, sqlite_where=sa.text('is_visible = 1'), postgresql_where=sa.text('is_visible = true'))

    op.create_table('password_resets',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_password_resets_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_password_resets')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_password_resets_token_hash')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('password_resets', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_password_resets_user_id'), ['user_id'], unique=False)

    op.create_table('access_tokens',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('client_id', sa.Integer(), nullable=True),
    sa.Column('scopes', sa.JSON(), nullable=False),
    sa.Column('description', sa.String(length=255), nullable=True),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('expires_at', UtcDateTime(), nullable=True),
    sa.Column('last_used_at', UtcDateTime(), nullable=True),
    sa.Column('revoked_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_access_tokens_client_id_clients'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_access_tokens_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_access_tokens')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_access_tokens_token_hash')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('access_tokens', schema=None) as batch_op:
        batch_op.create_index('ix_access_tokens_client_id', ['client_id', 'last_used_at'], unique=False)
        batch_op.create_index('ix_access_tokens_user_id', ['user_id', 'id'], unique=False)

    op.create_table('attendances',
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['events.id'], name=op.f('fk_attendances_event_id_events'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_attendances_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('event_id', 'user_id', name=op.f('pk_attendances'))
    )
    with op.batch_alter_table('attendances', schema=None) as batch_op:
        batch_op.create_index('ix_attendances_user_id', ['user_id', 'event_id'], unique=False)

    op.create_table('event_comments',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('author_name', sa.String(length=100), nullable=True),
    sa.Column('rating', sa.Integer(), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('source', sa.String(length=255), nullable=True),
    sa.Column('is_hidden', sa.Boolean(), nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['events.id'], name=op.f('fk_event_comments_event_id_events'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_event_comments_user_id_users'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_event_comments')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('event_comments', schema=None) as batch_op:
        batch_op.create_index('ix_event_comments_event_id', ['event_id', 'created_at', 'id'], unique=False)
        batch_op.create_index('ix_event_comments_user_id', ['user_id', 'event_id'], unique=False)

    op.create_table('event_hosts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['events.id'], name=op.f('fk_event_hosts_event_id_events'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_event_hosts_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_event_hosts')),
    sa.UniqueConstraint('event_id', 'user_id', name=op.f('uq_event_hosts_event_id_user_id')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('event_hosts', schema=None) as batch_op:
        batch_op.create_index('ix_event_hosts_user_id', ['user_id', 'event_id'], unique=False)

    op.create_table('event_images',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('size', sa.String(length=30), nullable=False),
    sa.Column('file', sa.String(length=100), nullable=True),
    sa.Column('url', sa.String(length=255), nullable=True),
    sa.Column('width', sa.Integer(), nullable=True),
    sa.Column('height', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['event_id'], ['events.id'], name=op.f('fk_event_images_event_id_events'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_event_images')),
    sa.UniqueConstraint('event_id', 'size', name=op.f('uq_event_images_event_id_size')),
    sqlite_autoincrement=True
    )
    op.create_table('event_tags',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('tag_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['events.id'], name=op.f('fk_event_tags_event_id_events'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['tag_id'], ['tags.id'], name=op.f('fk_event_tags_tag_id_tags'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_event_tags')),
    sa.UniqueConstraint('event_id', 'tag_id', name=op.f('uq_event_tags_event_id_tag_id')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('event_tags', schema=None) as batch_op:
        batch_op.create_index('ix_event_tags_tag_id', ['tag_id', 'event_id'], unique=False)

    op.create_table('event_comment_reports',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('comment_id', sa.Integer(), nullable=False),
    sa.Column('reporter_id', sa.Integer(), nullable=True),
    sa.Column('reported_at', UtcDateTime(), nullable=False),
    sa.Column('decision', sa.String(length=20), nullable=True),
    sa.Column('decider_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['comment_id'], ['event_comments.id'], name=op.f('fk_event_comment_reports_comment_id_event_comments'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['decider_id'], ['users.id'], name=op.f('fk_event_comment_reports_decider_id_users'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['reporter_id'], ['users.id'], name=op.f('fk_event_comment_reports_reporter_id_users'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_event_comment_reports')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('event_comment_reports', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_event_comment_reports_comment_id'), ['comment_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_event_comment_reports_decider_id'), ['decider_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_event_comment_reports_reporter_id'), ['reporter_id'], unique=False)



def downgrade():
    with op.batch_alter_table('event_comment_reports', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_event_comment_reports_reporter_id'))
        batch_op.drop_index(batch_op.f('ix_event_comment_reports_decider_id'))
        batch_op.drop_index(batch_op.f('ix_event_comment_reports_comment_id'))

    op.drop_table('event_comment_reports')
    with op.batch_alter_table('event_tags', schema=None) as batch_op:
        batch_op.drop_index('ix_event_tags_tag_id')

    op.drop_table('event_tags')
    op.drop_table('event_images')
    with op.batch_alter_table('event_hosts', schema=None) as batch_op:
        batch_op.drop_index('ix_event_hosts_user_id')

    op.drop_table('event_hosts')
    with op.batch_alter_table('event_comments', schema=None) as batch_op:
        batch_op.drop_index('ix_event_comments_user_id')
        batch_op.drop_index('ix_event_comments_event_id')

    op.drop_table('event_comments')
    with op.batch_alter_table('attendances', schema=None) as batch_op:
        batch_op.drop_index('ix_attendances_user_id')

    op.drop_table('attendances')
    with op.batch_alter_table('access_tokens', schema=None) as batch_op:
        batch_op.drop_index('ix_access_tokens_user_id')
        batch_op.drop_index('ix_access_tokens_client_id')

    op.drop_table('access_tokens')
    with op.batch_alter_table('password_resets', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_password_resets_user_id'))

    op.drop_table('password_resets')
    with op.batch_alter_table('events', schema=None) as batch_op:
        batch_op.drop_index('ix_events_starts_at', sqlite_where=sa.text('is_visible = 1'), postgresql_where=sa.text('is_visible = true'))
        batch_op.drop_index(batch_op.f('ix_events_reviewer_id'))
        batch_op.drop_index('ix_events_start_day', sqlite_where=sa.text('is_visible = 1'), postgresql_where=sa.text('is_visible = true'))
        batch_op.drop_index('ix_events_hidden', sqlite_where=sa.text('is_visible = 0'), postgresql_where=sa.text('is_visible = false'))
        batch_op.drop_index('ix_events_popularity', sqlite_where=sa.text('is_visible = 1'), postgresql_where=sa.text('is_visible = true'))
        batch_op.drop_index('ix_events_name_key')
        batch_op.drop_index('ix_events_is_pending', sqlite_where=sa.text('is_pending = 1'), postgresql_where=sa.text('is_pending = true'))
        batch_op.drop_index('ix_events_cfp_ends_at', sqlite_where=sa.text('is_visible = 1'), postgresql_where=sa.text('is_visible = true'))

    op.drop_table('events')
    with op.batch_alter_table('email_verifications', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_email_verifications_user_id'))

    op.drop_table('email_verifications')
    with op.batch_alter_table('clients', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_clients_owner_id'))

    op.drop_table('clients')
    with op.batch_alter_table('users', schema=None) as batch_op:
        batch_op.drop_index('ix_users_is_admin', sqlite_where=sa.text('is_admin = 1'), postgresql_where=sa.text('is_admin = true'))
        batch_op.drop_index('ix_users_full_name_key')

    op.drop_table('users')
    op.drop_table('tags')
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_index('ix_outbox_due_at')

    op.drop_table('outbox')
