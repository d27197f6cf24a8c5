"""Occurrences that are ahead of their turn are found by an index, so that counts of events read no other event."""

import sqlalchemy as sa
from alembic import op

revision = '0049'
down_revision = '0048'
branch_labels = None
depends_on = None

IS_AHEAD = {'sqlite_where': sa.text('is_ahead'), 'postgresql_where': sa.text('is_ahead')}


def upgrade():
    op.create_index('ix_events_is_ahead', 'events', ['id'], **IS_AHEAD)


def downgrade():
    op.drop_index('ix_events_is_ahead', 'events')
