"""Cities and countries of events. The job worker finds them."""

import sqlalchemy as sa
from alembic import op

revision = '0047'
down_revision = '0046'
branch_labels = None
depends_on = None

IS_UNLOCATED = {
    'sqlite_where': sa.text('located_revision IS NOT revision'),
    'postgresql_where': sa.text('located_revision IS DISTINCT FROM revision'),
}


def upgrade():
    op.create_table(
        'cities',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('geoname_id', sa.Integer(), nullable=False),
        sa.Column('country_code', sa.String(2), nullable=False),
        sa.Column('slug', sa.String(250), nullable=False),
        sa.Column('name', sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('country_code', 'slug'),
        sa.UniqueConstraint('geoname_id'),
    )
    for column in (
        sa.Column('city_id', sa.Integer(), nullable=True),
        sa.Column('country_code', sa.String(2), nullable=True),
        sa.Column('located_revision', sa.Integer(), nullable=True),
    ):
        op.add_column('events', column)
    for column in ('city_id', 'country_code'):
        is_known = sa.text(f'{column} IS NOT NULL')
        op.create_index(
            f'ix_events_{column}', 'events', [column, 'starts_at', 'id'],
            sqlite_where=is_known, postgresql_where=is_known,
        )
    op.create_index('ix_events_unlocated', 'events', ['id'], **IS_UNLOCATED)


def downgrade():
    for name in ('unlocated', 'country_code', 'city_id'):
        op.drop_index(f'ix_events_{name}', 'events')
    for column in ('located_revision', 'country_code', 'city_id'):
        op.drop_column('events', column)
    op.drop_table('cities')
