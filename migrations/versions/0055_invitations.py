"""Invitations of hosts and speakers by mail."""

import sqlalchemy as sa
from alembic import op

from joindin.db.base import UtcDateTime

revision = '0055'
down_revision = '0054'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        'invitations',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('event_id', sa.Integer(), nullable=False),
        sa.Column('speaker_id', sa.Integer(), nullable=True, comment='NULL: as a host'),
        sa.Column('invited_by_id', sa.Integer(), nullable=False),
        sa.Column('email', sa.String(200), nullable=True, comment='NULL after the end'),
        sa.Column('token_hash', sa.String(64), nullable=False),
        sa.Column('state', sa.String(10), nullable=False),
        sa.Column('sent_at', UtcDateTime(), nullable=False),
        sa.Column('expires_at', UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(['event_id'], ['events.id'], ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['speaker_id'], ['talk_speakers.id'], ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['invited_by_id'], ['users.id'], ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('token_hash', name=op.f('uq_invitations_token_hash')),
    )
    for column in ('event_id', 'speaker_id', 'invited_by_id', 'expires_at'):
        op.create_index(f'ix_invitations_{column}', 'invitations', [column])


def downgrade():
    op.drop_table('invitations')
