"""HTTP client that spares the server: one request at a time, pauses, and waits as long as the server demands."""

import json
import time
from collections.abc import Callable

from joindin.imports.gancio.sources import SourceError
from joindin.utils.http_client import AddressRefused, FetchFailed
from joindin.utils.http_download import Download, HttpStatusError, download

# Gancio allows 250 requests a minute.
PAUSE_S = 0.25
TIMEOUT_S, MAX_BYTES = 30, 20 * 1024 * 1024
MAX_ATTEMPTS, RETRY_DELAY_S, MAX_RETRY_DELAY_S = 5, 2, 600
RETRIED_STATUSES = (429, 500, 502, 503, 504)


class PoliteClient:
    """``allow_private`` allows addresses in private networks."""

    def __init__(self, *, allow_private: bool, sleep: Callable[[float], None] = time.sleep):
        self._allow_private, self._sleep = allow_private, sleep
        self._next_at = 0.0

    def get(self, url: str, *, accept: str = "application/json") -> Download | None:
        """Return the file at an address, None if there is none. :raises SourceError: if several attempts fail."""
        for attempt in range(MAX_ATTEMPTS):
            self._pause()
            delay_s = RETRY_DELAY_S * 2**attempt
            try:
                return download(
                    url, max_bytes=MAX_BYTES, accept=accept, timeout_s=TIMEOUT_S, allow_private=self._allow_private
                )
            except HttpStatusError as error:
                if error.status == 404:
                    return None
                failure = error
                if error.status not in RETRIED_STATUSES:
                    break
                delay_s = _retry_after_s(error.headers) or delay_s
            except AddressRefused as error:
                failure = error
                break
            except FetchFailed as error:
                failure = error
            if attempt + 1 < MAX_ATTEMPTS:
                self._sleep(min(delay_s, MAX_RETRY_DELAY_S))
        raise SourceError(f"{url} cannot be read: {failure}")

    def get_json(self, url: str):
        """Return the JSON at an address, None if there is none."""
        found = self.get(url)
        if found is None:
            return None
        try:
            return json.loads(found.body)
        except (ValueError, RecursionError):
            raise SourceError(f"{url} is not JSON") from None

    def _pause(self):
        now = time.monotonic()
        if now < self._next_at:
            self._sleep(self._next_at - now)
        self._next_at = max(now, self._next_at) + PAUSE_S


def _retry_after_s(headers):
    value = headers.get("Retry-After", "")
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 6 else None
