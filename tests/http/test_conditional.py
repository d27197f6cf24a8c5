"""Conditional requests: a current copy is not sent again."""

import datetime as dt

import pytest
from flask import Request
from werkzeug.test import EnvironBuilder

from joindin.http.conditional import revalidate

CHANGED_AT = dt.datetime(2026, 3, 2, 9, 0, 0, 500, tzinfo=dt.UTC)


def is_current(headers, body=b"body", last_modified=CHANGED_AT):
    return revalidate(Request(EnvironBuilder(headers=headers).get_environ()), body, last_modified)[0]


def tag_of(body):
    return dict(revalidate(Request(EnvironBuilder().get_environ()), body)[1])["ETag"]


def test_the_validators_are_a_strong_tag_and_the_date():
    _, headers = revalidate(Request(EnvironBuilder().get_environ()), b"body", CHANGED_AT)

    assert headers == [("ETag", tag_of(b"body")), ("Last-Modified", "Mon, 02 Mar 2026 09:00:00 GMT")]
    assert tag_of(b"body").startswith('"')
    assert tag_of(b"body") != tag_of(b"bodY")


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', '"other", W/{}', "*"])
def test_a_copy_with_the_tag_is_current(form):
    assert is_current({"If-None-Match": form.format(tag_of(b"body"))})


@pytest.mark.parametrize("form", ['"other"', 'W/"other"', ""])
def test_a_copy_with_another_tag_is_not_current_at_any_date(form):
    assert not is_current({"If-None-Match": form, "If-Modified-Since": "Tue, 03 Mar 2026 09:00:00 GMT"})


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("Mon, 02 Mar 2026 08:59:59 GMT", False),
        ("Mon, 02 Mar 2026 09:00:00 GMT", True),
        ("Mon, 02 Mar 2026 09:00:01 GMT", True),
        ("yesterday", False),
    ],
)
def test_a_copy_without_tag_is_current_by_its_date(date, expected):
    assert is_current({"If-Modified-Since": date}) is expected


def test_a_date_does_not_count_where_none_is_known():
    assert not is_current({"If-Modified-Since": "Mon, 02 Mar 2026 09:00:01 GMT"}, last_modified=None)
