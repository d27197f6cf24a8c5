"""Numbers of ratings by network, for a day."""

import sqlalchemy as sa
from alembic import op

from joindin.db.base import UtcDateTime

revision = '0044'
down_revision = '0043'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        'talk_rating_networks',
        sa.Column('talk_id', sa.Integer(), nullable=False),
        sa.Column('network', sa.String(64), nullable=False),
        sa.Column('number', sa.Integer(), nullable=False),
        sa.Column('first_at', UtcDateTime(), nullable=False),
        sa.Column('last_at', UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(['talk_id'], ['talks.id'], ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('talk_id', 'network'),
    )
    op.create_index('ix_talk_rating_networks_last_at', 'talk_rating_networks', ['last_at'])


def downgrade():
    op.drop_table('talk_rating_networks')
