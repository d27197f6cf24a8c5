"""Writing of an archive, and reading with checks of names, kinds, sizes and checksums.

No member is extracted by :mod:`tarfile`: members are read as streams, and their names are compared with those that an archive may
have.
"""

import hashlib
import io
import json
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from joindin import __version__
from joindin.backups.errors import DamagedArchive
from joindin.backups.manifest import (
    FORMAT,
    MANIFEST_MEMBER,
    MAX_MANIFEST_BYTES,
    MAX_VERSION_BYTES,
    VERSION_MEMBER,
    Manifest,
    Member,
    check_format,
    is_member_name,
    parse_manifest,
)
from joindin.utils.private_files import PRIVATE_MODE

CHUNK_BYTES = 1024 * 1024

MSG_INCOMPLETE = "The archive is incomplete: it ends before its manifest"


class HashingReader:
    """A stream that computes the SHA-256 of what is read from it."""

    def __init__(self, stream: BinaryIO):
        self._stream = stream
        self._hash = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        content = self._stream.read(size)
        self._hash.update(content)
        return content

    def hexdigest(self) -> str:
        return self._hash.hexdigest()


class CountingWriter:
    """A stream that counts what is written to it, because a pipe does not report its position."""

    def __init__(self, stream: BinaryIO):
        self._stream = stream
        self._position = 0

    def write(self, content: bytes) -> int:
        self._stream.write(content)
        self._position += len(content)
        return len(content)

    def tell(self) -> int:
        return self._position


class ArchiveWriter:
    """Writes members one after the other, to a file or a pipe. ``members`` are those written so far."""

    def __init__(self, output: BinaryIO):
        self._tar = tarfile.TarFile(fileobj=CountingWriter(output), mode="w", format=tarfile.PAX_FORMAT)
        self.members: dict[str, Member] = {}
        self.add_bytes(VERSION_MEMBER, json.dumps({"format": FORMAT, "joindin": __version__}).encode())

    def add_stream(self, name: str, stream: BinaryIO, size: int, modified_at: float | None = None) -> None:
        """Add a member of exactly ``size`` bytes. ``modified_at`` is in seconds since 1970."""
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = size, PRIVATE_MODE
        entry.mtime = int(time.time() if modified_at is None else modified_at)
        reader = HashingReader(stream)
        self._tar.addfile(entry, reader)
        self._tar.members.clear()
        self.members[name] = Member(size, reader.hexdigest())

    def add_bytes(self, name: str, content: bytes) -> None:
        self.add_stream(name, io.BytesIO(content), len(content))

    def add_file(self, name: str, path: Path) -> None:
        with path.open("rb") as stream:
            self.add_stream(name, stream, path.stat().st_size)

    def close(self, manifest: Manifest) -> None:
        """Write the manifest and the end of the archive."""
        self.add_bytes(MANIFEST_MEMBER, manifest.to_json())
        self._tar.close()


@contextmanager
def open_members(file: BinaryIO) -> Iterator[Iterator[tuple[str, int, BinaryIO]]]:
    """Yield an iterator of the name, the size and the stream of each member, in their order.

    :raises DamagedArchive: at the first member that an archive cannot have.
    """
    try:
        with tarfile.open(fileobj=file, mode="r:") as tar:
            yield _list_members(tar)
    except tarfile.TarError as error:
        raise DamagedArchive(f"The archive cannot be read: {error}") from None


def _list_members(tar):
    seen = set()
    for entry in tar:
        if entry.type != tarfile.REGTYPE or entry.issparse() or not is_member_name(entry.name) or entry.name in seen:
            raise DamagedArchive(f"The archive has a member that no backup has: {entry.name!r}")
        seen.add(entry.name)
        yield entry.name, entry.size, tar.extractfile(entry)
        # tarfile keeps all entries that it has read.
        tar.members.clear()


def verify_archive(file: BinaryIO) -> Manifest:
    """Read an archive to its end, compare every member with the manifest, and return the manifest.

    :raises BackupError: if it is damaged, or a newer joindin has written it.
    """
    found, manifest = {}, None
    with open_members(file) as members:
        for name, size, stream in members:
            if manifest is not None:
                raise DamagedArchive("The archive goes on after its manifest")
            if not found and name != VERSION_MEMBER:
                raise DamagedArchive("The archive was not written by `joindin backup`")
            if name == MANIFEST_MEMBER:
                manifest = parse_manifest(_read_small(stream, size, MAX_MANIFEST_BYTES))
            elif name == VERSION_MEMBER:
                content = _read_small(stream, size, MAX_VERSION_BYTES)
                check_format(content)
                found[name] = Member(size, hashlib.sha256(content).hexdigest())
            else:
                found[name] = Member(size, _hash_stream(stream, size))
    if manifest is None:
        raise DamagedArchive(MSG_INCOMPLETE)
    if damaged := sorted(
        name for name in found.keys() | manifest.members if found.get(name) != manifest.members.get(name)
    ):
        more = f" and {len(damaged) - 1} more" if len(damaged) > 1 else ""
        raise DamagedArchive(f"The archive is damaged: {damaged[0]}{more} does not have the checksum of the manifest")
    return manifest


def copy_member(stream: BinaryIO, target: BinaryIO, expected: Member) -> None:
    """Copy a member, and compare it with the manifest again: the file may have been changed since it was verified.

    :raises DamagedArchive: if it differs.
    """
    reader, copied = HashingReader(stream), 0
    while chunk := reader.read(CHUNK_BYTES):
        target.write(chunk)
        copied += len(chunk)
    if Member(copied, reader.hexdigest()) != expected:
        raise DamagedArchive("The archive was changed while it was read")


def _read_small(stream, size, max_size):
    if size > max_size:
        raise DamagedArchive(f"A member of {size} bytes should have at most {max_size}")
    content = stream.read(size)
    if len(content) != size:
        raise DamagedArchive(MSG_INCOMPLETE)
    return content


def _hash_stream(stream, size):
    reader, read = HashingReader(stream), 0
    while chunk := reader.read(CHUNK_BYTES):
        read += len(chunk)
    if read != size:
        raise DamagedArchive(MSG_INCOMPLETE)
    return reader.hexdigest()
