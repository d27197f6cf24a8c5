"""Former slugs of events and talks."""

import sqlalchemy as sa
from alembic import op

from joindin.db.base import UtcDateTime

revision = '0041'
down_revision = '0040'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        'event_slugs',
        sa.Column('slug', sa.String(255), nullable=False),
        sa.Column('event_id', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['event_id'], ['events.id'], ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('slug'),
    )
    op.create_index('ix_event_slugs_event_id', 'event_slugs', ['event_id'])
    op.create_table(
        'talk_slugs',
        sa.Column('event_id', sa.Integer(), nullable=False),
        sa.Column('slug', sa.String(255), nullable=False),
        sa.Column('talk_id', sa.Integer(), nullable=True),
        sa.Column('removed_at', UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(['event_id'], ['events.id'], ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['talk_id'], ['talks.id'], ondelete='SET NULL'),
        sa.PrimaryKeyConstraint('event_id', 'slug'),
    )
    op.create_index('ix_talk_slugs_talk_id', 'talk_slugs', ['talk_id'])


def downgrade():
    op.drop_table('talk_slugs')
    op.drop_table('event_slugs')
