"""Venue plans of events, and their capacity, contact and language."""

import sqlalchemy as sa
from alembic import op

revision = '0054'
down_revision = '0053'
branch_labels = None
depends_on = None

COLUMNS = (
    sa.Column('capacity', sa.Integer(), nullable=True, comment='number of people for whom there is room'),
    sa.Column('contact_address', sa.String(600), nullable=True, comment='e-mail address or web address'),
    sa.Column('spoken_language', sa.String(10), nullable=True, comment='language of the event, not of its pages'),
)


def upgrade():
    for column in COLUMNS:
        op.add_column('event_settings', column)
    op.create_table(
        'event_venue_plans',
        sa.Column('event_id', sa.Integer(), nullable=False, autoincrement=False),
        sa.Column('file', sa.String(100), nullable=False),
        sa.Column('width', sa.Integer(), nullable=False),
        sa.Column('height', sa.Integer(), nullable=False),
        sa.Column('alt_text', sa.String(1000), nullable=False),
        sa.ForeignKeyConstraint(['event_id'], ['events.id'], ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('event_id'),
    )
    op.create_index('ix_event_venue_plans_file', 'event_venue_plans', ['file'])


def downgrade():
    op.drop_table('event_venue_plans')
    for column in reversed(COLUMNS):
        op.drop_column('event_settings', column.name)
