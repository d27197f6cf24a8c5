"""An index of the few users who are inactive, to be taken off the number of those who attend."""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None

INACTIVE = {'sqlite_where': sa.text('is_active = 0'), 'postgresql_where': sa.text('is_active = false')}


def upgrade():
    op.create_index('ix_users_inactive', 'users', ['id'], **INACTIVE)


def downgrade():
    op.drop_index('ix_users_inactive', table_name='users')
