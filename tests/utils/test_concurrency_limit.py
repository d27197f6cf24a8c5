"""Limit of simultaneous expensive work in a process."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from joindin.errors import Overloaded
from joindin.utils.concurrency_limit import ConcurrencyLimit


def enter(limit):
    with limit:
        return "done"


def test_work_beyond_the_limit_is_refused_after_the_wait_and_admitted_afterwards():
    limit = ConcurrencyLimit("things", max_running=1, max_waiting=1, max_wait_s=0.01)

    with ThreadPoolExecutor(1) as pool:
        with limit:
            refused = pool.submit(enter, limit).exception()
        admitted = pool.submit(enter, limit).result()

    assert (type(refused), str(refused)) == (
        Overloaded,
        "The server is busy with other things. Try again in a few seconds",
    )
    assert admitted == "done"


def test_work_is_refused_at_once_if_too_many_wait():
    limit = ConcurrencyLimit("things", max_running=2, max_waiting=0, max_wait_s=60)

    with limit, limit, pytest.raises(Overloaded):
        enter(limit)


def test_a_failure_frees_its_place():
    limit = ConcurrencyLimit("things", max_running=1, max_waiting=0, max_wait_s=0)

    for _ in range(3):
        with pytest.raises(ValueError, match=r"^failed$"), limit:
            raise ValueError("failed")
    assert enter(limit) == "done"
