"""Flyers of events, and the square images that Joind.in shows of them.

The occurrences of a series share the files of their parent. They are deleted with the last event that names them.
"""

import secrets
from typing import TYPE_CHECKING

from sqlalchemy import select

from joindin.db.locking import lock_row
from joindin.models import Event, EventFlyer, EventImage
from joindin.operations.images import (
    FLYERS_FOLDER,
    THUMBNAILS_FOLDER,
    EventImageStore,
    add_images,
    delete_images,
    delete_square_images,
    is_shared_flyer,
    remove_event_image,
)

if TYPE_CHECKING:
    # Pillow needs as much memory as a thousand rendered events. It is loaded when an image is processed.
    from joindin.utils.images.flyers import ProcessedFlyer

CENTRE = (0.0, 0.0)


class FlyerStore(EventImageStore):
    """The files of flyers and of the square images that are made from them."""

    def write_flyer(self, name: str, content: bytes, thumbnail: bytes) -> None:
        self.write(name, content, FLYERS_FOLDER)
        self.write(name, thumbnail, THUMBNAILS_FOLDER)

    def read_flyer(self, name: str) -> bytes | None:
        return self.storage.get(f"{FLYERS_FOLDER}/{name}")

    def read_thumbnail(self, name: str) -> bytes | None:
        return self.storage.get(f"{THUMBNAILS_FOLDER}/{name}")


def set_event_flyer(
    session,
    event: Event,
    flyer: "ProcessedFlyer",
    *,
    alt_text: str = "",
    focal_point: tuple[float, float] = CENTRE,
    files: FlyerStore,
    file: str | None = None,
) -> None:
    """Replace the images of the event by a flyer and the square around its focal point.

    :param alt_text: empty for the title of the event.
    :param focal_point: the distances from the centre to the right and to the bottom, from -1 to 1.
    :param file: the name that an imported flyer had; other flyers get a random one.
    """
    from joindin.utils.images.flyers import crop_square

    delete_images(session, event.id, files)
    file = file or new_file_name()
    files.write_flyer(file, flyer.content, flyer.thumbnail)
    session.add(
        EventFlyer(
            event_id=event.id,
            file=file,
            width=flyer.width,
            height=flyer.height,
            byte_size=len(flyer.content),
            alt_text=alt_text,
            focal_x=focal_point[0],
            focal_y=focal_point[1],
        )
    )
    add_images(session, event, crop_square(flyer.content, focal_point), files)
    session.flush()


def change_event_flyer(
    session,
    event: Event,
    *,
    alt_text: str | None = None,
    focal_point: tuple[float, float] | None = None,
    files: FlyerStore,
) -> None:
    """Change text or focal point of the event's flyer, if it has one; None keeps them."""
    lock_row(session, Event, event.id)
    flyer = session.get(EventFlyer, event.id, populate_existing=True)
    if flyer is None:
        return
    if alt_text is not None:
        flyer.alt_text = alt_text
    if focal_point is not None and focal_point != (flyer.focal_x, flyer.focal_y):
        _move_focal_point(session, event, flyer, focal_point, files)
    event.version = Event.version + 1
    session.flush()


def remove_event_flyer(session, event: Event, files: FlyerStore) -> None:
    """Remove flyer and square images of the event."""
    remove_event_image(session, event.id, files)


def copy_event_flyer(session, source: Event, event: Event) -> None:
    """Give a new event the flyer and the square images of another; both share the files.

    The caller holds the lock of ``source``.
    """
    flyer = session.get(EventFlyer, source.id)
    images = session.scalars(select(EventImage).where(EventImage.event_id == source.id).order_by(EventImage.id)).all()
    for row in (*([flyer] if flyer else []), *images):
        columns = [column.name for column in type(row).__table__.columns if column.name not in ("id", "event_id")]
        session.add(type(row)(event_id=event.id, **{name: getattr(row, name) for name in columns}))
    event.icon = source.icon
    session.flush()


def new_file_name() -> str:
    return f"{secrets.token_hex(16)}.jpg"


def _move_focal_point(session, event, flyer, focal_point, files):
    content = files.read_flyer(flyer.file)
    if content is None:
        # A square image of Joind.in: there is nothing to cut.
        flyer.focal_x, flyer.focal_y = focal_point
        return
    from joindin.utils.images.flyers import ProcessedFlyer, crop_square

    if is_shared_flyer(session, flyer):
        thumbnail = files.read_thumbnail(flyer.file) or content
        copy = ProcessedFlyer(flyer.width, flyer.height, content, thumbnail)
        set_event_flyer(session, event, copy, alt_text=flyer.alt_text, focal_point=focal_point, files=files)
        return
    flyer.focal_x, flyer.focal_y = focal_point
    delete_square_images(session, event, files)
    add_images(session, event, crop_square(content, focal_point), files)
