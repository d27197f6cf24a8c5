"""Occurrences of a series that exist ahead of their turn."""

import sqlalchemy as sa
from alembic import op

revision = '0031'
down_revision = '0030'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('events', sa.Column('is_ahead', sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade():
    op.drop_column('events', 'is_ahead')
