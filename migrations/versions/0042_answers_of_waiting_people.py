"""Answers of people on waiting lists to the questions of the shift."""

import sqlalchemy as sa
from alembic import op

revision = '0042'
down_revision = '0041'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('shift_waiting_list', sa.Column('answers', sa.JSON(), server_default='{}', nullable=False))


def downgrade():
    op.drop_column('shift_waiting_list', 'answers')
