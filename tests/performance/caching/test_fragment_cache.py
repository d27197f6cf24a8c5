"""Fragments are rendered once for each version, and stored under the version that was loaded."""

import tracemalloc
from typing import NamedTuple

import orjson
import pytest

from joindin.performance.caching.fragment_cache import dump_compact, render_cached
from joindin.performance.caching.lru import ByteLRU


class Row(NamedTuple):
    id: int
    version: int
    name: str = ""


class Renderer:
    """Renders rows of a table, and counts what it loads."""

    def __init__(self, cache):
        self.cache, self.table, self.loaded = cache, {}, []

    def render(self, *keys):
        fragments = render_cached(self.cache, keys, lambda row: (row.id, row.version), self.load, lambda row: row.name)
        return [fragment.decode() for fragment in fragments]

    def load(self, ids):
        self.loaded.append(ids)
        return {row_id: self.table[row_id] for row_id in ids if row_id in self.table}


@pytest.fixture
def renderer():
    renderer = Renderer(ByteLRU(100_000))
    renderer.table = {number: Row(number, 1, f"row {number}") for number in (1, 2, 3)}
    return renderer


def test_rows_are_rendered_in_the_order_of_their_keys_and_loaded_once(renderer):
    first = renderer.render(Row(2, 1), Row(1, 1))
    second = renderer.render(Row(1, 1), Row(3, 1), Row(2, 1))

    assert (first, second) == (["row 2", "row 1"], ["row 1", "row 3", "row 2"])
    assert renderer.loaded == [[2, 1], [3]]


def test_a_new_version_is_loaded_again(renderer):
    renderer.render(Row(1, 1))
    renderer.table[1] = Row(1, 2, "changed")

    assert renderer.render(Row(1, 2)) == ["changed"]
    assert renderer.loaded == [[1], [1]]


def test_a_row_that_changed_after_it_was_listed_is_stored_under_its_new_version(renderer):
    renderer.table[1] = Row(1, 2, "changed")
    renderer.render(Row(1, 1))
    renderer.table[1] = Row(1, 3, "changed again")

    assert renderer.render(Row(1, 2)) == ["changed"]
    assert renderer.render(Row(1, 1)) == ["changed again"]


def test_a_row_that_was_deleted_after_it_was_listed_is_left_out(renderer):
    del renderer.table[2]

    assert renderer.render(Row(1, 1), Row(2, 1), Row(3, 1)) == ["row 1", "row 3"]


def test_without_a_cache_rows_are_loaded_each_time(renderer):
    renderer.cache = ByteLRU(0)

    assert [renderer.render(Row(1, 1)) for _ in range(2)] == [["row 1"]] * 2
    assert renderer.loaded == [[1], [1]]


def test_fragments_keep_no_more_memory_than_their_size():
    value = {"title": "x" * 400, "numbers": list(range(40))}
    tracemalloc.start()
    fragments = [dump_compact(value) for _ in range(1000)]
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert orjson.loads(fragments[0]) == value
    assert used < 1000 * (len(fragments[0]) + 200)
