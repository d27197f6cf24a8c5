"""The image of an event: the square one of Joind.in, which is also shown as its flyer.

New files are written before their rows, and replaced files are deleted after the commit.
"""

import logging
from typing import TYPE_CHECKING

from sqlalchemy import delete, exists, select
from sqlalchemy.exc import DBAPIError

from joindin.db.locking import lock_row
from joindin.errors import NotFound
from joindin.models import Event, EventFlyer, EventImage
from joindin.utils.media.storage import MediaStorage, StorageUnavailable

if TYPE_CHECKING:
    # Pillow is loaded only by the code that processes images.
    from joindin.utils.images.image_file import ProcessedImage

EVENT_ICONS_FOLDER = "event_icons"
# Flyers that are not square. A thumbnail has the name of its flyer.
FLYERS_FOLDER = "flyers"
THUMBNAILS_FOLDER = "flyers/thumb"

log = logging.getLogger(__name__)


class EventImageStore:
    """The image files that one transaction writes and replaces. Commit inside the ``with`` block.

    When the block ends normally, the replaced files are deleted; when it raises, the written ones are. Rows therefore
    never name a missing file. Files that cannot be deleted are logged and stay: the transaction has already ended.
    """

    def __init__(self, storage: MediaStorage):
        self.storage = storage
        self._written: list[str] = []
        self._replaced: list[str] = []

    def __enter__(self):
        return self

    def __exit__(self, raised, error, _):
        if is_lost_commit(error):
            return
        for name in self._written if raised else self._replaced:
            try:
                self.storage.delete(name)
            except StorageUnavailable as failure:
                log.warning("The unused image %s was not deleted: %s", name, failure.__cause__)

    def write(self, name: str, content: bytes, folder: str = EVENT_ICONS_FOLDER) -> None:
        """Write a file atomically."""
        # A write that fails may have been executed.
        self._written.append(f"{folder}/{name}")
        self.storage.put(f"{folder}/{name}", content)

    def replace(self, name: str, folder: str = EVENT_ICONS_FOLDER) -> None:
        self._replaced.append(f"{folder}/{name}")


def is_lost_commit(error: BaseException | None) -> bool:
    """Return whether the connection was lost. The transaction may have been committed, and its rows may name the new files."""
    return isinstance(error, DBAPIError) and error.connection_invalidated


def set_event_image(session, event_id: int, new_images: "list[ProcessedImage]", files: EventImageStore) -> None:
    """Write the files and make them the image of the event; the larger one is its flyer too."""
    event = delete_images(session, event_id, files)
    add_images(session, event, new_images, files)
    session.flush()
    add_image_as_flyer(session, event_id, byte_size=len(new_images[0].content))


def remove_event_image(session, event_id: int, files: EventImageStore) -> None:
    """Remove the image of the event, its flyer, and the name of its icon."""
    event = delete_images(session, event_id, files)
    event.icon = ""
    event.version = Event.version + 1
    session.flush()


def delete_images(session, event_id: int, files: EventImageStore) -> Event:
    """Delete the image and the flyer of an event; return the event with a row lock.

    Files that other events name stay: the occurrences of a series share those of their parent.
    """
    event = lock_row(session, Event, event_id)
    if event is None:
        raise NotFound(f"There is no event with ID {event_id}")
    flyer = session.get(EventFlyer, event_id)
    is_shared = flyer is not None and is_shared_flyer(session, flyer)
    delete_square_images(session, event, None if is_shared else files)
    if flyer is not None:
        if not is_shared:
            files.replace(flyer.file, FLYERS_FOLDER)
            files.replace(flyer.file, THUMBNAILS_FOLDER)
        session.delete(flyer)
        session.flush()
    return event


def delete_square_images(session, event: Event, files: EventImageStore | None) -> None:
    """Delete the square images of an event; without ``files`` their files stay."""
    images = session.scalars(select(EventImage).where(EventImage.event_id == event.id)).all()
    for image in images:
        if image.file and files is not None:
            files.replace(image.file)
    if images:
        # Also for an imported image, whose name is in use.
        event.image_generation = max(event.image_generation, 1)
    session.execute(delete(EventImage).where(EventImage.event_id == event.id))


def is_shared_flyer(session, flyer: EventFlyer) -> bool:
    """Whether another event has the same flyer, and with it the same square images."""
    return session.scalar(select(exists().where(EventFlyer.file == flyer.file, EventFlyer.event_id != flyer.event_id)))


def add_images(session, event: Event, new_images: "list[ProcessedImage]", files: EventImageStore) -> None:
    """Write the files of an event without an image, and make them its image.

    A file name is never used twice, so that every URL can be cached without limit. The first image of an event has the
    contract's name (``icon-3-orig.png``), later ones carry a number (``icon-3-2-orig.png``).
    """
    event.image_generation += 1
    number = "" if event.image_generation == 1 else f"-{event.image_generation}"
    for image in new_images:
        name = f"icon-{event.id}{number}-{image.size}.{image.extension}"
        files.write(name, image.content)
        session.add(EventImage(event_id=event.id, size=image.size, file=name, width=image.width, height=image.height))
        if image.size == "small":
            event.icon = name


def add_image_as_flyer(session, event_id: int, *, byte_size: int) -> None:
    """Make the ``orig`` image of an event without a flyer its flyer; it keeps its file."""
    image = session.scalar(select(EventImage).where(EventImage.event_id == event_id, EventImage.size == "orig"))
    session.add(
        EventFlyer(
            event_id=event_id, file=image.file, width=image.width or 0, height=image.height or 0, byte_size=byte_size
        )
    )
    session.flush()
