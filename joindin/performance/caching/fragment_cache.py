"""Rendered JSON fragments, cached by the version of the row that they show.

Nothing is ever invalidated: a change of the row moves its version, and entries of old versions are evicted unused. Any
surface may use :func:`render_cached`; its cache key has to name every input of the fragment: kind, id, row version,
dialect and form, base URL, and the viewer's relation to the row as far as it changes the result.
"""

import sys
from collections.abc import Callable, Hashable, Mapping, Sequence

import orjson

from joindin.performance.caching.lru import ByteLRU


def render_cached(
    cache: ByteLRU,
    keys: Sequence,
    cache_key: Callable[..., Hashable],
    load: Callable[[list[int]], Mapping],
    serialize: Callable[..., dict | str],
) -> list[bytes]:
    """Return the fragments of the rows ``keys``, in that order, without rows that do not exist any more.

    Rows that are not cached are loaded together by ``load(ids)``. ``cache_key`` must accept both a key row and a loaded
    record: a fragment is stored under the version that was loaded, which may be newer than the one that was listed. It
    returns None for a record that is not to be stored. ``serialize`` returns what becomes JSON, or a text.
    """
    fragments = cache.get_many([cache_key(key) for key in keys])
    missing = [key.id for key, fragment in zip(keys, fragments) if fragment is None]
    if not missing:
        return fragments
    records = load(missing)
    for index, key in enumerate(keys):
        if fragments[index] is None and (record := records.get(key.id)) is not None:
            fragments[index] = fragment = as_fragment(serialize(record))
            if (key_of_record := cache_key(record)) is not None:
                cache.put(key_of_record, fragment, sys.getsizeof(fragment))
    return [fragment for fragment in fragments if fragment is not None]


def as_fragment(value) -> bytes:
    """Return a text in UTF-8, and everything else as JSON."""
    return value.encode() if isinstance(value, str) else dump_compact(value)


def dump_compact(value) -> bytes:
    """Return the JSON of ``value`` without spare memory: what orjson returns keeps a buffer of several kilobytes."""
    return bytes(memoryview(orjson.dumps(value)))
