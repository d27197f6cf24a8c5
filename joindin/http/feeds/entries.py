"""Entries of feeds: their texts from the fragment cache, and the entity tag that follows from their revisions.

A feed is a head, entries and an end. Its entity tag is a hash of the head and of the ids and revisions of the entries: it
is the same in every process, and changes exactly when the text does.
"""

import datetime as dt
import sys
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha1
from typing import NamedTuple

from joindin.performance.caching.fragment_cache import as_fragment
from joindin.performance.caching.lru import ByteLRU
from joindin.performance.sql.reader import BATCH_SIZE
from joindin.queries.agenda.agenda_events import load_agenda_event_records

# Part of every entity tag; it moves when a format is written otherwise.
RENDERER_VERSION = 3


class Entry(NamedTuple):
    """An event in a feed. ``variant`` is what the text depends on beside the event."""

    id: int
    revision: int
    variant: Hashable = None


@dataclass(frozen=True)
class Feed:
    """``represent(event, variant)`` returns the text of an entry, or an object of JSON. It needs no request.

    ``context`` is everything else that an entry depends on: format, addresses, time zone. ``expires_at`` is when the feed
    changes without a write.
    """

    content_type: str
    head: str
    entries: Sequence[Entry]
    end: str
    represent: Callable
    context: tuple
    expires_at: dt.datetime | None = None
    separator: str = ""

    @property
    def etag(self) -> str:
        inputs = (RENDERER_VERSION, self.context, self.head, self.end, list(map(tuple, self.entries)))
        return f'"{sha1(repr(inputs).encode(), usedforsecurity=False).hexdigest()}"'


def render_feed(feed: Feed, connection, cache: ByteLRU) -> Iterator[bytes]:
    """Yield the text in pieces, one for each batch of entries. It needs no request."""
    yield feed.head.encode()
    separator, is_first = feed.separator.encode(), True
    for start in range(0, len(feed.entries), BATCH_SIZE):
        if fragments := _render_entries(feed, feed.entries[start : start + BATCH_SIZE], connection, cache):
            yield (b"" if is_first else separator) + separator.join(fragments)
            is_first = False
    yield feed.end.encode()


def _render_entries(feed, entries, connection, cache):
    """Return the fragments of the entries, without events that do not exist any more."""
    fragments = cache.get_many([(entry, feed.context) for entry in entries])
    missing = [entry.id for entry, fragment in zip(entries, fragments) if fragment is None]
    records = load_agenda_event_records(connection, missing) if missing else {}
    for index, entry in enumerate(entries):
        if fragments[index] is None and (event := records.get(entry.id)) is not None:
            text = feed.represent(event, entry.variant)
            fragments[index] = fragment = as_fragment(text)
            # Under the revision that was read, which may be newer than the one that was listed.
            key = (entry._replace(revision=event.revision), feed.context)
            cache.put(key, fragment, sys.getsizeof(fragment))
    return [fragment for fragment in fragments if fragment is not None]
