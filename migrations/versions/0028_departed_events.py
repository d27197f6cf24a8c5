"""Events that are no longer public, for calendars. Revisions are counted from here on."""

import sqlalchemy as sa
from alembic import op

from joindin.db.base import UtcDateTime

revision = '0028'
down_revision = '0027'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('departed',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('row_id', sa.Integer(), nullable=False),
    sa.Column('parent_id', sa.Integer(), nullable=True),
    sa.Column('place_id', sa.Integer(), nullable=True),
    sa.Column('starts_at', UtcDateTime(), nullable=False),
    sa.Column('ends_at', UtcDateTime(), nullable=False),
    sa.Column('is_end_known', sa.Boolean(), nullable=False),
    sa.Column('timezone', sa.String(length=100), nullable=True),
    sa.Column('tag_ids', sa.JSON(), nullable=False),
    sa.Column('host_ids', sa.JSON(), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('gone_at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_departed')),
    sa.UniqueConstraint('kind', 'row_id', name=op.f('uq_departed_kind_row_id')),
    sqlite_autoincrement=True,
    )
    op.create_index('ix_departed_gone_at', 'departed', ['gone_at'])


def downgrade():
    op.drop_table('departed')
