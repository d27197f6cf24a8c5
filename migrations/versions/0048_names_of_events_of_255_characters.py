"""Names of events of up to 255 characters, as Gancio and ephios allow them."""

import warnings
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

revision = '0048'
down_revision = '0047'
branch_labels = None
depends_on = None

COMPUTED = {
    'is_visible': (sa.Boolean(), 'is_active AND NOT coalesce(is_pending, false) AND NOT is_private AND NOT is_series'),
    'popularity': (sa.Integer(), 'attendee_count + comment_count'),
}


def upgrade():
    resize(name=(200, 255), name_key=(400, 510))


def downgrade():
    for table, column, length in (('events', 'name', 200), ('events', 'name_key', 400), ('listed_events', 'name_key', 400)):
        op.execute(f'UPDATE {table} SET {column} = substr({column}, 1, {length}) WHERE length({column}) > {length}')
    resize(name=(255, 200), name_key=(510, 400))


def resize(**lengths):
    """Change the lengths of columns. Each is a pair of the old and the new one."""
    with change_events() as events:
        change_lengths(events, lengths)
    with op.batch_alter_table('listed_events') as listed_events:
        change_lengths(listed_events, {'name_key': lengths['name_key']})


def change_lengths(table, lengths):
    for column, (old, new) in lengths.items():
        table.alter_column(column, existing_type=sa.String(old), type_=sa.String(new), existing_nullable=False)


@contextmanager
def change_events():
    """Change the table of events. PostgreSQL alters it.

    Alembic changes SQLite's tables by copying them, which fails with generated columns: they are removed before. The copy
    also loses the index on an expression, and the highest id that was ever used.
    """
    if op.get_bind().dialect.name != 'sqlite':
        with op.batch_alter_table('events') as events:
            yield events
        return
    last_id = op.get_bind().scalar(sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'events'"))
    for column in COMPUTED:
        op.drop_column('events', column)
    with warnings.catch_warnings(), op.batch_alter_table('events', table_kwargs={'sqlite_autoincrement': True}) as events:
        warnings.filterwarnings('ignore', 'Skipped unsupported reflection of expression-based index')
        yield events
        for column, (kind, expression) in COMPUTED.items():
            events.add_column(sa.Column(column, kind, sa.Computed(expression, persisted=True), nullable=False))
    if last_id:
        op.execute("DELETE FROM sqlite_sequence WHERE name = 'events'")
        op.execute(f"INSERT INTO sqlite_sequence (name, seq) VALUES ('events', {last_id})")
    op.execute('CREATE UNIQUE INDEX IF NOT EXISTS ix_events_stub ON events (lower(stub))')
