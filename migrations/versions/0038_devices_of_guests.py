"""Devices of people without an account, their stars, and attendees who are not listed."""

import sqlalchemy as sa
from alembic import op

from joindin.db.base import UtcDateTime

revision = '0038'
down_revision = '0037'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        'devices',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('token_hash', sa.String(64), nullable=False),
        sa.Column('first_seen_on', sa.Date(), nullable=False),
        sa.Column('last_seen_on', sa.Date(), nullable=False),
        sa.Column('is_stopped', sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('token_hash'),
        sqlite_autoincrement=True,
    )
    op.create_index('ix_devices_last_seen_on', 'devices', ['last_seen_on'])
    op.create_table(
        'device_stars',
        sa.Column('device_id', sa.Integer(), nullable=False),
        sa.Column('talk_id', sa.Integer(), nullable=False),
        sa.Column('created_at', UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(['device_id'], ['devices.id'], ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['talk_id'], ['talks.id'], ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('device_id', 'talk_id'),
    )
    op.create_index('ix_device_stars_talk_id', 'device_stars', ['talk_id'])
    op.add_column('attendances', sa.Column('is_listed', sa.Boolean(), server_default=sa.true(), nullable=False))


def downgrade():
    op.drop_column('attendances', 'is_listed')
    op.drop_table('device_stars')
    op.drop_table('devices')
