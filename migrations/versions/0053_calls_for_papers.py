"""Extended calls for papers, calls that close with the day anywhere on earth, and when events were approved."""

import sqlalchemy as sa
from alembic import op

from joindin.db.base import UtcDateTime

revision = '0053'
down_revision = '0052'
branch_labels = None
depends_on = None

HAS_CALL = {'sqlite_where': sa.text('cfp_ends_at IS NOT NULL'), 'postgresql_where': sa.text('cfp_ends_at IS NOT NULL')}


def upgrade():
    op.add_column('events', sa.Column('approved_at', UtcDateTime(), nullable=True))
    op.add_column(
        'events',
        sa.Column(
            'cfp_former_ends_at', UtcDateTime(), nullable=True, comment='last minute of the call before it was extended'
        ),
    )
    op.add_column(
        'events', sa.Column('is_cfp_anywhere', sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.create_index('ix_events_cfp_ends_at', 'events', ['cfp_ends_at', 'id'], **HAS_CALL)


def downgrade():
    op.drop_index('ix_events_cfp_ends_at', 'events')
    for column in ('is_cfp_anywhere', 'cfp_former_ends_at', 'approved_at'):
        op.drop_column('events', column)
