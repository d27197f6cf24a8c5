"""Secrets of applications that can be shown again, and tokens that outlive their application."""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

# SQLite makes the table anew for a changed constraint, and does not remember this by itself.
KEPT = {'sqlite_autoincrement': True}


def upgrade():
    with op.batch_alter_table('clients', schema=None) as batch_op:
        batch_op.add_column(sa.Column('secret_generation', sa.Integer(), nullable=True))

    _point_tokens_at_clients('SET NULL')


def downgrade():
    # What the older house cannot have: it would keep these tokens as if they had come from nowhere.
    op.execute('DELETE FROM access_tokens WHERE client_id IS NULL')
    _point_tokens_at_clients('CASCADE')

    with op.batch_alter_table('clients', schema=None, table_kwargs=KEPT) as batch_op:
        batch_op.drop_column('secret_generation')


def _point_tokens_at_clients(ondelete):
    with op.batch_alter_table('access_tokens', schema=None, table_kwargs=KEPT) as batch_op:
        batch_op.drop_constraint(op.f('fk_access_tokens_client_id_clients'), type_='foreignkey')
        batch_op.create_foreign_key(op.f('fk_access_tokens_client_id_clients'), 'clients', ['client_id'], ['id'], ondelete=ondelete)
