"""Rename columns, tables and mail templates to the names of the models. All data is kept."""

import sqlalchemy as sa
from alembic import op
from joindin.db.base import UtcDateTime

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None

COLUMNS = [
    ('audit_entries', 'at', 'occurred_at'),
    ('audit_entries', 'address', 'ip_address'),
    ('audit_entries', 'subject_kind', 'subject_type'),
    ('external_sign_ins', 'way_on', 'next_url'),
    ('external_sign_ins', 'began_at', 'started_at'),
    ('outbox', 'facts', 'context'),
    ('sessions', 'proven_at', 'authenticated_at'),
    ('sessions', 'address', 'ip_address'),
    ('users', 'password_suffices', 'allows_password_only'),
]
MAIL_TEMPLATES = [
    ('registration_known', 'registration_existing_account'),
    ('second_step_failed', 'second_factor_failed'),
    ('sign_in_slowed', 'sign_in_throttled'),
]
# Tables are copied and not renamed, so that their constraints and sequences get the new names as well.
TABLES = [
    ('permits', 'granted_permissions', {'permit_key': 'unique_key'}),
    ('throttles', 'rate_limit_counters', {}),
    ('mail_refusals', 'mail_opt_outs', {'refused_at': 'opted_out_at'}),
    ('moved_tables', 'import_progress', {'reserved_to': 'reserved_until_id', 'finished_to': 'finished_until_id'}),
    ('moving_notes', 'import_row_notes', {}),
]


def upgrade():
    for table, old, new in COLUMNS:
        _rename_column(table, old, new)
    _rename_index('ix_audit_entries_at', 'ix_audit_entries_occurred_at', 'audit_entries', ['occurred_at'])
    for old, new in MAIL_TEMPLATES:
        _rename_template(old, new)
    _create_permissions('granted_permissions', 'unique_key', 'one_object')
    _create_rate_limits('rate_limit_counters')
    _create_opt_outs('mail_opt_outs', 'opted_out_at')
    _create_import_tables('import_progress', 'import_row_notes', 'reserved_until_id', 'finished_until_id')
    for old, new, renamed in TABLES:
        _move_rows(old, new, renamed)


def downgrade():
    _create_permissions('permits', 'permit_key', 'one_thing')
    _create_rate_limits('throttles')
    _create_opt_outs('mail_refusals', 'refused_at')
    _create_import_tables('moved_tables', 'moving_notes', 'reserved_to', 'finished_to')
    for old, new, renamed in TABLES:
        _move_rows(new, old, {after: before for before, after in renamed.items()})
    for old, new in MAIL_TEMPLATES:
        _rename_template(new, old)
    for table, old, new in COLUMNS:
        _rename_column(table, new, old)
    _rename_index('ix_audit_entries_occurred_at', 'ix_audit_entries_at', 'audit_entries', ['at'])


def _rename_column(table, old, new):
    # Both databases also rename the column in the indexes and constraints that name it.
    op.execute(f'ALTER TABLE {table} RENAME COLUMN "{old}" TO "{new}"')


def _rename_index(old, new, table, columns):
    op.drop_index(old, table)
    op.create_index(new, table, columns)


def _rename_template(old, new):
    outbox = sa.table('outbox', sa.column('kind'))
    op.execute(outbox.update().where(outbox.c.kind == old).values(kind=new))


def _move_rows(old, new, renamed):
    columns = [column['name'] for column in sa.inspect(op.get_bind()).get_columns(old)]
    sources = ', '.join(columns)
    targets = ', '.join(renamed.get(name, name) for name in columns)
    op.execute(f'INSERT INTO {new} ({targets}) SELECT {sources} FROM {old}')
    if 'id' in columns:
        if op.get_bind().dialect.name == 'postgresql':
            op.execute(f"SELECT setval(pg_get_serial_sequence('{new}', 'id'), nextval(pg_get_serial_sequence('{old}', 'id')), false)")
        else:
            # An id is never given twice, also if the row with the highest one was deleted.
            op.execute(f"DELETE FROM sqlite_sequence WHERE name = '{new}'")
            op.execute(f"INSERT INTO sqlite_sequence (name, seq) SELECT '{new}', seq FROM sqlite_sequence WHERE name = '{old}'")
    op.drop_table(old)


def _create_permissions(name, key, one_object):
    op.create_table(name,
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('permission', sa.String(length=40), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('group_id', sa.Integer(), nullable=True),
    sa.Column('on_event_id', sa.Integer(), nullable=True),
    sa.Column('on_user_id', sa.Integer(), nullable=True),
    sa.Column('on_group_id', sa.Integer(), nullable=True),
    sa.Column(key, sa.String(length=120), nullable=False),
    sa.CheckConstraint('(CASE WHEN on_event_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN on_user_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN on_group_id IS NULL THEN 0 ELSE 1 END) <= 1', name=op.f(f'ck_{name}_{one_object}')),
    sa.CheckConstraint('(user_id IS NULL) <> (group_id IS NULL)', name=op.f(f'ck_{name}_one_holder')),
    *(sa.ForeignKeyConstraint([column], [f'{table}.id'], name=op.f(f'fk_{name}_{column}_{table}'), ondelete='CASCADE')
      for column, table in [('group_id', 'groups'), ('on_event_id', 'events'), ('on_group_id', 'groups'), ('on_user_id', 'users'), ('user_id', 'users')]),
    sa.PrimaryKeyConstraint('id', name=op.f(f'pk_{name}')),
    sa.UniqueConstraint(key, name=op.f(f'uq_{name}_{key}')),
    sqlite_autoincrement=True,
    )
    for column in ('group_id', 'on_event_id', 'on_group_id', 'on_user_id', 'user_id'):
        op.create_index(op.f(f'ix_{name}_{column}'), name, [column])


def _create_rate_limits(name):
    op.create_table(name,
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('ends_at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f(f'pk_{name}')),
    )
    op.create_index(op.f(f'ix_{name}_ends_at'), name, ['ends_at'])


def _create_opt_outs(name, opted_out_at):
    op.create_table(name,
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('topic', sa.String(length=20), nullable=False),
    sa.Column(opted_out_at, UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f(f'fk_{name}_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('user_id', 'topic', name=op.f(f'pk_{name}')),
    )


def _create_import_tables(progress, notes, reserved_until, finished_until):
    op.create_table(progress,
    sa.Column('name', sa.String(length=50), nullable=False),
    sa.Column(reserved_until, sa.Integer(), nullable=False),
    sa.Column(finished_until, sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f(f'pk_{progress}')),
    )
    op.create_table(notes,
    sa.Column('table_name', sa.String(length=50), nullable=False),
    sa.Column('row_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('value', sa.Integer(), nullable=True),
    sa.PrimaryKeyConstraint('table_name', 'row_id', name=op.f(f'pk_{notes}')),
    )
