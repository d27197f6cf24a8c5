"""The image of an event.

New files are written before their rows, and replaced files are deleted after the commit.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from joindin.db.locking import lock_row
from joindin.errors import NotFound
from joindin.models import Event, EventImage

if TYPE_CHECKING:
    # Pillow is loaded only by the code that processes images.
    from joindin.utils.images.processing import ProcessedImage

EVENT_ICONS_FOLDER = "event_icons"


class EventImageStore:
    """The image files that one transaction writes and replaces. Commit inside the ``with`` block.

    When the block ends normally, the replaced files are deleted; when it raises, the written ones are. Rows therefore
    never name a missing file.
    """

    def __init__(self, media_dir: str):
        self._folder = Path(media_dir, EVENT_ICONS_FOLDER)
        self._written: list[Path] = []
        self._replaced: list[Path] = []

    def __enter__(self):
        return self

    def __exit__(self, raised, *_):
        for file in self._written if raised else self._replaced:
            file.unlink(missing_ok=True)

    def write(self, name: str, content: bytes) -> None:
        """Write a file atomically."""
        self._folder.mkdir(parents=True, exist_ok=True)
        file, part = self._folder / name, self._folder / f"{name}.part"
        self._written += [part, file]
        part.write_bytes(content)
        part.replace(file)

    def replace(self, name: str) -> None:
        self._replaced.append(self._folder / name)


def set_event_image(session, event_id: int, new_images: "list[ProcessedImage]", files: EventImageStore) -> None:
    """Write the files and make them the image of the event.

    A file name is never used twice, so that every URL can be cached without limit. The first image of an event has the
    contract's name (``icon-3-orig.png``), later ones carry a number (``icon-3-2-orig.png``).
    """
    event = _delete_image(session, event_id, files)
    event.image_generation += 1
    number = "" if event.image_generation == 1 else f"-{event.image_generation}"
    for image in new_images:
        name = f"icon-{event_id}{number}-{image.size}.{image.extension}"
        files.write(name, image.content)
        session.add(EventImage(event_id=event_id, size=image.size, file=name, width=image.width, height=image.height))
        if image.size == "small":
            event.icon = name
    session.flush()


def remove_event_image(session, event_id: int, files: EventImageStore) -> None:
    """Remove the image of the event, and the name of its icon."""
    event = _delete_image(session, event_id, files)
    event.icon = ""
    event.version = Event.version + 1
    session.flush()


def _delete_image(session, event_id, files):
    event = lock_row(session, Event, event_id)
    if event is None:
        raise NotFound(f"There is no event with ID {event_id}")
    images = session.scalars(select(EventImage).where(EventImage.event_id == event_id)).all()
    for image in images:
        if image.file:
            files.replace(image.file)
    if images:
        # Also for an imported image, whose name is in use.
        event.image_generation = max(event.image_generation, 1)
    session.execute(delete(EventImage).where(EventImage.event_id == event_id))
    return event
