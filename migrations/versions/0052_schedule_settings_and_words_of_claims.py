"""Settings of the schedule and of frames elsewhere, and the words of a claimant to the hosts."""

import sqlalchemy as sa
from alembic import op

revision = '0052'
down_revision = '0051'
branch_labels = None
depends_on = None

COLUMNS = (
    ('event_settings', sa.Column('schedule_view', sa.String(10), nullable=True)),
    ('event_settings', sa.Column('schedule_columns', sa.String(10), nullable=True)),
    ('event_settings', sa.Column('is_embed_allowed', sa.Boolean(), server_default=sa.true(), nullable=False)),
    ('talk_claims', sa.Column('note', sa.String(500), nullable=True, comment='words of the claimant to the hosts')),
)


def upgrade():
    for table, column in COLUMNS:
        op.add_column(table, column)


def downgrade():
    for table, column in reversed(COLUMNS):
        op.drop_column(table, column.name)
