"""Rooms, states of talks, and the version of an event's programme. Triggers keep the version."""

from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

from joindin.db.base import UtcDateTime

revision = '0039'
down_revision = '0038'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        'rooms',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('event_id', sa.Integer(), nullable=False),
        sa.Column('name', sa.String(200), nullable=False),
        sa.Column('name_key', sa.String(400), nullable=False),
        sa.Column('slug', sa.String(255), nullable=False),
        sa.Column('code', sa.String(8), nullable=False),
        sa.Column('position', sa.Integer(), nullable=False, server_default='0'),
        sa.Column('guid', sa.String(36), nullable=True),
        sa.Column('description', sa.Text(), nullable=False, server_default=''),
        sa.Column('capacity', sa.Integer(), nullable=True),
        sa.Column('floor', sa.String(100), nullable=False, server_default=''),
        sa.Column('access_notes', sa.Text(), nullable=False, server_default=''),
        sa.Column('stream_url', sa.String(600), nullable=False, server_default=''),
        sa.Column('key_generation', sa.Integer(), nullable=False, server_default='0'),
        sa.ForeignKeyConstraint(['event_id'], ['events.id'], ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('code'),
        sa.UniqueConstraint('event_id', 'name_key'),
        sa.UniqueConstraint('event_id', 'slug'),
        sqlite_autoincrement=True,
    )
    for column in (
        sa.Column(
            'day_starts_at', sa.Integer(), nullable=False, server_default='360',
            comment='local minute at which a day of talks begins',
        ),
        sa.Column('programme_version', sa.Integer(), nullable=False, server_default='0'),
        sa.Column('programme_changed_at', UtcDateTime(), nullable=True),
    ):
        op.add_column('events', column)
    with change_talks() as batch:
        batch.add_column(sa.Column('room_id', sa.Integer(), nullable=True))
        batch.add_column(sa.Column('subtitle', sa.Text(), nullable=False, server_default=''))
        batch.add_column(sa.Column('state', sa.String(20), nullable=False, server_default='confirmed'))
        batch.add_column(sa.Column('repeat_of_id', sa.Integer(), nullable=True))
        batch.create_foreign_key('fk_talks_room_id_rooms', 'rooms', ['room_id'], ['id'], ondelete='SET NULL')
        batch.create_foreign_key('fk_talks_repeat_of_id_talks', 'talks', ['repeat_of_id'], ['id'], ondelete='SET NULL')
    op.create_index('ix_talks_room_id', 'talks', ['room_id'])
    op.create_index('ix_talks_repeat_of_id', 'talks', ['repeat_of_id'])


@contextmanager
def change_talks():
    """Change the table of talks. SQLite copies it, which would lose the highest id that was ever used."""
    is_sqlite = op.get_bind().dialect.name == 'sqlite'
    last_id = is_sqlite and op.get_bind().scalar(sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'talks'"))
    with op.batch_alter_table('talks', table_kwargs={'sqlite_autoincrement': True}) as batch:
        yield batch
    if last_id:
        op.execute("DELETE FROM sqlite_sequence WHERE name = 'talks'")
        op.execute(f"INSERT INTO sqlite_sequence (name, seq) VALUES ('talks', {last_id})")


def downgrade():
    op.drop_index('ix_talks_repeat_of_id', 'talks')
    op.drop_index('ix_talks_room_id', 'talks')
    with change_talks() as batch:
        batch.drop_constraint('fk_talks_repeat_of_id_talks', type_='foreignkey')
        batch.drop_constraint('fk_talks_room_id_rooms', type_='foreignkey')
        for column in ('repeat_of_id', 'state', 'subtitle', 'room_id'):
            batch.drop_column(column)
    for column in ('programme_changed_at', 'programme_version', 'day_starts_at'):
        op.drop_column('events', column)
    op.drop_table('rooms')
