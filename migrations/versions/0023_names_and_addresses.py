"""Keys of e-mail addresses and names by their new rules, keys of names that look alike, tags by their spelling, contacts.

No account is lost. Of two accounts whose addresses are the same by the new rule, the older one keeps the address as its key;
the other keeps it as text, cannot sign in with it, and is named in the log. Usernames work the same way.

The contact of an event becomes the host with the name that the event shows.
"""

import logging

import sqlalchemy as sa
from alembic import op

from joindin.utils.email_addresses import normalize_email
from joindin.utils.text import fold_case, fold_case_accents
from joindin.utils.usernames import lookalike_key

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None

BATCH_SIZE = 1000
NAMES = [
    ('groups', 'name', 'name_key'),
    ('rejection_reasons', 'title', 'title_key'),
    ('tags', 'name', 'name_key'),
    ('tracks', 'name', 'name_key'),
    ('events', 'name', 'name_key'),
    ('talks', 'title', 'title_key'),
]
UNIQUE_KEYS = ('groups', 'rejection_reasons')

INSERT_CONTACTS = """INSERT INTO event_contacts (event_id, user_id) SELECT events.id, min(users.id)
    FROM events JOIN event_hosts ON event_hosts.event_id = events.id JOIN users ON users.id = event_hosts.user_id
    WHERE events.contact_name <> '' AND users.full_name = events.contact_name GROUP BY events.id"""

log = logging.getLogger('alembic.runtime.migration')


def upgrade():
    op.create_table('event_contacts',
    sa.Column('event_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['events.id'], name=op.f('fk_event_contacts_event_id_events'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_event_contacts_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('event_id', name=op.f('pk_event_contacts'))
    )
    op.create_index('ix_event_contacts_user_id', 'event_contacts', ['user_id'])
    op.execute(INSERT_CONTACTS)
    op.add_column('talk_speakers', sa.Column('listed_name', sa.String(length=200), nullable=True))
    op.add_column('users', sa.Column('lookalike_key', sa.String(length=200), nullable=True))
    with op.batch_alter_table('tags', table_kwargs={'sqlite_autoincrement': True}) as tags:
        tags.drop_constraint('uq_tags_name_key', type_='unique')
        tags.add_column(sa.Column('spelling_key', sa.String(length=400), nullable=True))
    _set_keys('tags', 'name', 'spelling_key', fold_case)
    with op.batch_alter_table('tags', table_kwargs={'sqlite_autoincrement': True}) as tags:
        tags.create_unique_constraint('uq_tags_spelling_key', ['spelling_key'])
    op.create_index('ix_tags_name_key', 'tags', ['name_key'])
    _set_unique_keys('users', 'email', 'email_key', normalize_email, _without_key)
    _set_unique_keys('users', 'username', 'username_key', fold_case_accents, _with_key_of_its_own)
    _set_unique_keys('users', 'username', 'lookalike_key', lookalike_key, _without_key)
    op.create_index('ix_users_lookalike_key', 'users', ['lookalike_key'], unique=True)
    _set_keys('users', 'full_name', 'full_name_key')
    for table, column, key in NAMES:
        if table in UNIQUE_KEYS:
            _set_unique_keys(table, column, key, fold_case_accents, _with_key_of_its_own)
        else:
            _set_keys(table, column, key)


def downgrade():
    op.drop_index('ix_users_lookalike_key', 'users')
    op.drop_column('users', 'lookalike_key')
    op.drop_column('talk_speakers', 'listed_name')
    op.drop_table('event_contacts')
    _merge_tags()
    op.drop_index('ix_tags_name_key', 'tags')
    with op.batch_alter_table('tags', table_kwargs={'sqlite_autoincrement': True}) as tags:
        tags.drop_constraint('uq_tags_spelling_key', type_='unique')
        tags.drop_column('spelling_key')
        tags.create_unique_constraint('uq_tags_name_key', ['name_key'])


def _set_keys(name, column, key, to_key=fold_case_accents):
    """Compute keys that need not be unique."""
    table = sa.table(name, sa.column('id'), sa.column(column), sa.column(key))
    stored = sa.select(table.c.id, table.c[column], table.c[key]).where(table.c[column].is_not(None))
    changes = []
    for row_id, text, old in op.get_bind().execute(stored).all():
        if (new := to_key(text)) != old:
            changes.append({'row_id': row_id, 'new_key': new})
    _update(table, key, changes)


def _set_unique_keys(name, column, key, to_key, refuse):
    """Compute unique keys. A key belongs to the first row that has it; ``refuse`` returns that of the others."""
    table = sa.table(name, sa.column('id'), sa.column(column), sa.column(key))
    stored = sa.select(table.c.id, table.c[column], table.c[key]).where(table.c[column].is_not(None))
    owners, changes = {}, []
    for row_id, text, old in op.get_bind().execute(stored.order_by(table.c.id)).all():
        new = to_key(text) or None
        if new is None or owners.setdefault(new, row_id) != row_id:
            if key != 'lookalike_key':
                log.warning('%s %s: its %s is that of %s', name, row_id, column, owners.get(new))
            new = refuse(row_id, new)
        if new != old:
            changes.append({'row_id': row_id, 'new_key': new})
    # In two steps: a new key may be the old key of a later row.
    _update(table, key, [{'row_id': each['row_id'], 'new_key': f"\n{each['row_id']}"} for each in changes])
    _update(table, key, changes)


def _without_key(_row_id, _key):
    return None


def _with_key_of_its_own(row_id, key):
    return f'{(key or "")[:150]}\n{row_id}'


def _update(table, key, changes):
    statement = table.update().where(table.c.id == sa.bindparam('row_id')).values({key: sa.bindparam('new_key')})
    for start in range(0, len(changes), BATCH_SIZE):
        op.get_bind().execute(statement, changes[start : start + BATCH_SIZE])


def _merge_tags():
    """Give events the first tag of each key, and delete the others."""
    first = '(SELECT min(other.id) FROM tags other JOIN tags own ON own.name_key = other.name_key WHERE own.id = event_tags.tag_id)'
    op.execute(f"""DELETE FROM event_tags WHERE EXISTS (
        SELECT 1 FROM event_tags kept JOIN tags ON tags.id = kept.tag_id
        WHERE kept.event_id = event_tags.event_id AND kept.id < event_tags.id
        AND tags.name_key = (SELECT name_key FROM tags WHERE id = event_tags.tag_id))""")
    op.execute(f'UPDATE event_tags SET tag_id = {first} WHERE tag_id <> {first}')
    op.execute('DELETE FROM tags WHERE id NOT IN (SELECT min(id) FROM tags GROUP BY name_key)')
