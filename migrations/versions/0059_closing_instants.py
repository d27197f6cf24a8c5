"""The instant from which a call for papers is closed, stored, so that calls are listed in that order."""

import sqlalchemy as sa
from alembic import op

from joindin.db.base import UtcDateTime
from joindin.models.agenda.call_times import CallTimes

revision = '0059'
down_revision = '0058'
branch_labels = None
depends_on = None

BATCH_SIZE = 5_000
HAS_CALL = {'sqlite_where': sa.text('cfp_closes_at IS NOT NULL'), 'postgresql_where': sa.text('cfp_closes_at IS NOT NULL')}
HAD_CALL = {'sqlite_where': sa.text('cfp_ends_at IS NOT NULL'), 'postgresql_where': sa.text('cfp_ends_at IS NOT NULL')}

events = sa.table(
    'events',
    sa.column('id', sa.Integer),
    sa.column('timezone', sa.String),
    sa.column('cfp_starts_at', UtcDateTime),
    sa.column('cfp_ends_at', UtcDateTime),
    sa.column('is_cfp_anywhere', sa.Boolean),
    sa.column('cfp_closes_at', UtcDateTime),
)


def upgrade():
    op.add_column(
        'events',
        sa.Column(
            'cfp_closes_at',
            UtcDateTime(),
            nullable=True,
            comment='instant from which the call is closed, computed from its end and its time zone',
        ),
    )
    connection, last_id = op.get_bind(), 0
    while rows := connection.execute(_batch(last_id)).all():
        connection.execute(
            sa.update(events).where(events.c.id == sa.bindparam('event_id')).values(cfp_closes_at=sa.bindparam('closes_at')),
            [{'event_id': row.id, 'closes_at': CallTimes.of(row).closes_at} for row in rows],
        )
        last_id = rows[-1].id
    op.drop_index('ix_events_cfp_ends_at', 'events')
    op.create_index('ix_events_cfp_closes_at', 'events', ['cfp_closes_at', 'id'], **HAS_CALL)


def downgrade():
    op.drop_index('ix_events_cfp_closes_at', 'events')
    op.create_index('ix_events_cfp_ends_at', 'events', ['cfp_ends_at', 'id'], **HAD_CALL)
    op.drop_column('events', 'cfp_closes_at')


def _batch(last_id):
    columns = events.c
    return (
        sa.select(columns.id, columns.timezone, columns.cfp_starts_at, columns.cfp_ends_at, columns.is_cfp_anywhere)
        .where(columns.cfp_ends_at.is_not(None), columns.id > last_id)
        .order_by(columns.id)
        .limit(BATCH_SIZE)
    )
