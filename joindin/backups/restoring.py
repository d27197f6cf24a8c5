"""Restoration of the parts of an archive that :func:`joindin.backups.archive.verify_archive` has verified."""

import io
from collections.abc import Callable, Collection
from pathlib import Path
from typing import BinaryIO

from joindin.backups.archive import copy_member, open_members
from joindin.backups.errors import BackupError, DamagedArchive
from joindin.backups.manifest import (
    DATABASE_MEMBERS,
    DATABASE_TITLES,
    KEY_MEMBER,
    MAX_KEY_BYTES,
    MEDIA_PREFIX,
    Manifest,
)
from joindin.backups.sqlite import unpack_database
from joindin.utils.media.storage import MediaStorage

# Images are held in memory. No setting allows larger ones.
MAX_IMAGE_BYTES = 1 << 30


def check_compatible(manifest: Manifest, database: str, known_revisions: Collection[str]) -> None:
    """:raises BackupError: if the archive is one of another kind of database, or of a newer joindin."""
    if manifest.database != database:
        theirs, ours = DATABASE_TITLES[manifest.database], DATABASE_TITLES[database]
        raise BackupError(
            f"The archive contains a {theirs} database, and JOINDIN_DATABASE_URL names a {ours} one. Dumps cannot be"
            f" converted: restore it into {theirs}"
        )
    if unknown := set(manifest.revision) - set(known_revisions):
        raise BackupError(
            f"The archive was made by a newer joindin ({manifest.joindin}, revision {', '.join(sorted(unknown))}). Install"
            " that version first"
        )


def extract_database(file: BinaryIO, manifest: Manifest, target: Path) -> None:
    """Write the database of the archive to a new file: a SQLite database, or a dump of PostgreSQL.

    :raises DamagedArchive: if it has changed since it was verified.
    """
    name = DATABASE_MEMBERS[manifest.database]
    packed = target.with_name(f"{target.name}.{name}")
    try:
        with packed.open("xb") as output:
            _copy(file, name, manifest, output)
        if manifest.database == "sqlite":
            with packed.open("rb") as stream:
                unpack_database(stream, target, manifest.database_size)
        else:
            packed.replace(target)
    finally:
        packed.unlink(missing_ok=True)


def extract_key(file: BinaryIO, manifest: Manifest) -> str:
    """Return the secret key of the archive."""
    if manifest.members[KEY_MEMBER].size > MAX_KEY_BYTES:
        raise DamagedArchive("The secret key of the archive is too long")
    output = io.BytesIO()
    _copy(file, KEY_MEMBER, manifest, output)
    return output.getvalue().decode()


def restore_images(file: BinaryIO, manifest: Manifest, media: MediaStorage, report: Callable[[str], None]) -> None:
    """Write the images of the archive. Other images stay."""
    number, total = 0, len(manifest.media_names)
    with _rewound(file) as members:
        for name, _, stream in members:
            if name.startswith(MEDIA_PREFIX):
                number += 1
                report(f"Images: {number} of {total}")
                if manifest.members[name].size > MAX_IMAGE_BYTES:
                    raise DamagedArchive(f"The image {name} has more than {MAX_IMAGE_BYTES} bytes")
                output = io.BytesIO()
                copy_member(stream, output, manifest.members[name])
                media.put(name.removeprefix(MEDIA_PREFIX), output.getvalue())


def check_row_counts(manifest: Manifest, counts: dict[str, int]) -> None:
    """:raises DamagedArchive: if a restored table has fewer or more rows than the copied one."""
    if wrong := sorted(table for table, count in manifest.rows.items() if counts.get(table) != count):
        raise DamagedArchive(
            f"The restored database is incomplete: {wrong[0]} has {counts.get(wrong[0], 0)} rows instead of"
            f" {manifest.rows[wrong[0]]}"
        )


def _rewound(file):
    file.seek(0)
    return open_members(file)


def _copy(file, wanted, manifest, output):
    with _rewound(file) as members:
        for name, _, stream in members:
            if name == wanted:
                copy_member(stream, output, manifest.members[name])
                return
    raise DamagedArchive("The archive was changed while it was read")
