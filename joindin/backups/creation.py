"""Creation of an archive while the server runs."""

import datetime as dt
import io
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO

from joindin import __version__
from joindin.backups.archive import ArchiveWriter
from joindin.backups.errors import BackupError
from joindin.backups.manifest import (
    DATABASE_MEMBERS,
    FORMAT,
    KEY_MEMBER,
    MEDIA_PREFIX,
    Manifest,
    is_media_name,
    make_key_check,
)
from joindin.backups.snapshot_rows import Snapshot
from joindin.backups.sqlite import sync_folder
from joindin.utils.datetimes import utc_now
from joindin.utils.media.storage import MediaStorage
from joindin.utils.private_files import PRIVATE_MODE

# Files that the server makes again when they are requested.
GENERATED_FOLDERS = ("cards/",)

STAGING_PREFIX = ".joindin-backup-"

Report = Callable[[str], None]


def write_archive(
    output: BinaryIO,
    database: str,
    take_snapshot: Callable[[], AbstractContextManager[Snapshot]],
    media: MediaStorage,
    *,
    secret_key: str | None,
    has_key: bool,
    report: Report,
    now: Callable[[], dt.datetime] = utc_now,
) -> Manifest:
    """Write the archive of a database of the named dialect and of the images; return the manifest.

    The order of the members is explained in the package. With ``has_key`` the archive contains the secret key.

    :raises BackupError: if the database cannot be copied.
    """
    archive = ArchiveWriter(output)
    _add_images(archive, media, report)
    created_at = now()
    with take_snapshot() as snapshot:
        archive.add_file(DATABASE_MEMBERS[database], snapshot.file)
    _add_images(archive, media, report)
    if has_key and secret_key:
        archive.add_bytes(KEY_MEMBER, secret_key.encode())
    manifest = Manifest(
        format=FORMAT,
        joindin=__version__,
        created_at=created_at.isoformat(),
        database=database,
        database_version=snapshot.database_version,
        database_size=snapshot.size,
        revision=sorted(snapshot.rows.revision),
        rows=snapshot.rows.counts,
        missing_images=list_missing_images(snapshot.rows.image_names, archive.members),
        key_check=make_key_check(secret_key),
        members=dict(archive.members),
    )
    archive.close(manifest)
    return manifest


def list_missing_images(image_names: set[str], members) -> list[str]:
    """Return the images that rows name and no member has. Their folder depends on their kind."""
    found = {name.rpartition("/")[2] for name in members if name.startswith(MEDIA_PREFIX)}
    return sorted(image_names - found)


def _add_images(archive, media, report):
    """Add the images that the archive does not have yet. One that is deleted meanwhile is left out."""
    files = [file for file in media.list() if not file.name.startswith(GENERATED_FOLDERS) and is_media_name(file.name)]
    new = [file for file in files if MEDIA_PREFIX + file.name not in archive.members]
    for number, file in enumerate(new, 1):
        report(f"Images: {number} of {len(new)}")
        content = media.get(file.name)
        if content is not None:
            archive.add_stream(
                MEDIA_PREFIX + file.name, io.BytesIO(content), len(content), file.modified_at.timestamp()
            )


@contextmanager
def new_archive_file(target: Path, *, overwrites: bool) -> Iterator[BinaryIO]:
    """Yield a new file that becomes ``target`` when the block ends, and is deleted when it raises.

    Only its owner can read it. It is flushed to the disk before it gets its name.

    :raises BackupError: if there is such a file and ``overwrites`` is not set.
    """
    _check_target(target, overwrites)
    part = target.with_name(f".{target.name}.{secrets.token_hex(8)}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_MODE), "wb") as output:
            yield output
            output.flush()
            os.fsync(output.fileno())
        _check_target(target, overwrites)
        part.replace(target)
        sync_folder(target.parent)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def staging_folder(parent: Path) -> Iterator[Path]:
    """Yield a folder for the copy of the database, which only its owner can read, and delete it in the end."""
    folder = Path(tempfile.mkdtemp(prefix=STAGING_PREFIX, dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _check_target(target, overwrites):
    if not target.parent.is_dir():
        raise BackupError(f"There is no folder {target.parent}")
    if target.is_dir():
        raise BackupError(f"{target} is a folder: name a file in it")
    if target.exists() and not overwrites:
        raise BackupError(f"{target} exists: name another file, or overwrite it with --force")
