"""Let an index alone tell which events are behind the calendar: PostgreSQL took a longer one instead."""

from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

NAME = 'ix_hot_events_start_day'


def upgrade():
    op.drop_index(NAME, table_name='hot_events')
    op.create_index(NAME, 'hot_events', ['is_begun', 'start_day', 'heat', 'event_id'])


def downgrade():
    op.drop_index(NAME, table_name='hot_events')
    op.create_index(NAME, 'hot_events', ['is_begun', 'start_day'])
