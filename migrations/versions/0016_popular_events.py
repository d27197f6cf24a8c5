"""Give the most popular events an index of their own: they are hot from further away than others."""

import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None

NAME = 'ix_hot_events_popular'
IS_POPULAR = 'CASE WHEN is_begun THEN -5 * start_day ELSE 5 * start_day END - heat > 320'


def upgrade():
    where = sa.text(IS_POPULAR)
    op.create_index(NAME, 'hot_events', ['is_begun', 'start_day', 'heat'], sqlite_where=where, postgresql_where=where)


def downgrade():
    op.drop_index(NAME, table_name='hot_events')
