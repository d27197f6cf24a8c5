"""The cache stays within its bytes, keys included, and drops what was not used for longest."""

import sys
import tracemalloc

import pytest

from joindin.performance.caching.lru import ENTRY_OVERHEAD_BYTES, MAX_ENTRY_SHARE, ByteLRU, size_of_key

# Of a value. The keys of these tests are small numbers and short texts, counted with the largest of them.
SIZE = 1000
ENTRY_BYTES = SIZE + ENTRY_OVERHEAD_BYTES + sys.getsizeof("too large")
CAPACITY = ENTRY_BYTES * MAX_ENTRY_SHARE


def filled_cache():
    """A full cache with the keys 0 to 7."""
    cache = ByteLRU(CAPACITY)
    for key in range(MAX_ENTRY_SHARE):
        assert cache.put(key, f"value {key}", SIZE)
    return cache


def test_a_value_is_found_by_its_key():
    cache = filled_cache()

    assert [cache.get(key) for key in (0, 7, 8)] == ["value 0", "value 7", None]
    assert cache.get_many([3, 9, 1]) == ["value 3", None, "value 1"]


def test_the_entry_that_was_not_used_for_longest_is_evicted():
    cache = filled_cache()
    cache.get(0)
    cache.get_many([1])

    cache.put("new", "new", SIZE)

    assert [cache.get(key) for key in (0, 1, 2, 3, "new")] == ["value 0", "value 1", None, "value 3", "new"]
    assert len(cache) == MAX_ENTRY_SHARE


def test_a_replaced_entry_frees_its_bytes():
    cache = filled_cache()
    before = cache.used_bytes

    for _ in range(5):
        cache.put(0, "again", SIZE)

    assert (len(cache), cache.used_bytes) == (MAX_ENTRY_SHARE, before)
    assert (cache.get(0), cache.get(1)) == ("again", "value 1")


def test_an_entry_of_more_than_its_share_is_refused():
    cache = ByteLRU(CAPACITY)

    assert cache.put("too large", "value", SIZE)
    assert not cache.put("too large", "larger value", SIZE + 1)
    assert not cache.put("x" * CAPACITY, "value", 1)
    assert (cache.get("too large"), len(cache)) == ("value", 1)


def test_a_cache_without_bytes_stores_nothing():
    cache = ByteLRU(0)

    assert not cache.put("key", "value", 1)
    assert (cache.get("key"), len(cache)) == (None, 0)


def test_a_cleared_cache_has_all_its_bytes_again():
    cache = filled_cache()
    cache.clear()

    assert (cache.get(0), len(cache), cache.used_bytes) == (None, 0, 0)
    for key in range(MAX_ENTRY_SHARE):
        cache.put(key, "value", SIZE)
    assert len(cache) == MAX_ENTRY_SHARE


def test_everything_in_a_key_is_counted():
    key = ("path", ("name", 1), None, "é" * 100)

    assert size_of_key(key) > sum(map(len, ("path", "name"))) + sys.getsizeof("é" * 100) + sys.getsizeof(("name", 1))


@pytest.mark.parametrize("text_length", [0, 100, 2000])
def test_the_memory_of_many_entries_stays_within_the_bound(text_length):
    capacity = 1_000_000
    cache = ByteLRU(capacity)
    tracemalloc.start()
    try:
        for number in range(5000):
            text = f"{number:10}" + "x" * text_length
            cache.put((text, "a" + text, None), b"y" * 100 + text.encode(), text_length + 110 + sys.getsizeof(b""))
        allocated = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()

    assert cache.used_bytes <= capacity
    assert allocated < capacity * 1.1
