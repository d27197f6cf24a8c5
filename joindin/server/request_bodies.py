"""Reading of request bodies, before a request is run.

A thread that waits for the body of a slow client is none of those that run requests. Bodies are kept in memory up to
``MEMORY_BYTES`` and in a temporary file beyond.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from time import monotonic
from typing import Any

CHUNK_BYTES = 16 * 1024
MEMORY_BYTES = 64 * 1024

# A body may take this time, and longer as long as it arrives at this rate.
BODY_GRACE_S = 10
MIN_BYTES_PER_S = 16 * 1024
MAX_BODY_S = 120


@dataclass(eq=False)
class BodyRead:
    """A body that a thread is reading. ``address`` is the client's."""

    address: str
    started_at: float
    received_bytes: int = 0

    @property
    def age_s(self) -> float:
        return monotonic() - self.started_at

    @property
    def is_overdue(self) -> bool:
        return self.age_s > min(BODY_GRACE_S + self.received_bytes / MIN_BYTES_PER_S, MAX_BODY_S)


class BodyReader:
    """Reads bodies of up to ``max_bytes``, and lists those that are overdue."""

    def __init__(self, max_bytes: int):
        self._max_bytes = max_bytes
        self._reads: set[BodyRead] = set()

    def overdue_reads(self) -> list[BodyRead]:
        return [read for read in self._reads.copy() if read.is_overdue]

    @contextmanager
    def read(self, environ: dict[str, Any]) -> Iterator[dict[str, Any] | None]:
        """Yield the environment with the complete body; None if the connection ended before."""
        length = environ.get("CONTENT_LENGTH", "")
        expected = int(length) if length.isdecimal() else None
        if expected is not None and expected > self._max_bytes:
            # Refused by the application, which sees the length.
            yield environ
            return
        read = BodyRead(environ["REMOTE_ADDR"], monotonic())
        with SpooledTemporaryFile(MEMORY_BYTES) as file:
            self._reads.add(read)
            try:
                is_complete = self._copy(environ["wsgi.input"], file, read, expected)
            finally:
                self._reads.discard(read)
            if not is_complete:
                yield None
                return
            file.seek(0)
            with_body = environ | {"wsgi.input": file, "CONTENT_LENGTH": str(read.received_bytes)}
            with_body.pop("HTTP_TRANSFER_ENCODING", None)
            yield with_body

    def _copy(self, source, file, read, expected):
        """Return whether the body ended as announced. A body that is too long is not read to its end."""
        try:
            while chunk := source.read(CHUNK_BYTES):
                read.received_bytes += len(chunk)
                file.write(chunk)
                if read.received_bytes > self._max_bytes:
                    return True
        except OSError:
            return False
        return expected is None or read.received_bytes == expected


def has_body(environ: Mapping[str, Any]) -> bool:
    return environ.get("CONTENT_LENGTH", "0") != "0" or "HTTP_TRANSFER_ENCODING" in environ
