"""Origins of imported rows, and former addresses of events."""

import sqlalchemy as sa
from alembic import op

from joindin.db.base import UtcDateTime

revision = '0027'
down_revision = '0026'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('import_origins',
    sa.Column('source', sa.String(length=255), nullable=False),
    sa.Column('table_name', sa.String(length=50), nullable=False),
    sa.Column('source_key', sa.String(length=255), nullable=False),
    sa.Column('row_id', sa.Integer(), nullable=True),
    sa.Column('fingerprints', sa.JSON(), nullable=False),
    sa.Column('imported_at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('source', 'table_name', 'source_key', name=op.f('pk_import_origins')),
    )
    op.create_table('event_aliases',
    sa.Column('alias', sa.String(length=255), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['events.id'], name=op.f('fk_event_aliases_event_id_events'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('alias', name=op.f('pk_event_aliases')),
    )
    op.create_index('ix_event_aliases_event_id', 'event_aliases', ['event_id'])


def downgrade():
    op.drop_table('event_aliases')
    op.drop_table('import_origins')
