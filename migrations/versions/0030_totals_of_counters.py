"""An index of the counters by their totals, by which tags and places are ordered."""

import sqlalchemy as sa
from alembic import op

revision = '0030'
down_revision = '0029'
branch_labels = None
depends_on = None

IS_TOTAL = sa.text('level = 2')


def upgrade():
    op.create_index(
        'ix_bucket_counts_total', 'bucket_counts', ['count', 'counter'], sqlite_where=IS_TOTAL, postgresql_where=IS_TOTAL
    )


def downgrade():
    op.drop_index('ix_bucket_counts_total', 'bucket_counts')
