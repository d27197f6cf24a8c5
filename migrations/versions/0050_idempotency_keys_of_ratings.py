"""Idempotency keys of ratings are counted with the rate limits, all of the last seven days, and not only the newest."""

import sqlalchemy as sa
from alembic import op

revision = '0050'
down_revision = '0049'
branch_labels = None
depends_on = None


def upgrade():
    op.drop_column('talk_ratings', 'idempotency_key')


def downgrade():
    op.add_column('talk_ratings', sa.Column('idempotency_key', sa.String(40), nullable=True))
