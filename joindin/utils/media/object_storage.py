"""Image files in a bucket: Amazon S3 and storages with its API, Google Cloud Storage, Azure Blob Storage.

The library obstore reads credentials, region and endpoint from the standard environment variables of the provider, such as
``AWS_ACCESS_KEY_ID`` and ``AWS_ENDPOINT_URL``. Neither they nor response bodies, which may repeat parts of a signed request, reach the
log.

A failed request is retried once within seconds, one without an answer is not. When a storage does not answer, the next requests fail at once for a moment,
so that they do not occupy the threads of the server.
"""

import datetime as dt
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from time import monotonic

from joindin.utils.images.media_types import media_type_of
from joindin.utils.media.storage import StorageFailure, StorageUnavailable, StoredFile, is_valid_name

CONNECT_TIMEOUT_S = 2
REQUEST_TIMEOUT_S = 5
RETRIES = {
    "max_retries": 1,
    "retry_timeout": dt.timedelta(seconds=3),
    "backoff": {"init_backoff": dt.timedelta(milliseconds=100), "max_backoff": dt.timedelta(seconds=1), "base": 2},
}
PAUSE_AFTER_OUTAGE_S = 2

# A missing bucket looks like a missing file. It is checked once in this time.
BUCKET_CHECK_INTERVAL_S = 60
# The folder that the check lists. It has no files.
EMPTY_FOLDER = ".none"

# Part of the messages of obstore when the storage has answered.
REFUSED = "non-2xx status code"
MAX_REASON_LENGTH = 300
DEFAULT_MEDIA_TYPE = "application/octet-stream"

log = logging.getLogger(__name__)


class ObjectStorage:
    """The files of a bucket below a prefix. The connections belong to the process that makes the first request.

    :param timeout_s: the time for a request.
    :param pause_s: the time for which requests fail at once after one without an answer.
    """

    def __init__(self, url: str, *, timeout_s: float = REQUEST_TIMEOUT_S, pause_s: float = PAUSE_AFTER_OUTAGE_S):
        self.url = url
        self._timeout_s, self._pause_s = timeout_s, pause_s
        self._paused_until = self._bucket_checked_until = 0.0

    def put(self, name: str, content: bytes) -> None:
        if not is_valid_name(name):
            raise ValueError(f"{name!r} is not a file name")
        with self._requests() as obstore:
            obstore.put(
                self._store,
                name,
                content,
                attributes={"Content-Type": media_type_of(name) or DEFAULT_MEDIA_TYPE},
                use_multipart=False,
            )

    def get(self, name: str) -> bytes | None:
        return self._read(name, lambda obstore: bytes(obstore.get(self._store, name).bytes()))

    def head(self, name: str) -> StoredFile | None:
        return self._read(name, lambda obstore: _represent(obstore.head(self._store, name)))

    def read_block(self, name: str, start: int, size: int, etag: str | None = None) -> tuple[StoredFile, bytes] | None:
        """Return the file and at most ``size`` bytes of its content; None if there is no such file.

        :param etag: the version that the block belongs to; None for the current one.
        :raises StorageUnavailable: also if the file was replaced by another version.
        """
        options = {"range": (start, start + size)}
        if etag is not None:
            options["if_match"] = f'"{etag}"'

        def read(obstore):
            result = obstore.get(self._store, name, options=options)
            return _represent(result.meta), bytes(result.bytes())

        return self._read(name, read)

    def delete(self, name: str) -> None:
        if not is_valid_name(name):
            return
        with self._requests() as obstore:
            try:
                obstore.delete(self._store, name)
            except FileNotFoundError:
                return

    def list(self, folder: str = "") -> Iterator[StoredFile]:
        with self._requests() as obstore:
            batches = iter(obstore.list(self._store, folder or None))
        while True:
            with self._requests():
                batch = next(batches, None)
            if batch is None:
                return
            yield from (_represent(meta) for meta in batch)

    @cached_property
    def _store(self):
        from obstore.store import from_url

        options = {
            # Plain HTTP is used only if the operator has configured such an endpoint.
            "allow_http": True,
            "connect_timeout": dt.timedelta(seconds=min(CONNECT_TIMEOUT_S, self._timeout_s)),
            "timeout": dt.timedelta(seconds=self._timeout_s),
        }
        return from_url(self.url, client_options=options, retry_config=RETRIES)

    def _read(self, name, request):
        if not is_valid_name(name):
            return None
        with self._requests() as obstore:
            try:
                return request(obstore)
            except FileNotFoundError:
                self._check_bucket(obstore)
                return None

    def _check_bucket(self, obstore):
        if monotonic() >= self._bucket_checked_until:
            next(iter(obstore.list(self._store, EMPTY_FOLDER)), None)
            self._bucket_checked_until = monotonic() + BUCKET_CHECK_INTERVAL_S

    @contextmanager
    def _requests(self):
        """Yield the library, and raise :class:`StorageUnavailable` for its errors."""
        import obstore
        from obstore.exceptions import BaseError

        if monotonic() < self._paused_until:
            raise StorageUnavailable from StorageFailure("paused, because the last request was not answered")
        try:
            yield obstore
        except (BaseError, OSError, ValueError) as error:
            if REFUSED not in str(error):
                self._paused_until = monotonic() + self._pause_s
            raise StorageUnavailable from StorageFailure(_reason(error))


def _represent(meta):
    modified_at = meta["last_modified"]
    etag = (meta["e_tag"] or "").removeprefix("W/").strip('"') or f"{modified_at.timestamp():.0f}-{meta['size']}"
    return StoredFile(meta["path"], meta["size"], modified_at, etag)


def _reason(error):
    """Return the first line of an error without the response body."""
    line = str(error).partition("\n")[0].partition("<")[0]
    return line[:MAX_REASON_LENGTH].strip(" :")
