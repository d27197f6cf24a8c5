"""Times in responses of the crew's API have offsets of whole minutes."""

import datetime as dt

import pytest

from joindin.representations.ephios.times import iso_time


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (dt.datetime(2026, 7, 1, 8, tzinfo=dt.UTC), "2026-07-01T10:00:00+02:00"),
        (dt.datetime(1850, 1, 1, 8, 0, 30, tzinfo=dt.UTC), "1850-01-01T08:53:30+00:53"),
        (None, None),
    ],
)
def test_a_time_has_an_offset_that_rfc_3339_allows(at, expected):
    assert iso_time(at, "Europe/Berlin") == expected
