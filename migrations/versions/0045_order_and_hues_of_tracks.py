"""Order and hues of tracks, kinds of events, and licences of their descriptions."""

import sqlalchemy as sa
from alembic import op

revision = '0045'
down_revision = '0044'
branch_labels = None
depends_on = None

COLUMNS = (
    ('tracks', sa.Column('position', sa.Integer(), server_default='0', nullable=False)),
    ('tracks', sa.Column('hue', sa.String(10), nullable=True)),
    ('event_settings', sa.Column('kind', sa.String(20), nullable=True)),
    ('event_settings', sa.Column('licence', sa.String(20), nullable=True)),
)


def upgrade():
    for table, column in COLUMNS:
        op.add_column(table, column)


def downgrade():
    for table, column in COLUMNS:
        op.drop_column(table, column.name)
