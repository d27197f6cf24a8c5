"""Malformed and hostile input for property tests, and what must hold for every request."""

import json

import orjson
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.database_rows import count_rows


def fuzz_settings(examples):
    """Return Hypothesis settings that allow fixtures per test function and slow strategies."""
    return settings(
        max_examples=examples,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


# Strings that JSON can hold. A lone surrogate makes a whole body invalid, so only VALUES has one.
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    st.text(st.characters(categories=["Cc", "Mn", "Zs", "Cf", "Nd"]), max_size=10),
    st.sampled_from(
        [
            "\0",
            "a\0b",
            "\u202eevil",
            "\ufdfa" * 300,
            "ﬃ" * 300,
            "x" * 201,
            "x" * 70_000,
            "' OR 1=1 --",
            "%",
            "\\",
            "%s %(name)s {0}",
            "<" * 500,
            "<a" * 500,
            "<!--" * 300,
            "-->",
            "1e400",
            "-1e400",
            "NaN",
            "Infinity",
            "0x1A",
            "9" * 5000,
            "-0",
            "٣",
            "²",
            "http://[::1",
            "http://a:99999999/",
            "javascript:alert(1)",
            "http://" + "a" * 700,
            "../../etc/passwd",
        ]
    ),
)

DATES = st.one_of(
    st.datetimes().map(lambda at: at.isoformat()),
    st.dates().map(lambda day: day.isoformat()),
    st.sampled_from(
        [
            "0000-00-00",
            "0001-01-01T00:00:00+14:00",
            "0001-01-01",
            "0002-01-01T00:00:00+14:00",
            "9998-12-31T23:59:59-14:00",
            "9999-12-31T23:59:59-14:00",
            "10000-01-01",
            "2030-02-30",
            "2030-05-01T24:00:00",
            "2030-05-01T10:00:60Z",
            "2030-05-01T10:00:00+99:99",
            "2030-05-01T10:00:00.123456789Z",
            "2030-W18-3",
            "@99999999999999",
            "@-62135596800",
            "@999999999999",
            "@",
            "next friday",
            "99999 years ago",
            "in 999999999999 days",
            "1 1 1 1 1 1",
            "٢٠٣٠-٠٥-٠١",
            "24/24/24",
            "00:00",
            "-1",
        ]
    ),
)

NUMBERS = st.one_of(
    st.integers(-(10**30), 10**30),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([2**31, 2**63, 2**64, -(2**63) - 1, 1e308, 5e-324, -0.0]),
)

VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS, DATES, st.sampled_from(["\ud800", float("nan")])),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=6,
)


def mutations(*fields, **strategies):
    """Return a strategy of changes to one or two fields: a text or what ``strategies`` say, at times any value."""
    by_field = dict.fromkeys(fields, TEXTS) | strategies
    change = st.sampled_from(list(by_field)).flatmap(
        lambda field: st.tuples(st.just(field), st.one_of(by_field[field], by_field[field], TEXTS, VALUES))
    )
    return st.lists(change, min_size=1, max_size=2).map(dict)


def json_body(value):
    """Return keyword arguments of a request that sends ``value``, including values that JSON does not allow."""
    return {"data": json.dumps(value), "content_type": "application/json"}


def assert_no_server_error(session, send, *args, **kwargs):
    """Return the response to ``send()``: a success, or a refusal with one message that stored nothing."""
    session.commit()
    before = count_rows(session)

    reply = send(*args, **kwargs)

    assert reply.status_code in (200, 201, 202, 204) or 400 <= reply.status_code < 500, reply.data
    if reply.status_code >= 400:
        assert count_rows(session) == before
        if reply.content_type == "application/json; charset=utf8":
            assert [type(message) for message in orjson.loads(reply.data)] == [str]
    return reply
