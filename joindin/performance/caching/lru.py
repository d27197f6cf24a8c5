"""Least-recently-used cache, bounded in bytes, keys included.

The one in-memory cache of values that requests determine: responses, fragments and query counts are stored in instances of
it. Each instance gets its bound from a setting and belongs to one application. It is safe to share between threads.
"""

import sys
from collections import OrderedDict
from collections.abc import Hashable, Iterable
from threading import Lock
from typing import Any

# A single entry may take this share of the capacity; larger ones would evict everything else.
MAX_ENTRY_SHARE = 8

# Objects of an entry besides key and value: dictionary slot, list node, pair, size.
ENTRY_OVERHEAD_BYTES = 350


class ByteLRU:
    def __init__(self, max_bytes: int):
        self._max_bytes = max_bytes
        self._used_bytes = 0
        self._entries: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._lock = Lock()
        # Numbers of keys looked up since the start, for metrics.
        self.hits = 0
        self.misses = 0

    def get(self, key: Hashable) -> Any | None:
        with self._lock:
            return self._get(key)

    def get_many(self, keys: Iterable[Hashable]) -> list[Any | None]:
        """Return the values in the order of the keys, None where there is none."""
        with self._lock:
            return [self._get(key) for key in keys]

    def put(self, key: Hashable, value: Any, size: int) -> bool:
        """Store ``value``, which takes ``size`` bytes; return False if it is too large with its key."""
        size += ENTRY_OVERHEAD_BYTES + size_of_key(key)
        if size > self._max_bytes // MAX_ENTRY_SHARE:
            return False
        with self._lock:
            _, replaced_size = self._entries.pop(key, (None, 0))
            self._entries[key] = value, size
            self._used_bytes += size - replaced_size
            while self._used_bytes > self._max_bytes:
                _, (_, evicted_size) = self._entries.popitem(last=False)
                self._used_bytes -= evicted_size
        return True

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
            self._used_bytes = 0

    @property
    def used_bytes(self) -> int:
        return self._used_bytes

    def __len__(self) -> int:
        return len(self._entries)

    def _get(self, key):
        entry = self._entries.get(key)
        if entry is None:
            self.misses += 1
            return None
        self.hits += 1
        self._entries.move_to_end(key)
        return entry[0]


def size_of_key(key: Hashable) -> int:
    """Return the bytes of a key: a tuple with everything in it, or another object."""
    size = sys.getsizeof(key)
    return size + sum(map(size_of_key, key)) if isinstance(key, tuple) else size
