"""The first published start and room of talks that were moved."""

import sqlalchemy as sa
from alembic import op

from joindin.db.base import UtcDateTime

revision = '0046'
down_revision = '0045'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('talks', sa.Column('moved_from', UtcDateTime(), nullable=True))
    op.add_column('talks', sa.Column('moved_from_room', sa.String(200), nullable=True))


def downgrade():
    for column in ('moved_from_room', 'moved_from'):
        op.drop_column('talks', column)
