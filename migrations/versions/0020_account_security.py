"""Applications of the operator, proven addresses, second factors of sessions, and replaced addresses.

Until now an application without an owner counted as the operator's, also after its owner's account was deleted. The new
column says it: it is set for applications without an owner that may use passwords or act for themselves, and that no user
made, and for those that a Joind.in import brought without name and description, which users have to give. A user made an
application if the audit log says so; without an entry, if its secret or key was generated for a user.

Applications that users made and that have lost their owner are disabled, and their tokens are revoked.
"""

import datetime as dt

import sqlalchemy as sa
from alembic import op

from joindin.db.base import UtcDateTime

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None

CREATED = "FROM audit_entries WHERE subject_type = 'application' AND subject_id = clients.id AND action = 'application.create'"
MADE_BY_USER = f"""(EXISTS (SELECT 1 {CREATED} AND actor_name IS NOT NULL) OR (NOT EXISTS (SELECT 1 {CREATED})
    AND (secret_generation IS NOT NULL OR (needs_pkce AND key LIKE 'jik%'))))"""
MADE_IN_SHELL = f"EXISTS (SELECT 1 {CREATED} AND actor_name IS NULL AND surface = 'shell')"
IMPORTED_WITHOUT_NAME = """(is_trusted AND secret_generation IS NULL AND coalesce(name, '') = ''
    AND coalesce(description, '') = '')"""

SET_FIRST_PARTY = f"""UPDATE clients SET is_first_party = true WHERE (key = 'self' AND is_public) OR {IMPORTED_WITHOUT_NAME}
    OR (owner_id IS NULL AND NOT {MADE_BY_USER} AND (is_trusted OR is_service OR {MADE_IN_SHELL}))"""
DISABLE_ORPHANS = f"""UPDATE clients SET is_active = false
    WHERE owner_id IS NULL AND NOT is_first_party AND {MADE_BY_USER}"""
OF_DISABLED = 'client_id IN (SELECT id FROM clients WHERE NOT is_active)'


def upgrade():
    op.add_column('clients', sa.Column('is_active', sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column('clients', sa.Column('is_first_party', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column('users', sa.Column('email_proven_at', UtcDateTime(), nullable=True))
    op.add_column('sessions', sa.Column('second_factor_at', UtcDateTime(), nullable=True))
    op.create_table('former_emails',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('email', sa.String(length=200), nullable=False),
    sa.Column('replaced_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_former_emails_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_former_emails')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_former_emails_user_id', 'former_emails', ['user_id'])
    op.create_index('ix_former_emails_replaced_at', 'former_emails', ['replaced_at'])
    op.execute(SET_FIRST_PARTY)
    op.execute(DISABLE_ORPHANS)
    now = sa.bindparam('now', dt.datetime.now(dt.UTC), UtcDateTime())
    for table in ('access_tokens', 'grants'):
        op.execute(sa.text(f'UPDATE {table} SET revoked_at = :now WHERE revoked_at IS NULL AND {OF_DISABLED}').bindparams(now))
    op.execute(f'DELETE FROM consents WHERE {OF_DISABLED}')


def downgrade():
    op.drop_table('former_emails')
    # Not in batch mode: SQLite would recreate the tables and delete the rows that refer to them.
    op.drop_column('sessions', 'second_factor_at')
    op.drop_column('users', 'email_proven_at')
    op.drop_column('clients', 'is_first_party')
    op.drop_column('clients', 'is_active')
