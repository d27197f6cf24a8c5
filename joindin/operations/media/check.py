"""Comparison of the stored images with the rows that name them."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from sqlalchemy import select

from joindin.models import Event, EventFlyer, EventImage, EventVenuePlan
from joindin.operations.agenda.site_pictures import SITE_PICTURES, SITE_PICTURES_FOLDER, site_picture_file
from joindin.operations.images import EVENT_ICONS_FOLDER, FLYERS_FOLDER, THUMBNAILS_FOLDER
from joindin.queries.agenda.site_settings import load_site_settings
from joindin.utils.media.storage import MediaStorage, StoredFile

# The folders of stored images. A local folder also contains generated cards.
MEDIA_FOLDERS = (EVENT_ICONS_FOLDER, FLYERS_FOLDER, SITE_PICTURES_FOLDER)
# A new file may belong to a transaction that is still open.
MIN_AGE_TO_DELETE = dt.timedelta(days=1)
BATCH = 10_000


@dataclass(frozen=True)
class MediaCheck:
    """``missing`` has the names of missing files, each with what needs it."""

    file_count: int
    missing: dict[str, str]
    unused: list[StoredFile]


def list_media_files(storage: MediaStorage) -> Iterator[StoredFile]:
    """Yield all stored images."""
    return chain.from_iterable(storage.list(folder) for folder in MEDIA_FOLDERS)


def check_media(session, storage: MediaStorage) -> MediaCheck:
    """Compare the stored images with the rows. Images that are changed meanwhile count as correct."""
    before = _needed_files(session)
    # The rows are read again below, and no transaction is kept open while the files are listed.
    session.rollback()
    stored = {file.name: file for file in list_media_files(storage)}
    after = _needed_files(session)
    optional = {site_picture_file(name) for name in SITE_PICTURES}
    missing = {name: user for name, user in before.items() if name in after and name not in stored}
    unused = [
        file for name, file in stored.items() if name not in before and name not in after and name not in optional
    ]
    return MediaCheck(len(stored), missing, unused)


def delete_unused_files(storage: MediaStorage, unused: list[StoredFile], now: dt.datetime) -> list[StoredFile]:
    """Delete unused files, except new ones. Return the deleted files."""
    deleted = [file for file in unused if file.modified_at < now - MIN_AGE_TO_DELETE]
    for file in deleted:
        storage.delete(file.name)
    return deleted


def _needed_files(session):
    """Return the names of the files that rows name, each with what needs it."""
    needed = {}
    squares = set()
    for event_id, file in _rows(session, select(EventImage.event_id, EventImage.file).where(EventImage.file != "")):
        squares.add(file)
        needed[f"{EVENT_ICONS_FOLDER}/{file}"] = f"image of event {event_id}"
    for event_id, icon in _rows(session, select(Event.id, Event.icon).where(Event.icon != "")):
        needed.setdefault(f"{EVENT_ICONS_FOLDER}/{icon}", f"icon of event {event_id}")
    for event_id, file in _rows(session, select(EventFlyer.event_id, EventFlyer.file)):
        if file not in squares:
            needed[f"{FLYERS_FOLDER}/{file}"] = f"flyer of event {event_id}"
            needed[f"{THUMBNAILS_FOLDER}/{file}"] = f"thumbnail of event {event_id}"
    for event_id, file in _rows(session, select(EventVenuePlan.event_id, EventVenuePlan.file)):
        needed[f"{FLYERS_FOLDER}/{file}"] = f"venue plan of event {event_id}"
        needed[f"{THUMBNAILS_FOLDER}/{file}"] = f"thumbnail of the venue plan of event {event_id}"
    settings = load_site_settings(session)
    for name in SITE_PICTURES:
        if f"/{name}.png" in (settings["logo"], settings["fallback_image"], settings["header_image"]):
            needed[site_picture_file(name)] = "picture of the site"
    return needed


def _rows(session, statement):
    return session.execute(statement.execution_options(yield_per=BATCH))
