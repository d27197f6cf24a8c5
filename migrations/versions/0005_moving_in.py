"""Progress of the import of a Joind.in database."""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('moved_tables',
    sa.Column('name', sa.String(length=50), nullable=False),
    sa.Column('reserved_to', sa.Integer(), nullable=False),
    sa.Column('finished_to', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_moved_tables'))
    )
    op.create_table('moving_notes',
    sa.Column('table_name', sa.String(length=50), nullable=False),
    sa.Column('row_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('value', sa.Integer(), nullable=True),
    sa.PrimaryKeyConstraint('table_name', 'row_id', name=op.f('pk_moving_notes'))
    )


def downgrade():
    op.drop_table('moving_notes')
    op.drop_table('moved_tables')
