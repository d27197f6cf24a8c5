"""Why people ask for an account, apart from their public biographies."""

import sqlalchemy as sa
from alembic import op

revision = '0033'
down_revision = '0032'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('users', sa.Column('registration_note', sa.Text(), nullable=True))


def downgrade():
    op.drop_column('users', 'registration_note')
