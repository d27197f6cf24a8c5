"""Secrets of applications that can be shown again, and tokens that outlive their application."""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('clients', sa.Column('secret_generation', sa.Integer(), nullable=True))
    _point_tokens_at_clients(ondelete='SET NULL')


def downgrade():
    _point_tokens_at_clients(ondelete='CASCADE')
    # Not in batch mode: SQLite would recreate the table of clients and delete the tokens with the old one.
    op.drop_column('clients', 'secret_generation')


def _point_tokens_at_clients(ondelete):
    # SQLite recreates the table for a changed constraint; AUTOINCREMENT has to be set again.
    with op.batch_alter_table('access_tokens', schema=None, table_kwargs={'sqlite_autoincrement': True}) as batch_op:
        batch_op.drop_constraint(op.f('fk_access_tokens_client_id_clients'), type_='foreignkey')
        batch_op.create_foreign_key(op.f('fk_access_tokens_client_id_clients'), 'clients', ['client_id'], ['id'], ondelete=ondelete)
