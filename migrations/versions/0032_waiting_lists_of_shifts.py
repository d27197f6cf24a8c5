"""Waiting lists of full shifts."""

import sqlalchemy as sa
from alembic import op

from joindin.db.base import UtcDateTime

revision = '0032'
down_revision = '0031'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        'shift_waiting_list',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('shift_id', sa.Integer(), nullable=False),
        sa.Column('user_id', sa.Integer(), nullable=False),
        sa.Column('team_uuid', sa.String(100), nullable=True),
        sa.Column('created_at', UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(['shift_id'], ['shifts.id'], ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['user_id'], ['users.id'], ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('shift_id', 'user_id'),
    )
    op.create_index('ix_shift_waiting_list_user_id', 'shift_waiting_list', ['user_id'])


def downgrade():
    op.drop_table('shift_waiting_list')
