"""The image of an event: files first, rows after, old files last."""

from pathlib import Path

from sqlalchemy import delete, select

from joindin.database import locked
from joindin.errors import NotFound
from joindin.images import MadeImage
from joindin.models import Event, EventImage

FOLDER = "event_icons"


def set_event_image(session, event_id: int, made: list[MadeImage], *, media_dir: str) -> list[Path]:
    """Write the files and make them the image of the event; the paths of the files they replace.

    The caller deletes those once this is committed, and the new ones if it is not. A name is never
    used twice, so that every address may be cached for ever: the first image of an event has the
    contract's name (``icon-3-orig.png``), later ones carry a number (``icon-3-2-orig.png``).
    """
    event = locked(session, Event, event_id)
    if event is None:
        raise NotFound(f"There is no event with ID {event_id}")
    old = _files(session, event_id, media_dir)
    event.image_generation += 1
    number = "" if event.image_generation == 1 else f"-{event.image_generation}"
    session.execute(delete(EventImage).where(EventImage.event_id == event_id))
    folder = Path(media_dir, FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    for image in made:
        name = f"icon-{event_id}{number}-{image.size}.{image.ending}"
        _write(folder / name, image.content)
        session.add(EventImage(event_id=event_id, size=image.size, file=name, width=image.width, height=image.height))
        if image.size == "small":
            event.icon = name
    session.flush()
    return old


def remove_event_image(session, event_id: int, *, media_dir: str) -> list[Path]:
    """Forget the image of the event, though not its ``icon`` (spec 4.10); the files to delete after the commit."""
    event = locked(session, Event, event_id)
    if event is None:
        raise NotFound(f"There is no event with ID {event_id}")
    old = _files(session, event_id, media_dir)
    session.execute(delete(EventImage).where(EventImage.event_id == event_id))
    event.image_generation = max(event.image_generation, 1)
    event.version = Event.version + 1
    session.flush()
    return old


def _files(session, event_id, media_dir):
    names = session.scalars(select(EventImage.file).where(EventImage.event_id == event_id))
    return [Path(media_dir, FOLDER, name) for name in names if name]


def _write(path, content):
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    part.replace(path)
