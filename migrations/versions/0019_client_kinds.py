"""Store through which API a client was registered; end tokens that were obtained on the terms of another API.

Clients without PKCE were registered through Gancio's API, and ``self`` is the client of its own sign-in. A grant, or an access
token, of Gancio's kind that belongs to another client does not expire although it should, and is revoked. Its owner is asked
for consent again. Sessions and tokens of inactive accounts end: a reactivation must not make them valid again.
"""

import datetime as dt

import sqlalchemy as sa
from alembic import op
from joindin.db.base import UtcDateTime

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None

# Tokens of Gancio's kind without a grant do not exist.
CROSSED_GRANTS = """
    SELECT grants.id FROM grants JOIN clients ON clients.id = grants.client_id
    WHERE (grants.kind = 'gancio' AND clients.kind <> 'gancio')
    OR EXISTS (SELECT 1 FROM access_tokens WHERE access_tokens.grant_id = grants.id AND access_tokens.kind <> grants.kind)
"""
INACTIVE_USERS = 'SELECT id FROM users WHERE NOT is_active'


def upgrade():
    # Not in batch mode: SQLite would recreate the table of clients and delete the rows that refer to it.
    op.add_column('clients', sa.Column('kind', sa.String(length=20), nullable=False, server_default='oauth2'))
    op.execute("UPDATE clients SET kind = 'gancio' WHERE NOT needs_pkce OR (key = 'self' AND is_public)")
    for table, column in (('access_tokens', 'grant_id'), ('grants', 'id')):
        revoke(table, f'{column} IN ({CROSSED_GRANTS})')
    for table in ('sessions', 'access_tokens', 'grants'):
        revoke(table, f'user_id IN ({INACTIVE_USERS})')


def downgrade():
    op.drop_column('clients', 'kind')


def revoke(table, condition):
    statement = sa.text(f'UPDATE {table} SET revoked_at = :now WHERE revoked_at IS NULL AND {condition}')
    op.execute(statement.bindparams(sa.bindparam('now', dt.datetime.now(dt.UTC), type_=UtcDateTime())))
