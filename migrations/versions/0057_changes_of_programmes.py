"""Changes of the programmes of public events, from now on."""

import sqlalchemy as sa
from alembic import op

from joindin.db.base import UtcDateTime

revision = '0057'
down_revision = '0056'
branch_labels = None
depends_on = None

KIND = """CASE
    WHEN state_after = 'removed' THEN 'removed'
    WHEN state_after = 'cancelled' AND coalesce(state_before, '') <> 'cancelled' THEN 'cancelled'
    WHEN state_before IS NULL THEN 'new'
    WHEN state_before = 'removed' OR (state_before = 'cancelled' AND state_after <> 'cancelled') THEN 'restored'
    WHEN starts_before <> starts_after THEN 'moved'
    ELSE 'room' END"""


def upgrade():
    op.create_table(
        'programme_changes',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('event_id', sa.Integer(), nullable=False),
        sa.Column('talk_id', sa.Integer(), nullable=True),
        sa.Column('batch_id', sa.Integer(), nullable=True),
        sa.Column('state_before', sa.String(10), nullable=True),
        sa.Column('state_after', sa.String(10), nullable=False),
        sa.Column('starts_before', UtcDateTime(), nullable=True),
        sa.Column('starts_after', UtcDateTime(), nullable=True),
        sa.Column('room_before', sa.String(200), nullable=True),
        sa.Column('room_after', sa.String(200), nullable=True),
        sa.Column('kind', sa.String(10), sa.Computed(KIND, persisted=True), nullable=False),
        sa.Column('changed_at', UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(['event_id'], ['events.id'], ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['talk_id'], ['talks.id'], ondelete='SET NULL'),
        sa.PrimaryKeyConstraint('id'),
    )
    for column in ('event_id', 'talk_id'):
        op.create_index(f'ix_programme_changes_{column}', 'programme_changes', [column, 'id'])


def downgrade():
    op.drop_table('programme_changes')
