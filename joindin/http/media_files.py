"""Responses with image files, from a local folder or an object storage.

Both have an entity tag and a time, and support conditional requests and ranges. A file of an object storage is sent in blocks, so that
memory holds one block of it. The first block is read before the response starts: a failure becomes an error response. Later failures
end the connection. Requests that wait for the storage occupy no slot of the server, therefore pages do not wait for images.
"""

import io
from collections.abc import Callable
from contextlib import nullcontext

from flask import Response, request, send_file, send_from_directory
from werkzeug.exceptions import NotFound

from joindin.extensions import media_storage
from joindin.utils.concurrency_limit import ConcurrencyLimit
from joindin.utils.media.local_folder import LocalFolder
from joindin.utils.media.storage import StorageFailure, StorageUnavailable, StoredFile, is_valid_name

# The server joins shorter responses before it sends them, and reports a failure meanwhile.
BLOCK_BYTES = 4_000_000
# Requests with these headers often need no content, or another block.
CONDITIONAL_HEADERS = ("If-None-Match", "If-Modified-Since", "Range")
# Bounds the memory for blocks, and the number of threads that wait for a storage.
READING = ConcurrencyLimit("images", max_running=16, max_waiting=48, max_wait_s=2)


def send_media_file(name: str, media_type: str, max_age: int) -> Response | None:
    """Return a response with a file of the media storage, or None if there is none.

    :param max_age: seconds for which caches may keep the response.
    :raises StorageUnavailable: if the storage does not answer.
    """
    storage = media_storage()
    if isinstance(storage, LocalFolder):
        return _send_local_file(storage, name, media_type, max_age)
    file = _open(storage, name)
    if file is None:
        return None
    info = file.info
    response = send_file(
        file, media_type, max_age=max_age, etag=info.etag, last_modified=info.modified_at, conditional=False
    )
    response.content_length = info.size
    return response.make_conditional(request, accept_ranges=True, complete_length=info.size)


def _send_local_file(storage, name, media_type, max_age):
    if not is_valid_name(name):
        return None
    try:
        return send_from_directory(storage.folder, name, mimetype=media_type, max_age=max_age)
    except NotFound:
        return None
    except OSError as error:
        raise StorageUnavailable from StorageFailure(f"{error.strerror}: {error.filename}")


def _open(storage, name):
    """Return a file of an object storage; None if there is none."""
    released_slot = request.environ.get("joindin.released_slot", nullcontext)

    def read_block(start, etag=None):
        with released_slot(), READING:
            return storage.read_block(name, start, BLOCK_BYTES, etag)

    if request.method != "HEAD" and not any(header in request.headers for header in CONDITIONAL_HEADERS):
        found = read_block(0)
        return None if found is None else RemoteFile(*found, read_block)
    with released_slot(), READING:
        info = storage.head(name)
    return None if info is None else RemoteFile(info, b"", read_block)


class RemoteFile(io.RawIOBase):
    """A file of an object storage. ``block`` is its beginning; ``read_block(start, etag)`` returns other blocks."""

    def __init__(
        self, info: StoredFile, block: bytes, read_block: Callable[[int, str], tuple[StoredFile, bytes] | None]
    ):
        self.info = info
        self._read_block = read_block
        self._block, self._block_start, self._position = block, 0, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.info.size}[whence]
        self._position = max(start + offset, 0)
        return self._position

    def read(self, size: int = -1) -> bytes:
        """Return at most ``size`` bytes, and no more than the rest of a block."""
        if self._position >= self.info.size:
            return b""
        if not 0 <= self._position - self._block_start < len(self._block):
            self._load_block()
        start = self._position - self._block_start
        content = self._block[start : None if size < 0 else start + size]
        self._position += len(content)
        return content

    def _load_block(self):
        # Memory holds one block at a time.
        self._block, self._block_start = b"", self._position
        found = self._read_block(self._position, self.info.etag)
        if found is None or not found[1]:
            raise StorageUnavailable from StorageFailure(f"{self.info.name} was deleted while it was read")
        self._block = found[1]
