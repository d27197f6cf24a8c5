"""Talks that must not be recorded."""

import sqlalchemy as sa
from alembic import op

revision = '0056'
down_revision = '0055'
branch_labels = None
depends_on = None

COMMENTS = {'talks': 'the talk must not be recorded', 'departed_talks': None}


def upgrade():
    for table, comment in COMMENTS.items():
        column = sa.Column(
            'has_recording_opt_out', sa.Boolean(), nullable=False, server_default=sa.false(), comment=comment
        )
        op.add_column(table, column)


def downgrade():
    for table in reversed(COMMENTS):
        op.drop_column(table, 'has_recording_opt_out')
