"""The cache stays within its bytes and drops what was not used for longest."""

from joindin.performance.caching.lru import MAX_ENTRY_SHARE, ByteLRU

SIZE = 10
CAPACITY = SIZE * MAX_ENTRY_SHARE


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


def test_a_large_entry_evicts_as_many_as_it_needs():
    cache = filled_cache()
    for _ in range(2):
        cache.put("small", "small", 1)

    assert [cache.get(key) for key in (0, 1, "small")] == [None, "value 1", "small"]


def test_a_replaced_entry_frees_its_bytes():
    cache = filled_cache()

    for _ in range(5):
        cache.put(0, "again", SIZE)

    assert len(cache) == MAX_ENTRY_SHARE
    assert (cache.get(0), cache.get(1)) == ("again", "value 1")


def test_an_entry_of_more_than_its_share_is_refused():
    cache = ByteLRU(CAPACITY)

    assert cache.put("largest", "value", SIZE)
    assert not cache.put("too large", "value", SIZE + 1)
    assert (cache.get("largest"), cache.get("too large")) == ("value", None)


def test_a_cache_without_bytes_stores_nothing():
    cache = ByteLRU(0)

    assert not cache.put("key", "value", 1)
    assert (cache.get("key"), len(cache)) == (None, 0)


def test_a_cleared_cache_has_all_its_bytes_again():
    cache = filled_cache()
    cache.clear()

    assert (cache.get(0), len(cache)) == (None, 0)
    for key in range(MAX_ENTRY_SHARE):
        cache.put(key, "value", SIZE)
    assert len(cache) == MAX_ENTRY_SHARE
