"""Archives that tests write by hand: valid ones, and ones that no backup writes."""

import hashlib
import io
import json
import tarfile
from dataclasses import asdict

from joindin.backups.manifest import (
    DATABASE_MEMBERS,
    FORMAT,
    MANIFEST_MEMBER,
    VERSION_MEMBER,
    Manifest,
    Member,
)

VERSION = json.dumps({"format": FORMAT, "joindin": "0.1.0"}).encode()
CONTENTS = {
    VERSION_MEMBER: VERSION,
    "media/event_icons/icon-1-orig.png": b"an image",
    DATABASE_MEMBERS["sqlite"]: b"a database",
}


def make_manifest(contents=CONTENTS, **changes) -> dict:
    members = {name: Member(len(content), hashlib.sha256(content).hexdigest()) for name, content in contents.items()}
    manifest = Manifest(
        FORMAT, "0.1.0", "2026-11-29T02:00:00+00:00", "sqlite", "3.40.1", 10, ["0048"], {}, [], None, members
    )
    return asdict(manifest) | changes


def make_entry(name, content=b"", **fields) -> tuple[tarfile.TarInfo, bytes]:
    """Return a member; ``fields`` are those of ``TarInfo``."""
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    for field, value in fields.items():
        setattr(entry, field, value)
    return entry, content


def write_tar(entries) -> bytes:
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for entry, content in entries:
            tar.addfile(entry, io.BytesIO(content))
    return output.getvalue()


def write_valid_tar(contents=CONTENTS, manifest=None, extra=()) -> bytes:
    """Return an archive of these members, ``extra`` entries and a manifest, which is valid unless another one is named."""
    last = json.dumps(manifest if manifest is not None else make_manifest(contents)).encode()
    entries = [make_entry(name, content) for name, content in contents.items()]
    return write_tar([*entries, *extra, make_entry(MANIFEST_MEMBER, last)])
