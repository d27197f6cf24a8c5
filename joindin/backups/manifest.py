"""The manifest of an archive, and the names that its members may have."""

import datetime as dt
import json
import re
from dataclasses import asdict, dataclass, fields

from joindin.backups.errors import BackupError, DamagedArchive
from joindin.security.encryption import decrypt, encrypt
from joindin.utils.datetimes import UTC

# Raised by a change that earlier versions cannot read.
FORMAT = 1

VERSION_MEMBER = "version.json"
MANIFEST_MEMBER = "manifest.json"
KEY_MEMBER = "secret-key"
MEDIA_PREFIX = "media/"
# By the name of the dialect.
DATABASE_MEMBERS = {"sqlite": "database.sqlite.gz", "postgresql": "database.dump"}
DATABASE_TITLES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}

MAX_MANIFEST_BYTES = 256 * 1024 * 1024
MAX_VERSION_BYTES = 1024
MAX_KEY_BYTES = 64 * 1024

# Hidden files and folders are no images; imported images keep their names.
MEDIA_NAME = re.compile(r"(?:[A-Za-z0-9_-]+/){0,3}[^./\\\x00-\x1f][^/\\\x00-\x1f]{0,254}")

KEY_CHECK_PURPOSE = "backup"
KEY_CHECK_TEXT = "joindin"


@dataclass(frozen=True)
class Member:
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """``key_check`` is a text encrypted with the secret key, which shows whether a server has the same key."""

    format: int
    joindin: str
    created_at: str
    database: str
    # Version of SQLite or of the PostgreSQL server.
    database_version: str
    # Bytes of SQLite's file before compression; 0 for PostgreSQL.
    database_size: int
    revision: list[str]
    rows: dict[str, int]
    # Images that rows name and that were not found.
    missing_images: list[str]
    key_check: str | None
    members: dict[str, Member]

    @property
    def has_key(self) -> bool:
        return KEY_MEMBER in self.members

    @property
    def media_names(self) -> list[str]:
        return [name.removeprefix(MEDIA_PREFIX) for name in self.members if name.startswith(MEDIA_PREFIX)]

    @property
    def created(self) -> str:
        """The time of the backup for messages, in UTC."""
        return dt.datetime.fromisoformat(self.created_at).astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")

    def to_json(self) -> bytes:
        return json.dumps(asdict(self), indent=1).encode()

    def has_key_of(self, secret_keys) -> bool:
        """Return whether one of the keys decrypts what the database of this archive has encrypted."""
        return self.key_check is None or decrypt(secret_keys, KEY_CHECK_PURPOSE, self.key_check) == KEY_CHECK_TEXT


def make_key_check(secret_key: str | None) -> str | None:
    return encrypt(secret_key, KEY_CHECK_PURPOSE, KEY_CHECK_TEXT) if secret_key else None


def check_format(content: bytes) -> None:
    """Check the first member of an archive.

    :raises BackupError: if a newer joindin has written it.
    """
    version = _parse_object(content)
    if not isinstance(version.get("format"), int):
        raise DamagedArchive("The archive names no format: it was not written by `joindin backup`")
    if version["format"] > FORMAT:
        raise BackupError(
            f"The archive has format {version['format']} of joindin {version.get('joindin')}, and this joindin reads format"
            f" {FORMAT}. Install that version, or a newer one"
        )


def parse_manifest(content: bytes) -> Manifest:
    """:raises DamagedArchive: if the fields are not those of a manifest, or a member has a name that is not allowed."""
    values = _parse_object(content)
    try:
        values["members"] = {name: Member(**member) for name, member in values["members"].items()}
        manifest = Manifest(**{field.name: values[field.name] for field in fields(Manifest)})
        dt.datetime.fromisoformat(manifest.created_at)
        is_valid = _has_valid_types(manifest) and all(map(is_member_name, manifest.members))
    except (TypeError, KeyError, ValueError, AttributeError):
        is_valid = False
    if not is_valid:
        raise DamagedArchive("The manifest of the archive is not valid")
    if DATABASE_MEMBERS[manifest.database] not in manifest.members:
        raise DamagedArchive("The archive has no database")
    return manifest


def is_member_name(name: str) -> bool:
    """Return whether an archive may have a member of this name: none that leads out of the folder of images."""
    if name.startswith(MEDIA_PREFIX):
        return is_media_name(name.removeprefix(MEDIA_PREFIX))
    return name in (VERSION_MEMBER, MANIFEST_MEMBER, KEY_MEMBER, *DATABASE_MEMBERS.values())


def is_media_name(name: str) -> bool:
    return MEDIA_NAME.fullmatch(name) is not None


def _has_valid_types(manifest):
    return (
        manifest.database in DATABASE_MEMBERS
        and isinstance(manifest.database_size, int)
        and all(isinstance(each, str) for each in (manifest.joindin, manifest.database_version, *manifest.revision))
        and all(isinstance(each, str) for each in manifest.missing_images)
        and all(isinstance(count, int) for count in manifest.rows.values())
        and isinstance(manifest.key_check, str | None)
        and all(isinstance(each.size, int) and isinstance(each.sha256, str) for each in manifest.members.values())
    )


def _parse_object(content):
    try:
        parsed = json.loads(content)
    except (ValueError, RecursionError):
        parsed = None
    if not isinstance(parsed, dict):
        raise DamagedArchive("The archive was not written by `joindin backup`")
    return parsed
