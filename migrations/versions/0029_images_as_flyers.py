"""The square images of events are shown as their flyers."""

from alembic import op

revision = '0029'
down_revision = '0028'
branch_labels = None
depends_on = None


def upgrade():
    op.execute(
        "INSERT INTO event_flyers (event_id, file, width, height, byte_size)"
        " SELECT event_id, file, coalesce(width, 0), coalesce(height, 0), 0 FROM event_images"
        " WHERE size = 'orig' AND file <> ''"
        " AND NOT EXISTS (SELECT 1 FROM event_flyers WHERE event_flyers.event_id = event_images.event_id)"
    )


def downgrade():
    op.execute(
        "DELETE FROM event_flyers WHERE EXISTS (SELECT 1 FROM event_images"
        " WHERE event_images.event_id = event_flyers.event_id AND event_images.file = event_flyers.file)"
    )
