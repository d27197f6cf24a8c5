"""Ratings by tap, levels of feedback, answers of speakers, and settings of events."""

import sqlalchemy as sa
from alembic import op

from joindin.db.base import UtcDateTime

revision = '0040'
down_revision = '0039'
branch_labels = None
depends_on = None

TALK_COLUMNS = (
    ('guest_rating_sum', sa.Integer(), '0'),
    ('guest_rating_count', sa.Integer(), '0'),
    ('has_feedback', sa.Boolean(), sa.true()),
)
REPORT_TABLES = ('event_comment_reports', 'talk_comment_reports')
COMMENT_REFERENCES = (('device_id', 'devices'), ('answered_by_id', 'users'))


def upgrade():
    for name, type_, default in TALK_COLUMNS:
        op.add_column('talks', sa.Column(name, type_, server_default=default, nullable=False))
    op.add_column('talks', sa.Column('results_share_hash', sa.String(64), nullable=True))
    for table in REPORT_TABLES:
        op.add_column(table, sa.Column('reason', sa.String(20), nullable=True))
        op.add_column(table, sa.Column('note', sa.String(1000), nullable=True))
    with op.batch_alter_table('talk_comments') as comments:
        for name in ('is_name_hidden', 'is_waiting'):
            comments.add_column(sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False))
        comments.add_column(sa.Column('answer', sa.Text(), nullable=True))
        comments.add_column(sa.Column('answered_at', UtcDateTime(), nullable=True))
        for name, table in COMMENT_REFERENCES:
            comments.add_column(sa.Column(name, sa.Integer(), nullable=True))
            comments.create_foreign_key(
                op.f(f'fk_talk_comments_{name}_{table}'), table, [name], ['id'], ondelete='SET NULL'
            )
    op.create_index('ix_talk_comments_device_id', 'talk_comments', ['device_id', 'talk_id'])
    op.create_index('ix_talk_comments_answered_by_id', 'talk_comments', ['answered_by_id'])
    _create_talk_ratings()
    _create_event_settings()


def _create_talk_ratings():
    op.create_table(
        'talk_ratings',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('talk_id', sa.Integer(), nullable=False),
        sa.Column('user_id', sa.Integer(), nullable=True),
        sa.Column('device_id', sa.Integer(), nullable=True),
        sa.Column('rating', sa.Integer(), nullable=False),
        sa.Column('rating_2', sa.Integer(), nullable=True),
        sa.Column('is_on_site', sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column('is_left_out', sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column('idempotency_key', sa.String(40), nullable=True),
        sa.Column('created_at', UtcDateTime(), nullable=False),
        sa.Column('updated_at', UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(['talk_id'], ['talks.id'], ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['user_id'], ['users.id'], ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['device_id'], ['devices.id'], ondelete='SET NULL'),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('talk_id', 'user_id'),
        sa.UniqueConstraint('talk_id', 'device_id'),
    )
    op.create_index('ix_talk_ratings_user_id', 'talk_ratings', ['user_id', 'talk_id'])
    op.create_index('ix_talk_ratings_device_id', 'talk_ratings', ['device_id', 'talk_id'])
    op.create_index('ix_talk_ratings_talk_id', 'talk_ratings', ['talk_id', 'created_at', 'id'])


def _create_event_settings():
    words = [sa.Column(f'rating_word_{number}', sa.String(40), nullable=True) for number in range(1, 6)]
    flags = (
        ('is_hidden_name_allowed', sa.true()),
        ('is_private_text_allowed', sa.true()),
        ('is_public_guest_text_allowed', sa.false()),
        ('is_star_count_public', sa.false()),
        ('is_attendee_list_public', sa.true()),
    )
    op.create_table(
        'event_settings',
        sa.Column('event_id', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('feedback_access', sa.String(10), server_default='anyone', nullable=False),
        sa.Column('feedback_scheme', sa.String(10), server_default='one', nullable=False),
        sa.Column('feedback_days', sa.Integer(), server_default='90', nullable=False),
        *words,
        *(sa.Column(name, sa.Boolean(), server_default=default, nullable=False) for name, default in flags),
        sa.Column('language', sa.String(10), nullable=True),
        sa.ForeignKeyConstraint(['event_id'], ['events.id'], ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('event_id'),
    )


def downgrade():
    """Make private what waits for a release, and remove hidden names: the earlier version would show both."""
    op.execute("UPDATE talk_comments SET is_private = true WHERE is_waiting")
    op.execute("UPDATE talk_comments SET user_id = NULL, version = version + 1 WHERE is_name_hidden")
    op.drop_table('event_settings')
    _remove_ratings_by_tap()
    op.drop_table('talk_ratings')
    op.drop_index('ix_talk_comments_answered_by_id', 'talk_comments')
    op.drop_index('ix_talk_comments_device_id', 'talk_comments')
    with op.batch_alter_table('talk_comments') as comments:
        for name, table in reversed(COMMENT_REFERENCES):
            comments.drop_constraint(f'fk_talk_comments_{name}_{table}', type_='foreignkey')
            comments.drop_column(name)
        for name in ('answered_at', 'answer', 'is_waiting', 'is_name_hidden'):
            comments.drop_column(name)
    for table in reversed(REPORT_TABLES):
        op.drop_column(table, 'note')
        op.drop_column(table, 'reason')
    op.drop_column('talks', 'results_share_hash')
    for name, _, _ in reversed(TALK_COLUMNS):
        op.drop_column('talks', name)


def _remove_ratings_by_tap():
    """Count the ratings of comments again, without those of claimed speakers, for talks that users rated by tap."""
    counted = """FROM talk_comments c WHERE c.talk_id = talks.id AND c.rating > 0 AND NOT c.is_private AND NOT c.is_hidden
        AND c.user_id IS NOT NULL AND c.user_id NOT IN (SELECT s.user_id FROM talk_speakers s
            WHERE s.talk_id = talks.id AND s.user_id IS NOT NULL AND NOT s.is_pending)"""
    op.execute(
        f"""UPDATE talks SET rating_sum = (SELECT coalesce(sum(c.rating), 0) {counted}),
            rating_count = (SELECT count(*) {counted}), version = version + 1
            WHERE id IN (SELECT talk_id FROM talk_ratings WHERE user_id IS NOT NULL)"""
    )
