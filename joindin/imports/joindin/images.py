"""Files of images out of a folder of the original's: copied beside ours, and shown from here."""

import re
import shutil
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy import select, update

from joindin.imports.joindin.records import ImportContext
from joindin.imports.joindin.report import ImportIssue
from joindin.models import Event, EventImage
from joindin.operations.images import EVENT_ICONS_FOLDER

PAGE = 500
ENDINGS = (".gif", ".jpeg", ".jpg", ".png", ".webp")
LONGEST_NAME = 100
UNFIT = re.compile(r"[^A-Za-z0-9._-]+")
BROUGHT, LEFT = "shown from here", "left where they are"


class ImageCopyError(Exception):
    """Why an image stays where it is."""


class ImageFolder:
    """``source`` is a folder with the files, ``media_dir`` where ours are."""

    def __init__(self, source: Path, media_dir: str):
        self._source = source
        self._target = Path(media_dir, EVENT_ICONS_FOLDER)

    def has(self, name: str) -> bool:
        return name == Path(name).name and (self._target / name).is_file()

    def copy(self, name: str) -> str:
        """Copy the file of that name, which is whole whenever it can be seen; the name it has here.

        :raises CannotCopy: if it is no image, not there, or would take the place of another.
        """
        stored = stored_name(name)
        found = self._source / name
        if not found.is_file() or found.is_symlink():
            raise ImageCopyError(f"the image {name} is not in the folder")
        target = self._target / stored
        if target.exists():
            if target.read_bytes() != found.read_bytes():
                raise ImageCopyError(f"the image {name} would replace another of that name")
            return stored
        self._target.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f"{stored}.part")
        shutil.copyfile(found, part)
        part.replace(target)
        return stored


def stored_name(name: str) -> str:
    """A bare name of plain characters; one that had others keeps apart from those that had not.

    :raises CannotCopy: if nothing is left, or its ending is that of no image.
    """
    bare = Path(name)
    if bare.name != name or bare.suffix.lower() not in ENDINGS or name.startswith("."):
        raise ImageCopyError(f"{name!r} is no name of an image")
    fit = UNFIT.sub("-", name)
    if fit == name and len(fit) <= LONGEST_NAME:
        return name
    mark = f"{zlib.crc32(name.encode()):08x}"
    return f"{UNFIT.sub('-', bare.stem)[: LONGEST_NAME - 20].strip('-.') or 'image'}-{mark}{bare.suffix.lower()}"


def copy_images(moving: ImportContext, folder: ImageFolder) -> Iterator[None]:
    """Copy what images and icons of moved events name, and point them here. Commit whenever it yields."""
    yield from _bring_images(moving, folder)
    yield from _bring_icons(moving, folder)


def _bring_images(moving, folder):
    session, last = moving.session, 0
    wanted = (
        select(EventImage.id, EventImage.event_id, EventImage.url)
        .where(EventImage.url.is_not(None), EventImage.id <= moving.progress["event_images"].reserved_until_id)
        .order_by(EventImage.id)
        .limit(PAGE)
    )
    while rows := session.execute(wanted.where(EventImage.id > last)).all():
        for row in rows:
            stored = _try(moving, folder, "event_images", row.id, Path(unquote(urlsplit(row.url).path)).name)
            if stored is not None:
                _set(session, EventImage, row.id, file=stored, url=None)
                _set(session, Event, row.event_id, version=Event.version + 1)
        yield
        last = rows[-1].id


def _bring_icons(moving, folder):
    session, last = moving.session, 0
    wanted = (
        select(Event.id, Event.icon)
        .where(Event.icon != "", Event.id <= moving.progress["events"].reserved_until_id)
        .order_by(Event.id)
        .limit(PAGE)
    )
    while rows := session.execute(wanted.where(Event.id > last)).all():
        for row in rows:
            if folder.has(row.icon):
                continue
            stored = _try(moving, folder, "events", row.id, row.icon)
            if stored is not None and stored != row.icon:
                _set(session, Event, row.id, icon=stored, version=Event.version + 1)
        yield
        last = rows[-1].id


def _try(moving, folder, table, row_id, name):
    try:
        stored = folder.copy(name)
    except (ImageCopyError, OSError) as reason:
        moving.report.images[LEFT] += 1
        moving.report.on_issue(ImportIssue(table, row_id, str(reason)))
        return None
    moving.report.images[BROUGHT] += 1
    return stored


def _set(session, model, row_id, **values):
    session.execute(update(model).where(model.id == row_id).values(values).execution_options(synchronize_session=False))
