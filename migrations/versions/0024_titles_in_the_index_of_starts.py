"""Names of events in the index by start, for searches by title

A search for a frequent word scans events in the order of their start. With the name in the index it reads no rows.
"""

from alembic import op

revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None

INDEX = 'ix_listed_events_starts_at'


def upgrade():
    op.drop_index(INDEX, 'listed_events')
    op.create_index(INDEX, 'listed_events', ['starts_at', 'event_id', 'name_key'])


def downgrade():
    op.drop_index(INDEX, 'listed_events')
    op.create_index(INDEX, 'listed_events', ['starts_at', 'event_id'])
