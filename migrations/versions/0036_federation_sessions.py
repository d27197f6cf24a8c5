"""Sessions of federated users, and the guest that has redeemed an invite code."""

import sqlalchemy as sa
from alembic import op

from joindin.db.base import UtcDateTime

revision = '0036'
down_revision = '0035'
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('federation_invites', table_kwargs={'sqlite_autoincrement': True}) as batch_op:
        batch_op.add_column(sa.Column('guest_id', sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f('ix_federation_invites_guest_id'), ['guest_id'], unique=False)
        batch_op.create_foreign_key(
            batch_op.f('fk_federation_invites_guest_id_federation_guests'),
            'federation_guests', ['guest_id'], ['id'], ondelete='CASCADE',
        )
    op.create_table('federated_sessions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('federated_user_id', sa.Integer(), nullable=False),
    sa.Column('expires_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['federated_user_id'], ['federated_users.id'], name=op.f('fk_federated_sessions_federated_user_id_federated_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_federated_sessions')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_federated_sessions_token_hash')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_federated_sessions_federated_user_id'), 'federated_sessions', ['federated_user_id'], unique=False)


def downgrade():
    op.drop_table('federated_sessions')
    with op.batch_alter_table('federation_invites', table_kwargs={'sqlite_autoincrement': True}) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_federation_invites_guest_id_federation_guests'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_federation_invites_guest_id'))
        batch_op.drop_column('guest_id')
