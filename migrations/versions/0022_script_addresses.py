"""Remove stored addresses that are scripts or data: clients show addresses as links.

Addresses without a scheme stay. A link of a talk without an address is deleted.
"""

import re

import sqlalchemy as sa
from alembic import op

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None

COLUMNS = (
    ('events', 'href'),
    ('events', 'cfp_url'),
    ('event_images', 'url'),
    ('talks', 'slides_url'),
    ('clients', 'callback_url'),
    ('clients', 'website'),
)
# Browsers ignore white space and control characters before and inside a scheme.
IGNORED_CHARACTERS = re.compile(r'[\x00-\x20]+')
SCHEMES = ('javascript:', 'data:', 'vbscript:', 'file:', 'blob:', 'about:', 'view-source:')


def upgrade():
    connection = op.get_bind()
    for table, column in COLUMNS:
        ids = script_ids(connection, table, column)
        execute(connection, f'UPDATE {table} SET {column} = NULL WHERE id = :id', ids)
    execute(connection, 'DELETE FROM talk_links WHERE id = :id', script_ids(connection, 'talk_links', 'url'))


def downgrade():
    """The removed addresses are not stored elsewhere."""


def script_ids(connection, table, column):
    rows = connection.execute(sa.text(f"SELECT id, {column} FROM {table} WHERE lower({column}) NOT LIKE 'http%'"))
    return [id_ for id_, address in rows if IGNORED_CHARACTERS.sub('', address).lower().startswith(SCHEMES)]


def execute(connection, statement, ids):
    if ids:
        connection.execute(sa.text(statement), [{'id': id_} for id_ in ids])
