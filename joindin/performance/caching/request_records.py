"""The record of a running request: identifier, label and result, for the request log and the metrics.

The outermost WSGI middleware creates it and stores it in the WSGI environment. The layers inside fill it in.
"""

from typing import NamedTuple

# Key of the WSGI environment for the record.
REQUEST_RECORD_KEY = "joindin.request_record"

# States of the caches of responses. None means that the response is not one that they store.
CACHE_HIT, CACHE_MISS = "hit", "miss"


class RequestLabel(NamedTuple):
    """Purpose and sender of a request. The caches store it with a response.

    ``route`` is the template of the address, None for an unknown address. ``path`` is percent-encoded and contains no secret; it
    is None where no log needs it. ``client`` is the key of an application.
    """

    surface: str
    route: str | None
    path: str | None = None
    user_id: int | None = None
    client: str | None = None


class RequestRecord:
    """``started_at`` is in seconds of ``time.perf_counter``. ``status`` is the status line."""

    __slots__ = ("cache_state", "error_logged", "label", "request_id", "started_at", "status")

    def __init__(self, request_id: str, started_at: float):
        self.request_id = request_id
        self.started_at = started_at
        self.status: str | None = None
        self.label: RequestLabel | None = None
        self.cache_state: str | None = None
        self.error_logged = False


def record_cache_hit(environ: dict, label: RequestLabel | None) -> None:
    """Record that the response to a request with that label comes from a cache."""
    if (record := environ.get(REQUEST_RECORD_KEY)) is not None:
        record.label, record.cache_state = label, CACHE_HIT


def record_cache_miss(environ: dict) -> RequestLabel | None:
    """Record that the response was rendered and stored, and return the label to store with it."""
    if (record := environ.get(REQUEST_RECORD_KEY)) is None:
        return None
    record.cache_state = CACHE_MISS
    return record.label
