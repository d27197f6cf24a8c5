"""Let comments and people carry a version too, and count the talks of an event in their index."""

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

VERSIONED = ('users', 'event_comments', 'talk_comments')
TALKS = 'ix_talks_event_id'


def upgrade():
    for table in VERSIONED:
        op.add_column(table, sa.Column('version', sa.Integer(), server_default='1', nullable=False))
    op.drop_index(TALKS, table_name='talks')
    op.create_index(TALKS, 'talks', ['event_id', 'is_active', 'starts_at', 'id'])


def downgrade():
    op.drop_index(TALKS, table_name='talks')
    op.create_index(TALKS, 'talks', ['event_id', 'starts_at', 'id'])
    for table in VERSIONED:
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_column('version')
