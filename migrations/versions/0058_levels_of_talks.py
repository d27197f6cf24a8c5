"""Levels of talks."""

import sqlalchemy as sa
from alembic import op

revision = '0058'
down_revision = '0057'
branch_labels = None
depends_on = None

COMMENTS = {'talks': 'beginner, intermediate or advanced', 'departed_talks': None}


def upgrade():
    for table, comment in COMMENTS.items():
        op.add_column(table, sa.Column('level', sa.String(length=20), nullable=True, comment=comment))


def downgrade():
    for table in reversed(COMMENTS):
        op.drop_column(table, 'level')
