"""Versions of shifts and of events with a crew. Triggers keep the times of such events."""

import sqlalchemy as sa
from alembic import op

revision = '0037'
down_revision = '0036'
branch_labels = None
depends_on = None

TABLES = ('crew_details', 'shifts')
PERMISSIONS, STARTS = 'ix_granted_permissions_on_event_id', 'ix_crew_details_shifts_start_at'
UNLIMITED = 'ix_granted_permissions_unlimited'
IS_UNLIMITED = 'on_event_id IS NULL AND on_user_id IS NULL AND on_group_id IS NULL'


def upgrade():
    for table in TABLES:
        op.add_column(table, sa.Column('version', sa.Integer(), server_default='1', nullable=False))
    op.drop_index(PERMISSIONS, 'granted_permissions')
    op.create_index(PERMISSIONS, 'granted_permissions', ['on_event_id', 'permission', 'user_id', 'group_id'])
    where = sa.text(IS_UNLIMITED)
    op.create_index(
        UNLIMITED,
        'granted_permissions',
        ['permission', 'user_id', 'group_id'],
        sqlite_where=where,
        postgresql_where=where,
    )
    op.drop_index(STARTS, 'crew_details')
    op.create_index(
        STARTS, 'crew_details', ['shifts_start_at', 'shifts_end_at', 'event_id', 'is_draft', 'event_type_id']
    )


def downgrade():
    op.drop_index(STARTS, 'crew_details')
    op.create_index(STARTS, 'crew_details', ['shifts_start_at', 'shifts_end_at', 'event_id'])
    op.drop_index(UNLIMITED, 'granted_permissions')
    op.drop_index(PERMISSIONS, 'granted_permissions')
    op.create_index(PERMISSIONS, 'granted_permissions', ['on_event_id'])
    for table in reversed(TABLES):
        op.drop_column(table, 'version')
