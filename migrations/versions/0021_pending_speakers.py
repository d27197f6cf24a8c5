"""Speakers whose claim Joind.in never approved: they are kept, and their talk is listed with the person's talks only."""

import sqlalchemy as sa
from alembic import op

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('talk_speakers', sa.Column('is_pending', sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade():
    # Without the column they would be shown as speakers.
    op.execute('DELETE FROM talk_speakers WHERE is_pending')
    op.drop_column('talk_speakers', 'is_pending')
