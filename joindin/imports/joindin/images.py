"""Copies of event images from a folder of the source installation into the media storage."""

import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy import select, update

from joindin.imports.joindin.records import ImportContext
from joindin.imports.report import ImportIssue
from joindin.models import Event, EventFlyer, EventImage
from joindin.operations.images import EVENT_ICONS_FOLDER, add_image_as_flyer
from joindin.utils.media.storage import MediaStorage

PAGE = 500
EXTENSIONS = (".gif", ".jpeg", ".jpg", ".png", ".webp")
LONGEST_NAME = 100
UNSAFE_CHARACTERS = re.compile(r"[^A-Za-z0-9._-]+")
COPIED, NOT_COPIED = "copied", "not copied"


class ImageCopyError(Exception):
    """An image cannot be copied; the message gives the reason."""


class ImageFolder:
    """Source folder and target storage of the images."""

    def __init__(self, source: Path, storage: MediaStorage):
        self._source, self._storage = source, storage

    def has(self, name: str) -> bool:
        return name == Path(name).name and self._storage.head(_target(name)) is not None

    def byte_size(self, name: str) -> int:
        return self._storage.head(_target(name)).size

    def copy(self, name: str) -> str:
        """Copy a file and return its name here. The file appears under that name only when it is complete.

        :raises ImageCopyError: if it is missing, is not an image, or would replace another image.
        """
        stored = stored_name(name)
        source = self._source / name
        if not source.is_file() or source.is_symlink():
            raise ImageCopyError(f"the image {name} is not in the folder")
        content, present = source.read_bytes(), self._storage.get(_target(stored))
        if present is None:
            self._storage.put(_target(stored), content)
        elif present != content:
            raise ImageCopyError(f"the image {name} would replace another of that name")
        return stored


def _target(name):
    return f"{EVENT_ICONS_FOLDER}/{name}"


def stored_name(name: str) -> str:
    """Return a file name of safe characters. A changed name gets a checksum, so that different names stay different.

    :raises ImageCopyError: if the name is a path, is hidden, or has no image extension.
    """
    path = Path(name)
    if path.name != name or path.suffix.lower() not in EXTENSIONS or name.startswith("."):
        raise ImageCopyError(f"{name!r} is not the name of an image")
    safe_name = UNSAFE_CHARACTERS.sub("-", name)
    if safe_name == name and len(safe_name) <= LONGEST_NAME:
        return name
    checksum = f"{zlib.crc32(name.encode()):08x}"
    return f"{UNSAFE_CHARACTERS.sub('-', path.stem)[: LONGEST_NAME - 20].strip('-.') or 'image'}-{checksum}{path.suffix.lower()}"


def copy_images(context: ImportContext, folder: ImageFolder) -> Iterator[None]:
    """Copy the images and icons of imported events and refer to the copies. The caller commits at each yield."""
    yield from _copy_event_images(context, folder)
    yield from _copy_icons(context, folder)


def _copy_event_images(context, folder):
    session, last = context.session, 0
    statement = (
        select(EventImage.id, EventImage.event_id, EventImage.size, EventImage.url)
        .where(EventImage.url.is_not(None), EventImage.id <= context.progress["event_images"].reserved_until_id)
        .order_by(EventImage.id)
        .limit(PAGE)
    )
    while rows := session.execute(statement.where(EventImage.id > last)).all():
        # Copies may take seconds, in which no row is locked.
        names = [Path(unquote(urlsplit(row.url).path)).name for row in rows]
        copies = [_copy_or_report(context, folder, "event_images", row.id, name) for row, name in zip(rows, names)]
        for row, stored in zip(rows, copies):
            if stored is not None:
                _update(session, EventImage, row.id, file=stored, url=None)
                if row.size == "orig" and session.get(EventFlyer, row.event_id) is None:
                    add_image_as_flyer(session, row.event_id, byte_size=folder.byte_size(stored))
                _update(session, Event, row.event_id, version=Event.version + 1)
        yield
        last = rows[-1].id


def _copy_icons(context, folder):
    session, last = context.session, 0
    statement = (
        select(Event.id, Event.icon)
        .where(Event.icon != "", Event.id <= context.progress["events"].reserved_until_id)
        .order_by(Event.id)
        .limit(PAGE)
    )
    while rows := session.execute(statement.where(Event.id > last)).all():
        copies = [
            None if folder.has(row.icon) else _copy_or_report(context, folder, "events", row.id, row.icon)
            for row in rows
        ]
        for row, stored in zip(rows, copies):
            if stored is not None and stored != row.icon:
                _update(session, Event, row.id, icon=stored, version=Event.version + 1)
        yield
        last = rows[-1].id


def _copy_or_report(context, folder, table, row_id, name):
    try:
        stored = folder.copy(name)
    except (ImageCopyError, OSError) as reason:
        context.report.images[NOT_COPIED] += 1
        context.report.on_issue(ImportIssue(table, row_id, str(reason)))
        return None
    context.report.images[COPIED] += 1
    return stored


def _update(session, model, row_id, **values):
    session.execute(update(model).where(model.id == row_id).values(values).execution_options(synchronize_session=False))
