"""One table for tokens of every kind, with scopes; what people granted to applications; more about applications."""

import sqlalchemy as sa
from alembic import op
from joindin.db.base import UtcDateTime

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

ALL = 'PUBLIC_READ PUBLIC_WRITE ME_READ ME_WRITE CONFIDENTIAL_READ CONFIDENTIAL_WRITE'
COLUMNS_OF_CLIENTS = (
    ('website', sa.String(length=500), None),
    ('other_redirect_uris', sa.JSON(), sa.text("'[]'")),
    ('scopes', sa.String(length=200), ALL),
    ('is_public', sa.Boolean(), sa.false()),
    ('is_service', sa.Boolean(), sa.false()),
    ('needs_pkce', sa.Boolean(), sa.true()),
)


def upgrade():
    for name, kind, default in COLUMNS_OF_CLIENTS:
        # Not in batch mode: SQLite would recreate the table of clients and delete the rows that refer to it.
        op.add_column('clients', sa.Column(name, kind, nullable=default is None, server_default=default))
    op.create_table('grants',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('client_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('scopes', sa.String(length=200), nullable=False),
    sa.Column('code_hash', sa.String(length=64), nullable=True),
    sa.Column('code_expires_at', UtcDateTime(), nullable=True),
    sa.Column('code_challenge', sa.String(length=128), nullable=True),
    sa.Column('redirect_uri', sa.Text(), nullable=True),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('redeemed_at', UtcDateTime(), nullable=True),
    sa.Column('revoked_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_grants_client_id_clients'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_grants_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grants')),
    sa.UniqueConstraint('code_hash', name=op.f('uq_grants_code_hash')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_grants_user_id', 'grants', ['user_id', 'client_id'])
    op.create_index(op.f('ix_grants_client_id'), 'grants', ['client_id'])
    op.create_table('refresh_tokens',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('grant_id', sa.Integer(), nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('expires_at', UtcDateTime(), nullable=True),
    sa.Column('used_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['grant_id'], ['grants.id'], name=op.f('fk_refresh_tokens_grant_id_grants'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_refresh_tokens')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_refresh_tokens_token_hash')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_refresh_tokens_grant_id'), 'refresh_tokens', ['grant_id'])
    op.create_table('consents',
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('client_id', sa.Integer(), nullable=False),
    sa.Column('scopes', sa.String(length=200), nullable=False),
    sa.Column('given_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_consents_client_id_clients'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_consents_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('user_id', 'client_id', name=op.f('pk_consents'))
    )
    op.create_index(op.f('ix_consents_client_id'), 'consents', ['client_id'])
    with _tokens() as batch_op:
        batch_op.drop_column('scopes')
        batch_op.alter_column('user_id', existing_type=sa.Integer(), nullable=True)
        batch_op.alter_column('description', existing_type=sa.String(length=255), type_=sa.Text())
    with _tokens() as batch_op:
        # Existing tokens have all rights of their owner.
        batch_op.add_column(sa.Column('scopes', sa.String(length=200), nullable=False, server_default=ALL))
        batch_op.add_column(sa.Column('grant_id', sa.Integer(), nullable=True))
    with _tokens() as batch_op:
        # From now on it has to be said.
        batch_op.alter_column('scopes', existing_type=sa.String(length=200), server_default=None)
        batch_op.create_foreign_key(op.f('fk_access_tokens_grant_id_grants'), 'grants', ['grant_id'], ['id'], ondelete='CASCADE')
        batch_op.create_index(op.f('ix_access_tokens_grant_id'), ['grant_id'])


def downgrade():
    # The old schema cannot represent tokens with limited scopes and tokens without a user.
    op.execute(sa.text('DELETE FROM access_tokens WHERE user_id IS NULL OR scopes <> :all').bindparams(all=ALL))
    op.execute(sa.text('UPDATE access_tokens SET description = substr(description, 1, 255)'))
    with _tokens() as batch_op:
        batch_op.drop_index(op.f('ix_access_tokens_grant_id'))
        batch_op.drop_constraint(op.f('fk_access_tokens_grant_id_grants'), type_='foreignkey')
        batch_op.drop_column('grant_id')
        batch_op.drop_column('scopes')
        batch_op.alter_column('user_id', existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column('description', existing_type=sa.Text(), type_=sa.String(length=255))
    with _tokens() as batch_op:
        batch_op.add_column(sa.Column('scopes', sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
    for name in ('consents', 'refresh_tokens', 'grants'):
        op.drop_table(name)
    for name, _kind, _default in reversed(COLUMNS_OF_CLIENTS):
        op.drop_column('clients', name)


def _tokens():
    # SQLite recreates the table; AUTOINCREMENT has to be set again.
    return op.batch_alter_table('access_tokens', schema=None, table_kwargs={'sqlite_autoincrement': True})
